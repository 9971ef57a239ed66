"""The read model of receipts: what is open of each is what its events leave open, at any time."""

from collections import defaultdict
from typing import Any

import pytest

from application.invariants import InvariantChecker
from domain.ledger import chart
from domain.receipt import Receipt
from domain.statement import Statement
from domain.values import Instant
from projections.folds.receipts import Receipts
from tests.projections.history import sim
from tests.projections.test_rebuild import InPieces, at_full_speed
from tests.projections.truth import ListLog, Truth
from tests.properties.test_money_histories import drawn_from
from tests.support.money_history import HOME, MoneyHistory

MANY = 10_000


def logged(length: int) -> tuple[list[Any], MoneyHistory]:
    events: list[Any] = [*sim(1).collect_events()]
    history = MoneyHistory(events.extend)
    history.happen(drawn_from(5, length))
    return events, history


LOG, HISTORY = logged(400)


def test_what_is_open_at_any_time_is_what_the_books_hold_then(truth: Truth) -> None:
    truth.save(*LOG)
    queries, checker = truth.follow(), InvariantChecker()
    times = {LOG[place].at for place in (len(LOG) // 3, len(LOG) // 2, len(LOG) - 1)}
    for position, event in enumerate(LOG, start=1):
        checker.feed(position, event)
        is_last_of_its_time = position == len(LOG) or LOG[position].at != event.at
        if event.at in times and is_last_of_its_time:
            sums: dict[str, int] = defaultdict(int)
            for item in queries.open_items(as_of=event.at, after=0, limit=MANY):
                if item.what != "held" or item.is_on_statement:
                    sums[item.what] += item.amount_ngwee
            held = checker.ledger.balances
            assert sums["in"] + sums["out"] == held.get(chart.clearing(HOME), 0)
            assert sums["held"] == -held.get(chart.unallocated(HOME), 0)
    assert queries.open_items(as_of=None, after=0, limit=MANY) == queries.open_items(
        as_of=LOG[-1].at, after=0, limit=MANY
    )


def test_lines_to_match_are_those_that_nothing_accounts_for(truth: Truth) -> None:
    truth.save(*LOG)
    queries = truth.follow()
    lines = queries.open_lines(HOME, after=0, limit=MANY)
    receipts = HISTORY.receipts.values()
    apart = {
        one.transaction_id
        for one in receipts
        for event in LOG
        if isinstance(event, Receipt.Unmatched) and event.originator_id == one.id
    } - {one.transaction_id for one in receipts if one.parts}
    assert {line.transaction_id for line in lines} == {
        one.transaction_id
        for one in receipts
        if one.is_on_statement
        and (not one.is_posted or one.is_held_posted)
        and not one.parts
        and one.transaction_id not in apart
    }
    confirmed = queries.confirmed(HOME, after=0, limit=MANY)
    assert {row.transaction_id: row.in_ngwee + row.out_ngwee for row in confirmed} == {
        one.transaction_id: one.clearing_ngwee
        for one in receipts
        if one.clearing_ngwee or one.transaction_id in {row.transaction_id for row in confirmed}
    }
    assert queries.wallets_to_match() == [HOME]
    files = [event for event in LOG if isinstance(event, Statement.Imported)]
    assert queries.reach(HOME) == max(file.last_at for file in files)
    assert queries.reach(HOME, as_of=Instant(files[0].at)) == files[0].last_at


@pytest.mark.slow
def test_rebuilt_it_is_the_same_in_any_batches(truth: Truth) -> None:
    prints = set()
    for sizes in ([1], [7, 40, 2], [500]):
        truth.forget_read_models()
        follower = truth.follower([Receipts()], log=InPieces(LOG, sizes, stride=3))
        assert follower.catch_up(timeout_s=60), follower.status()
        prints.add(truth.fingerprints(projections=[Receipts()])["receipts"])
        follower.close()
    follower = truth.follower([Receipts()], log=ListLog(LOG, stride=3), batch_events=11)
    follower.rebuild(["receipts"], pace=at_full_speed)
    follower.close()
    prints.add(truth.fingerprints(projections=[Receipts()])["receipts"])
    assert len(prints) == 1
