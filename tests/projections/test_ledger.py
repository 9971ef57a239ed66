"""The ledger's read model: what the rules of the domain post, however it came about."""

from typing import Any

import pytest

from application.invariants import InvariantChecker
from application.ports.queries import LedgerBalance, LotRow
from domain.values import Credits
from domain.wallet import CreditWallet
from projections.folds.ledger import Ledger
from tests.projections.history import at, message, send, sim, wallet_of
from tests.projections.test_rebuild import InPieces, at_full_speed
from tests.projections.truth import ListLog, Truth
from tests.properties.test_money_histories import drawn_from
from tests.support.money_history import ACCOUNTS, MoneyHistory

MANY = 10_000


def logged(length: int = 400) -> list[Any]:
    events: list[Any] = [*sim(1).collect_events()]
    MoneyHistory(events.extend).happen(drawn_from(3, length))
    return events


LOG = logged()


def balances(truth: Truth, as_of: int | None = None) -> dict[str, int]:
    rows = truth.queries().trial_balance(as_of=as_of, limit=MANY)
    return {row.account: row.amount for row in rows if row.amount}


def expected(until: int | None = None) -> InvariantChecker:
    """Fold the log in memory, up to a position."""
    checker = InvariantChecker()
    for position, event in enumerate(LOG[:until], start=1):
        checker.feed(position, event)
    return checker


def save_and_follow(truth: Truth) -> None:
    truth.save(*LOG)
    truth.follow()


def test_it_is_the_fold_of_the_log_now_and_as_of_any_position(truth: Truth) -> None:
    save_and_follow(truth)
    for position in (1, len(LOG) // 2, len(LOG)):
        sums = expected(position).ledger.balances
        assert balances(truth, position) == {name: sum_ for name, sum_ in sums.items() if sum_}
    assert balances(truth) == balances(truth, len(LOG))
    rows = truth.queries().trial_balance(limit=MANY)
    for commodity in ("SMSCR", "ZMW"):
        assert sum(row.amount for row in rows if row.commodity == commodity) == 0


def test_its_open_lots_are_those_of_the_fold(truth: Truth) -> None:
    save_and_follow(truth)
    ledger, queries = expected().ledger, truth.queries()
    for account in range(1, ACCOUNTS + 1):
        lots = queries.lots(account, limit=MANY)
        held = ledger.holdings(account).lots.values()
        assert [(row.position, row.value_ngwee, row.taken) for row in lots] == [
            (lot.position, lot.value_ngwee, lot.taken) for lot in held
        ]
        assert len(queries.lots(account, only_open=False, limit=MANY)) > len(lots)


@pytest.mark.slow
def test_rebuilt_it_is_the_same_in_any_batches(truth: Truth) -> None:
    prints = set()
    for sizes in ([1], [7, 40, 2], [500]):
        truth.forget_read_models()
        follower = truth.follower([Ledger()], log=InPieces(LOG, sizes, stride=3))
        assert follower.catch_up(timeout_s=60), follower.status()
        prints.add(truth.fingerprints(projections=[Ledger()])["ledger"])
        follower.close()
    follower = truth.follower([Ledger()], log=ListLog(LOG, stride=3), batch_events=11)
    follower.rebuild(["ledger"], pace=at_full_speed)
    follower.close()
    prints.add(truth.fingerprints(projections=[Ledger()])["ledger"])
    assert len(prints) == 1


def test_an_accounts_postings_are_listed_and_lead_to_their_event(truth: Truth) -> None:
    wallet = wallet_of(1, credits=10)
    wallet.reserve(Credits(2), first_number=1, count=1, batch=None, at=at(1))
    positions = truth.save(sim(1), wallet, send(message(1, segments=2)))
    queries = truth.follow()
    available = "Liabilities:Credits:Acct-1:Available"
    found = queries.account_postings(available, after=0, limit=10)
    assert [row.amount for row in found] == [-10, 2]
    assert queries.account_postings(available, after=found[0].position, limit=10) == found[1:]
    sent = queries.postings_of(positions)
    assert {position for position, rows in sent.items() if rows} <= set(positions)
    assert [(row.line, row.account, row.amount) for row in sent[positions[-1]]] == [
        (1, "Liabilities:Credits:Acct-1:Reserved", 2),
        (2, "Equity:Credits:Consumed", -2),
    ]
    assert queries.trial_balance(after="Equity:Credits:Consumed", limit=1) == [
        LedgerBalance("Equity:Credits:Granted", "SMSCR", 10)
    ]


def test_a_lot_says_when_it_came_what_it_is_worth_and_what_is_gone(truth: Truth) -> None:
    wallet = CreditWallet.open(1, at=at(0))
    fields: dict[str, Any] = {"provider_account": "mtn/main", "receipt": "r", "price_list": "p"}
    wallet.top_up(
        Credits(50), value_ngwee=1_000, vat_ngwee=138, source="clearing", at=at(1), **fields
    )
    wallet.adjust(Credits(-5), actor="staff", reason="r", at=at(2))
    positions = truth.save(wallet)
    (lot,) = truth.follow().lots(1, limit=10)
    assert lot == LotRow(
        position=positions[1], at=at(1), receipt="r", credits=50, value_ngwee=862, taken=5
    )
