"""What each scenario comes to at each provider: the end, the credits, and what finance looks at."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import pytest

from adapters.mobile_money.simulation.scenarios import SCENARIOS
from application.money.reversals import ReversePayment
from domain.errors import InsufficientCredits
from domain.values import Credits
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.topups import STAFF, Till


class Comes(NamedTuple):
    """What a top-up of K50, at 50 ngwee a credit, comes to."""

    state: str
    credits: int
    exception: str | None = None


PAID: Final = Comes("confirmed", 100)
FAILED: Final = Comes("failed", 0)
STALE: Final = Comes("unknown", 0, "stale")
GONE: Final = Comes("expired", 0, "stale")

ASYNCHRONOUS: Final[Mapping[str, Comes]] = {
    "success": PAID,
    "pin-timeout": FAILED,
    "wrong-pin": FAILED,
    "insufficient": FAILED,
    "limit": FAILED,
    "not-approved": FAILED,
    "no-wallet": FAILED,
    "fault": FAILED,
    "provider-down": GONE,
    "expired-token": PAID,
    "duplicate": PAID,
    "slow": PAID,
    "no-answer": PAID,
    "html-forbidden": GONE,
    "html-ok": PAID,
    "no-callback": PAID,
    "early-callback": PAID,
    "duplicate-callback": PAID,
    "failed-then-paid-callback": PAID,
    "wrong-amount": Comes("confirmed", 50, "amount"),
    "wrong-amount-callback": PAID,
    "forged-callback": PAID,
    "unknown-callback": PAID,
    "unclear-then-paid": PAID,
    "late": Comes("confirmed", 100, "late"),
    "pending-for-ever": Comes("expired", 0),
    "reversed": PAID,
    "swapped-types": PAID,
}
"""Providers that tell how a payment stands."""

BLIND: Final[Mapping[str, Comes]] = {
    "wrong-amount": PAID,
}
"""Those that do not say the amount: the statement shows the difference."""

UNCLEAR_AT_ONCE: Final = (
    *("pin-timeout", "limit", "not-approved", "no-wallet", "fault", "duplicate"),
    *("provider-down", "no-answer", "html-forbidden", "html-ok", "unclear-then-paid"),
)
"""Answers that leave it open whether money was taken, and nobody can be asked."""

AT_ONCE: Final[Mapping[str, Comes]] = {
    **dict.fromkeys(SCENARIOS, PAID),
    **dict.fromkeys(("wrong-pin", "insufficient"), FAILED),
    **dict.fromkeys(UNCLEAR_AT_ONCE, STALE),
}
"""A provider whose answer is the end, and that cannot be asked again."""


def expected(provider: str) -> Mapping[str, Comes]:
    promises = KINDS[provider].guarantees
    if promises.settles_at_once:
        return AT_ONCE
    return ASYNCHRONOUS if promises.says_amount else {**ASYNCHRONOUS, **BLIND}


TABLE: Final = [
    pytest.param(provider, scenario, comes, id=f"{provider}-{scenario}")
    for provider in KINDS
    for scenario, comes in expected(provider).items()
]


def test_the_table_has_every_scenario() -> None:
    for provider in KINDS:
        assert expected(provider).keys() == SCENARIOS.keys()


@pytest.mark.parametrize(("provider", "scenario", "comes"), TABLE)
@pytest.mark.slow
def test_a_scenario_comes_to_what_the_table_says(
    tills: Mapping[str, Till], provider: str, scenario: str, comes: Comes
) -> None:
    gateway = tills[provider]
    gateway.new_account(scenario)
    shown = gateway.shown(number := gateway.request(scenario))
    assert (shown.state, shown.credits, gateway.available) == ("requested", 100, 0)
    gateway.run()
    shown = gateway.shown(number)
    assert Comes(shown.state, gateway.available, shown.exception) == comes


@pytest.mark.parametrize("provider", KINDS)
@pytest.mark.slow
def test_what_a_provider_takes_back_the_next_day_leaves_a_debt_that_blocks(
    tills: Mapping[str, Till], provider: str
) -> None:
    gateway = tills[provider]
    gateway.new_account("reversed-and-used")
    number = gateway.request("reversed")
    gateway.run()
    gateway.use(60)
    gateway.clock.pass_s(86_400)
    back = ReversePayment(number, actor=STAFF, reason="on the statement", at=gateway.clock.now())
    assert gateway.execute(back) == gateway.available == -60
    assert gateway.shown(number).state == "reversed"
    with pytest.raises(InsufficientCredits):
        gateway.wallet.require(Credits(1))
