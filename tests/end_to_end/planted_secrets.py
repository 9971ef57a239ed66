"""Secrets of all kinds, made in a gateway's own store and given in the clear."""

from typing import Final

import pyotp
import pytest

from application.accounts import CreateAccount
from application.books.actors import Actor
from domain.values import SECOND
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.planting import Markers
from worker.cli.gateway import opened
from worker.cli.options import Place

SECRETS_OF_EACH: Final = 8


def planted_secrets(gateway: Fleet, account: int, markers: Markers) -> dict[str, str]:
    """Make secrets of all kinds in the gateway's own store, and give them in the clear."""
    secrets: dict[str, str] = {}
    for place in range(SECRETS_OF_EACH):
        issued = gateway.cli("key", "issue", account, "--name", f"key {place}")
        secrets[f"api key {place + 1}"] = issued["api_key"]
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in gateway.settings.items():
            patch.setenv(variable, value)
        with opened(Place(gateway.folder, gateway.config)) as inside:
            system = inside.system
            logins, run = system.logins, inside.run
            for place in range(SECRETS_OF_EACH):
                address, password = f"secret{place}@planted.example", markers.word("password")
                _, key = system.keyring.make("first")
                hashed = logins.hasher.hash(password)
                run(
                    CreateAccount(
                        name=f"Secret {place}",
                        email=address,
                        email_digest=system.digests.email(address),
                        key=key,
                        password_hash=hashed,
                        actor=Actor("test"),
                        at=inside.now(),
                    )
                )
                logged_in = logins.login(address, password, execute=run)
                session = logged_in.session
                proof = logins.prove(session, password=password, code=None, execute=run)
                seed, _ = logins.factors.enrol(proof, execute=run)
                code = pyotp.TOTP(seed).at(inside.now() // SECOND)
                recovery = logins.factors.confirm(session.account, code, execute=run)
                reset = logins.start_reset(address, execute=run)
                assert reset is not None
                changed = markers.word("new password")
                logins.finish_reset(reset[1], changed, execute=run)
                again = logins.start_reset(address, execute=run)
                assert again is not None
                secrets |= {
                    f"password {place}": password,
                    f"new password {place}": changed,
                    f"session {place}": logged_in.token,
                    f"seed {place}": seed,
                    f"recovery code {place}": recovery[0],
                    f"reset {place}": again[1],
                }
    server = gateway.folder / "secrets" / "server"
    return {**secrets, "server secret": server.read_text().strip()}
