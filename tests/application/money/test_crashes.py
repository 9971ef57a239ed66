"""A process that dies between "id persisted" and "credits issued" loses and doubles nothing."""

from collections.abc import Callable, Mapping

import pytest

from domain.wallet import CreditWallet, wallet_id
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.counts import soak_count
from tests.support.topups import Crashed, Till

TIMES = soak_count(20, quick=1)
POINTS_MIN = 4
"""Before and after each of two commands at least: the one that asks, and that of the answer."""
POINTS_MAX = 40


def credited(till: Till) -> list[int]:
    events = till.system.reader.events(wallet_id(till.account))
    return [event.credits for event in events if isinstance(event, CreditWallet.TopUp)]


def crashes(till: Till, point: int) -> bool:
    """Let time pass until the process dies at a point; False when nothing is left to die at."""
    till.crash_in = point
    try:
        till.run()
    except Crashed:
        till.restart()
        return True
    finally:
        till.crash_in = None
    return False


def wrong(till: Till, number: int, asked: int) -> str | None:
    """Say what is not as it has to be once all has come that was to come."""
    shown = till.shown(number)
    if asked > 1:
        return "the payer was asked twice"
    if shown.state == "confirmed":
        return None if credited(till) == [100] else f"credited {credited(till)}"
    if asked and not till.kind.guarantees.settles_at_once:
        return f"paid, and {shown.state}"
    is_open = (shown.state, shown.exception) in {("unknown", "stale"), ("expired", "stale")}
    return None if is_open and credited(till) == [] else f"{shown}, credited {credited(till)}"


@pytest.mark.parametrize("provider", KINDS)
@pytest.mark.slow
def test_a_crash_at_any_step_issues_no_credit_twice_and_loses_no_payment(
    tills: Mapping[str, Till], provider: str, report_count: Callable[..., None]
) -> None:
    till = tills[provider]
    found: list[str] = []
    runs = 0
    for time in range(TIMES):
        for point in range(POINTS_MAX):
            till.new_account(f"crash-{point}-{time}")
            known = len(list(till.served.payments))
            number = till.request()
            has_crashed = crashes(till, point)
            runs += has_crashed
            till.run()
            if fault := wrong(till, number, len(list(till.served.payments)) - known):
                found.append(f"point {point}: {fault}")
            if not has_crashed:
                break
        assert point >= POINTS_MIN, "not every step was died at"
    report_count(f"crashes of a top-up at {provider}", runs, len(found), found[0] if found else 9)
