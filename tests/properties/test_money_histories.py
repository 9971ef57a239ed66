"""Money in: whatever happens to payments, lines and wallets, every invariant holds at each step."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from application.invariants import InvariantChecker
from domain.events import Event
from tests.support.money_history import ACCOUNTS, MoneyHistory, left_in

draws = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 999), st.integers(0, 999)), max_size=120
)


class Watched:
    """Every save is checked when it is there."""

    def __init__(self) -> None:
        self.checker = InvariantChecker()
        self.events: list[Event] = []
        self.history = MoneyHistory(self.save)

    def save(self, events: Sequence[Event]) -> None:
        for event in events:
            self.events.append(event)
            self.checker.feed(len(self.events), event)
        self.checker.settle()
        assert self.checker.violations == []
        for account in range(1, ACCOUNTS + 1):
            purse = self.checker.purses.get(account)
            if purse is not None:
                left = left_in(self.checker.ledger.holdings(account))
                assert left == purse.available + purse.open


@given(drawn=draws)
def test_every_invariant_holds_after_each_step(drawn: list[tuple[int, int, int]]) -> None:
    Watched().history.happen(drawn)


def test_long_histories_reach_every_event_that_moves_money() -> None:
    seen = set()
    for seed in range(3):
        watched = Watched()
        watched.history.happen(drawn_from(seed, length=1_500))
        seen |= {type(event).__name__ for event in watched.events}
    assert seen >= {
        "TopUp", "Granted", "Adjusted", "Reserved", "Refunded", "Sent", "CreditsExpired",
        "ClawedBack", "CashedOut", "Credited", "Held", "Assigned", "Matched", "Unmatched",
        "Covered", "Uncovered", "Reversed", "PaidBack", "Settled", "WrittenOff", "Imported",
    }  # fmt: skip


def drawn_from(seed: int, length: int) -> list[tuple[int, int, int]]:
    """Give draws that are the same in every run."""
    state, drawn = seed, []
    for _ in range(length):
        numbers = []
        for _ in range(3):
            state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
            numbers.append(state >> 33)
        drawn.append((numbers[0] % 100, numbers[1] % 1_000, numbers[2] % 1_000))
    return drawn
