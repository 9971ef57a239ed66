"""Who has an account is told by mail when its credentials change, wherever that was done."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pyotp
import pytest

from application.accounts import CreateAccount, ResetSecondFactor
from application.books.actors import Actor
from domain.values import SECOND
from tests.worker.processes import Running, running, until

pytestmark = pytest.mark.processes

ADDRESS = "chanda@example.test"
PASSWORD = "a long password"
OTHER = "another long password"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


def make_account(gw: Running) -> int:
    system = gw.system
    _, key = system.keyring.make("first")
    created = system.committer.execute(
        CreateAccount(
            name="Chanda",
            email=ADDRESS,
            email_digest=system.digests.email(ADDRESS),
            key=key,
            password_hash=system.logins.hasher.hash(PASSWORD),
            actor=None,
            at=system.clock.now(),
        )
    )
    return created.account


def mails(folder: Path) -> list[tuple[str, str, str]]:
    """Give who was told what, in order."""
    found = []
    for file in sorted((folder / "mail").glob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body()
        assert body is not None
        found.append((str(message["To"]), str(message["Subject"]), body.get_content()))
    return found


def test_each_change_is_told_once(tmp_path: Path, settings: dict[str, Any]) -> None:
    with running(tmp_path, sims=0, **settings) as gw:
        logins, execute, clock = gw.system.logins, gw.system.committer.execute, gw.system.clock
        account = make_account(gw)

        def log_in(password: str, code: str | None = None) -> Any:
            return logins.login(ADDRESS, password, code=code, execute=execute).session

        session = log_in(PASSWORD)
        logins.change_password(session, current=PASSWORD, new=OTHER, execute=execute)
        session = log_in(OTHER)
        proof = logins.prove(session, password=OTHER, code=None, execute=execute)
        seed, _ = logins.factors.enrol(proof, execute=execute)
        code = pyotp.TOTP(seed).at(clock.now() // SECOND)
        recovery = logins.factors.confirm(account, code, execute=execute)
        session = log_in(OTHER, recovery[0])
        proof = logins.prove(session, password=OTHER, code=recovery[1], execute=execute)
        logins.factors.renew_codes(proof, execute=execute)
        execute(
            ResetSecondFactor(account, actor=Actor("os:root@host"), reason="lost", at=clock.now())
        )
        wanted = [
            "Your password was changed",
            "A second factor was set up",
            "A recovery code was used",
            "A recovery code was used",
            "New recovery codes were made",
            "Your second factor was reset by the gateway's staff",
        ]
        until(lambda: len(mails(tmp_path)) >= len(wanted))
    told = mails(tmp_path)
    assert [(to, subject) for to, subject, _ in told] == [(ADDRESS, what) for what in wanted]
    assert "You have 9 left." in told[2][2]
    for secret in (PASSWORD, OTHER, seed, *recovery, "lost", "root"):
        assert not any(secret in text for _, _, text in told)
