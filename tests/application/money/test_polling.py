"""Who is asked how a payment stands is asked less and less often, for a day, and then no more."""

from itertools import pairwise

from application.money.turns import POLL_S_MAX
from domain.values import SECOND
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.topups import till

DAY_S = 86_400
SOON_S = 10


def test_a_payment_is_asked_about_later_each_time_and_for_a_day() -> None:
    with till(KINDS["mtn"]) as shop:
        shop.publish(50)
        shop.new_account("shop")
        begun = shop.clock.now()
        number = shop.request("pending-for-ever")
        shop.run()
        shown = shop.shown(number)
        assert shown.state == "expired"
        said = shop.system.wire_log.of(shown.reference)
        asked_s = [(one.at - begun) / SECOND for one in said if one.purpose == "status"]
        waits_s = [after - before for before, after in pairwise([0.0, *asked_s])]
        assert waits_s[0] <= SOON_S
        assert waits_s[-1] <= POLL_S_MAX
        assert waits_s[:-1] == sorted(waits_s[:-1])
        assert all(after <= 2.2 * before for before, after in pairwise(waits_s[1:]))
        assert abs(asked_s[-1] - DAY_S) <= SOON_S
        assert len(asked_s) < 60
