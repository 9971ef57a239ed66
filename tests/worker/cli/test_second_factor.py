"""Second factors on the command line: one's own by a proof, somebody else's lost one by two."""

import time
from dataclasses import dataclass, replace
from typing import Any

import pyotp
import pytest

from domain.account import Account, account_id
from domain.roles import Role
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import team

PASSWORD = "a long password"
EMAIL = "chanda@example.com"
WRONG_LOGIN = "The e-mail address, the password or the code is wrong."
WRONG_PROOF = "The password or the code of the second factor is wrong."
OVER = "Your session is over: `ngoma login` opens another, `ngoma logout` forgets it."


@dataclass(frozen=True)
class Chanda:
    """A customer with a second factor, and the codes of the phone that are good now."""

    cli: Cli
    account: int
    recovery: list[str]
    codes: tuple[str, str]

    def log_in(self, code: str) -> dict[str, Any]:
        return login(self.cli, code)

    def prove(self, *words: object, code: str) -> Any:
        return self.cli.json(
            "second-factor", *words, "--password-stdin", "--code", code, stdin=PASSWORD
        )


def login(cli: Cli, code: str | None = None) -> dict[str, Any]:
    codes = () if code is None else ("--code", code)
    found: dict[str, Any] = cli.json(
        "login", "--email", EMAIL, "--password-stdin", *codes, stdin=PASSWORD
    )
    return found


@pytest.fixture(autouse=True)
def _store(cli: Cli) -> None:
    cli.migrate()


@pytest.fixture
def chanda(cli: Cli) -> Chanda:
    made = cli.json(
        *("account", "create", "Chanda", "--email", EMAIL, "--password-stdin"), stdin=PASSWORD
    )
    own = replace(cli, environment={"NGOMA_SESSION_FILE": str(cli.folder.parent / "chanda")})
    login(own)
    secret = own.json("second-factor", "enrol", "--password-stdin", stdin=PASSWORD)["secret"]
    totp, step = pyotp.TOTP(secret), int(time.time()) // 30
    first, second = totp.generate_otp(step), totp.generate_otp(step + 1)
    confirmed = own.json("second-factor", "confirm", "--code", first)
    return Chanda(own, made["account_id"], confirmed["recovery_codes"], (first, second))


def last_event(cli: Cli, account: int) -> Any:
    with running_system(cli.folder) as system:
        return system.reader.events(account_id(account))[-1]


def test_a_code_works_once(chanda: Chanda) -> None:
    used, following = chanda.codes
    arguments = ("login", "--email", EMAIL, "--password-stdin")
    assert chanda.cli.refusal(*arguments, "--code", used, stdin=PASSWORD) == WRONG_LOGIN
    assert chanda.log_in(following)["second_factor"] is True
    assert chanda.cli.refusal(*arguments, "--code", following, stdin=PASSWORD) == WRONG_LOGIN
    assert chanda.cli.refusal(*arguments, stdin=PASSWORD) == WRONG_LOGIN


def test_a_recovery_code_logs_in_and_says_how_many_are_left(chanda: Chanda) -> None:
    assert chanda.log_in(chanda.recovery[0])["recovery_codes_left"] == 9
    shown = chanda.cli.run("login", stdin=f"{EMAIL}\n{PASSWORD}\n{chanda.recovery[1]}\n")
    assert "Recovery codes left: 8." in shown.stdout


@pytest.mark.slow
def test_new_codes_are_made_by_their_owner_alone(cli: Cli, chanda: Chanda) -> None:
    chanda.log_in(chanda.codes[1])
    words = ("codes", chanda.account)
    for code in ((), ("--code", "000000")):
        refusal = chanda.cli.refusal(
            "second-factor", *words, "--password-stdin", *code, stdin=PASSWORD
        )
        assert refusal == WRONG_PROOF
    made = chanda.prove(*words, code=chanda.recovery[0])["recovery_codes"]
    assert len(made) == 10
    assert chanda.log_in(made[0])["recovery_codes_left"] == 9
    (ann,) = team(cli, ann=Role.ADMIN)
    refusal = ann.refusal("second-factor", *words, "--password-stdin", stdin=PASSWORD)
    assert f"ngoma second-factor reset {chanda.account}" in refusal
    assert "not logged in" in cli.refusal("second-factor", *words, stdin=PASSWORD)


def test_it_is_given_up_with_a_proof_and_the_sessions_end(chanda: Chanda) -> None:
    chanda.log_in(chanda.codes[1])
    refusal = chanda.cli.refusal(
        "second-factor", "remove", "--password-stdin", stdin="another password"
    )
    assert refusal == WRONG_PROOF
    assert chanda.prove("remove", code=chanda.recovery[0]) == {"removed": True}
    assert chanda.cli.refusal("account", "list") == OVER
    assert login(chanda.cli)["recovery_codes_left"] is None


def test_a_second_factor_takes_a_login(cli: Cli) -> None:
    for verb in (["enrol"], ["confirm", "--code", "123456"], ["remove"], ["codes", "1"]):
        assert "You are not logged in" in cli.refusal("second-factor", *verb)


@pytest.mark.slow
def test_a_lost_one_is_reset_by_two_people(cli: Cli, chanda: Chanda) -> None:
    chanda.log_in(chanda.codes[1])
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    words = ("second-factor", "reset", chanda.account)
    ann.refusal(*words, code=2)
    waiting = ann.json(*words, "--reason", "phone lost")
    assert waiting["status"] == "waiting"
    (row,) = bob.json("approval", "list", "--status", "waiting")
    assert (row["kind"], row["account_id"], row["reason"]) == (
        "reset_second_factor",
        chanda.account,
        "phone lost",
    )
    assert "reset second factor" in bob.run("approval", "list").stdout
    assert "another person" in ann.refusal("approval", "approve", waiting["entry"])
    bob.run("approval", "approve", waiting["entry"])
    assert chanda.cli.refusal("account", "list") == OVER
    assert login(chanda.cli)["second_factor"] is False
    assert ann.refusal(*words, "--reason", "x") == "This account has no second factor."


def test_a_reset_that_is_rejected_changes_nothing(cli: Cli, chanda: Chanda) -> None:
    chanda.log_in(chanda.codes[1])
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    entry = ann.json("second-factor", "reset", chanda.account, "--reason", "lost")["entry"]
    bob.run("approval", "reject", entry, "--reason", "it was not Chanda who called")
    assert chanda.log_in(chanda.recovery[0])["recovery_codes_left"] == 9


def test_the_host_resets_alone_and_the_event_says_so(cli: Cli, chanda: Chanda) -> None:
    chanda.log_in(chanda.codes[1])
    done = cli.json("second-factor", "reset", chanda.account, "--reason", "nobody else is here")
    assert done == {"account_id": chanda.account, "status": "done", "entry": None}
    assert chanda.cli.refusal("account", "list") == OVER
    event = last_event(cli, chanda.account)
    assert isinstance(event, Account.SecondFactorReset)
    assert (event.actor[:3], event.approver, event.entry) == ("os:", None, None)
