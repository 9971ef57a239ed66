"""A process that dies between "id persisted" and "credits issued" loses and doubles nothing."""

from collections.abc import Mapping
from contextlib import suppress

import pytest

from domain.wallet import CreditWallet, wallet_id
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.counts import soak_count
from tests.support.topups import Crashed, Till

POINTS = 10
"""Before and after each command of a payment that is paid at the second look."""
TIMES = soak_count(20, quick=1)


def credited(till: Till) -> list[int]:
    events = till.system.reader.events(wallet_id(till.account))
    return [event.credits for event in events if isinstance(event, CreditWallet.TopUp)]


@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("provider", KINDS)
@pytest.mark.slow
def test_a_crash_at_any_step_issues_no_credit_twice_and_loses_no_payment(
    tills: Mapping[str, Till], provider: str, point: int
) -> None:
    till = tills[provider]
    for time in range(TIMES):
        till.new_account(f"crash-{point}-{time}")
        known = len(list(till.served.payments))
        number = till.request()
        till.crash_in = point
        with suppress(Crashed):
            till.run()
        till.crash_in = None
        till.run()
        shown = till.shown(number)
        asked = list(till.served.payments)[known:]
        assert len(asked) <= 1, "the payer was asked twice"
        if asked and not KINDS[provider].guarantees.settles_at_once:
            assert (shown.state, credited(till)) == ("confirmed", [100])
        elif shown.state == "confirmed":
            assert credited(till) == [100]
        else:
            assert (shown.state, shown.exception) in {("unknown", "stale"), ("expired", "stale")}
            assert credited(till) == []
