"""Matches are recorded in batches, once; a person's own are taken back with both sides."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import pytest

from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command
from application.money.matching import (
    DECISIONS_MAX,
    Decided,
    MatchByHand,
    RecordMatching,
    ToHold,
    Unmatch,
)
from application.ports import Save, Turn
from application.system import System
from domain.errors import InvalidRequest, NotFound, TooLate
from domain.matching import Rule, Trouble
from domain.receipt import Receipt, receipt_id
from domain.values import Credits, Instant
from tests.support.system import running_system

HOME = "mtn/main"
HOST = Actor("os:finance@host")
K50 = 5_000


class Given(Command[None]):
    """Receipts of K50 as an import and the providers' answers would leave them."""

    def __init__(
        self, *, lines: Iterable[str] = (), credited: Iterable[str] = (), amount: int = K50
    ):
        self.at = Instant(1_000_000)
        self._lines = list(lines)
        self._credited = list(credited)
        self._amount = amount

    def touches(self) -> Iterable[UUID]:
        return [_id(name) for name in {*self._lines, *self._credited}]

    def decide(self, books: Books) -> None:
        for name in dict.fromkeys((*self._lines, *self._credited)):
            receipt = Receipt.open(HOME, name, at=self.at)
            if name in self._credited:
                receipt.see_by_api(amount_ngwee=K50, payment=None, at=self.at)
                receipt.credit(
                    payment="p", account=1, credits=Credits(100), amount_ngwee=K50,
                    vat_ngwee=0, at=self.at,
                )  # fmt: skip
            if name in self._lines:
                receipt.see_on_statement(
                    statement="s", line=1, amount_ngwee=self._amount, fee_ngwee=0,
                    happened_at=self.at, at=self.at,
                )  # fmt: skip
            books.record(receipt)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("store"), follows=False) as system:
        yield system


def _id(name: str) -> UUID:
    return receipt_id(HOME, name)


def _receipt(system: System, name: str) -> Receipt:
    found = system.reader.find(Receipt, _id(name))
    assert found
    return found


def _own(name: str) -> Decided:
    return Decided(_id(name), (_id(name),), Rule.RECEIPT, ("receipt",))


def test_a_batch_is_recorded_once_with_rule_and_evidence(system: System) -> None:
    run = system.committer.execute
    run(Given(lines=["a", "b"], credited=["a"]))
    decisions: list[Decided | ToHold] = [_own("a"), ToHold(_id("b"), Trouble.MISSING_IN_LEDGER)]
    first = run(RecordMatching(decisions, at=Instant(2_000_000)))
    assert (first.matched, first.held, first.known, first.refused) == (1, 1, 0, ())
    assert _receipt(system, "a").clearing_ngwee == 0
    assert _receipt(system, "b").held == "MISSING_IN_LEDGER"
    head = system.store.head()
    again = run(RecordMatching(decisions, at=Instant(3_000_000)))
    assert (again.matched, again.held, again.known) == (0, 0, 2)
    assert system.store.head() == head


def test_one_line_covers_many_receipts_and_each_part_can_be_taken_back(system: System) -> None:
    run = system.committer.execute
    run(Given(lines=["sum"], amount=2 * K50))
    run(Given(credited=["c", "d"]))
    run(
        RecordMatching(
            [Decided(_id("sum"), (_id("c"), _id("d")), Rule.GROUP, ("day", "sum"))],
            at=Instant(2_000_000),
        )
    )
    assert _receipt(system, "sum").is_posted
    assert [_receipt(system, name).clearing_ngwee for name in "cd"] == [0, 0]
    run(Unmatch(_id("sum"), 2, actor=HOST, reason="other day", at=Instant(3_000_000)))
    assert [_receipt(system, name).clearing_ngwee for name in "cd"] == [0, K50]
    assert not _receipt(system, "sum").is_posted
    with pytest.raises(NotFound):
        run(Unmatch(_id("sum"), 2, actor=HOST, reason="again", at=Instant(4_000_000)))


def test_a_decision_that_no_longer_holds_is_given_back_and_the_others_are_recorded(
    system: System,
) -> None:
    run = system.committer.execute
    run(Given(lines=["e", "f", "g"], credited=["f", "g"]))
    wrong = Decided(_id("e"), (_id("x"),), Rule.REFERENCE, ())
    run(Given(credited=["x"]))
    run(RecordMatching([Decided(_id("f"), (_id("x"),), Rule.REFERENCE, ())], at=Instant(2)))
    done = run(RecordMatching([wrong, _own("g")], at=Instant(2_000_000)))
    assert (done.matched, done.refused) == (1, (_id("e"),))
    assert _receipt(system, "e").parts == {}


def test_a_person_splits_a_line_by_hand(system: System) -> None:
    run = system.committer.execute
    run(Given(lines=["big"], amount=2 * K50))
    run(Given(credited=["h", "i"]))
    for name, part in (("h", 1), ("i", 2)):
        assert run(
            MatchByHand(
                _id("big"), [_id(name)], amount_ngwee=K50, actor=HOST, reason="by hand",
                at=Instant(2_000_000),
            )
        ) == [part]  # fmt: skip
    assert _receipt(system, "big").is_posted
    with pytest.raises(TooLate):
        run(
            MatchByHand(
                _id("big"), [_id("h")], amount_ngwee=None, actor=HOST, reason="once more",
                at=Instant(3_000_000),
            )
        )  # fmt: skip


def test_a_save_has_a_bound() -> None:
    with pytest.raises(InvalidRequest):
        RecordMatching([_own("a")] * (DECISIONS_MAX + 1), at=Instant(1))


def test_a_save_that_breaks_off_leaves_none_of_its_decisions_and_is_made_again(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, names = system.committer.execute, [f"whole-{n}" for n in range(50)]
    run(Given(lines=names, credited=names))
    head, transact = system.store.head(), system.store.transact

    def broken(decide: Callable[[Turn], Save]) -> None:
        def then_breaks(turn: Turn) -> Save:
            assert len(decide(turn).events) == len(names)
            raise BrokenPipeError

        transact(then_breaks)

    with monkeypatch.context() as patch:
        patch.setattr(system.store, "transact", broken)
        with pytest.raises(BrokenPipeError):
            run(RecordMatching([_own(name) for name in names], at=Instant(2_000_000)))
    assert system.store.head() == head
    assert not any(_receipt(system, name).is_posted for name in names)
    done = run(RecordMatching([_own(name) for name in names], at=Instant(2_000_000)))
    assert (done.matched, system.store.head()) == (len(names), head + len(names))
