"""Top-ups from the command line: asked for, paid, listed, paid back by two people, reversed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from adapters.clock import SystemClock
from adapters.mobile_money import SIMULATED
from adapters.mobile_money.simulation.payments import SimPayments
from adapters.mobile_money.simulation.scenarios import NAMES, PAYERS_ROOT
from adapters.mobile_money.simulation.web import serving
from domain.roles import Role
from domain.values import SECOND, Instant
from tests.support.invariants import violations_in
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import Person, team
from worker.cli.pay_simulate import lines_of_settings

PACE = 0.001
PAYER = f"096{PAYERS_ROOT}{NAMES.index('early-callback') + 1:02}"
"""One who agrees before the provider has answered."""


class Ahead(SystemClock):
    """The provider's clock, which a test moves: it pays back some seconds after it was asked."""

    ahead_s = 0

    def now(self) -> Instant:
        return Instant(super().now() + self.ahead_s * SECOND)


@dataclass
class Shop:
    """An account, those who may have its money go back, and a provider's clock."""

    cli: Cli
    there: Ahead
    account: int
    ann: Person
    bob: Person

    def ask(self, *more: object) -> str:
        """Ask for a top-up; give its id."""
        asked = self.cli.json("topup", "request", self.account, "--msisdn", PAYER, *more)
        assert (asked["state"], asked["network"], asked["provider"]) == ("requested", "mtn", "mtn")
        return str(asked["topup_id"])

    def paid(self) -> str:
        """Have a top-up of K50 paid; give its id."""
        name = self.ask("--amount", "K50")
        asked = self.cli.json("pay", "poll", name)
        assert asked == {"topup_id": name, "asked": True, "state": "pending"}
        assert self.cli.json("pay", "poll", name)["state"] == "confirmed"
        return name

    @property
    def available(self) -> int:
        return int(self.cli.json("wallet", "show", self.account)["available"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    there = Ahead()
    payments = SimPayments(there)
    provider = SIMULATED["mtn"](payments, None)
    with serving(payments, provider, pace=PACE, sends_by_itself=False) as served:
        lines = "\n".join(lines_of_settings(provider.account(served.url)))
        (config := folder / "ngoma.toml").write_text(lines)
        secrets = dict(re.findall(r"# export (\w+)='(.*)'", lines))
        cli = Cli(folder / "data", {"NGOMA_CONFIG": str(config), **secrets})
        cli.migrate()
        _, ann, bob = team(
            cli, admin=Role.ADMIN, ann=Role.FINANCE_PREPARER, bob=Role.FINANCE_REVIEWER
        )
        cli.run("prices", "publish", "--per-credit", "0.50", "--reason", "first")
        yield Shop(cli, there, cli.account("Shop"), ann, bob)
        with running_system(cli.folder, follows=False) as system:
            assert violations_in(system.store) == []


@pytest.mark.slow
def test_a_top_up_is_asked_for_paid_and_listed(shop: Shop) -> None:
    before = shop.available
    name = shop.paid()
    assert shop.available == before + 100
    shown = shop.cli.json("topup", "show", name)
    assert (shown["state"], shown["amount_ngwee"], shown["failure"]) == ("confirmed", 5_000, None)
    assert name in [one["topup_id"] for one in shop.cli.json("topup", "list")]
    other = shop.cli.account("Other")
    assert shop.cli.json("topup", "list", "--account", other) == []
    assert shop.cli.json("topup", "list", "--state", "held") == []
    assert shop.cli.json("pay", "poll", name)["asked"] is False


@pytest.mark.slow
def test_what_is_paid_back_takes_another_person_and_the_provider(shop: Shop) -> None:
    name, before = shop.paid(), shop.available
    waits = shop.ann.json("topup", "refund", name, "--credits", 40, "--reason", "asked for it")
    assert waits == {"topup_id": name, "amount_ngwee": 2_000, "status": "waiting"}
    decide = (name, "--reason", "seen")
    assert "may approve credits" in shop.ann.refusal("topup", "approve-refund", *decide)
    assert shop.bob.json("topup", "reject-refund", *decide)["status"] == "done"
    assert (shop.available, shop.cli.json("topup", "show", name)["state"]) == (before, "confirmed")
    shop.ann.run("topup", "refund", name, "--reason", "asked again")
    assert shop.bob.json("topup", "approve-refund", *decide)["status"] == "done"
    assert shop.available == before - 100
    asked = shop.cli.json("pay", "poll", name)
    assert (asked["asked"], shop.cli.json("topup", "show", name)["state"]) == (True, "confirmed")
    shop.there.ahead_s += 60
    shop.cli.run("pay", "poll", name)
    assert shop.cli.json("topup", "show", name)["state"] == "refunded"


@pytest.mark.slow
def test_what_a_provider_took_back_is_taken_from_the_credits(shop: Shop) -> None:
    name, before = shop.paid(), shop.available
    done = shop.ann.json("topup", "reverse", name, "--reason", "MTN case 881")
    assert done == {"topup_id": name, "available": before - 100, "status": "done"}
    assert shop.cli.json("topup", "show", name)["state"] == "reversed"
    assert "reversed" in shop.ann.refusal("topup", "reverse", name, "--reason", "again")


def test_what_makes_no_sense_is_refused_in_words(shop: Shop) -> None:
    request = ("topup", "request", shop.account, "--msisdn", PAYER)
    assert "either --amount or --pack" in shop.cli.refusal(*request, code=2)
    both = (*request, "--amount", "50", "--pack", "starter")
    assert "either --amount or --pack" in shop.cli.refusal(*both, code=2)
    assert "pack" in shop.cli.refusal(*request, "--pack", "none")
    assert "no state" in shop.cli.refusal("topup", "list", "--state", "gone", code=2)
    assert shop.cli.refusal("topup", "show", "top_999") == "No such top-up."
    assert shop.cli.refusal("pay", "poll", "top_999") == "No such top-up."
