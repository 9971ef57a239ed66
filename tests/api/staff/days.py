"""Days of a wallet to close, where a test is about who may close them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command
from application.money.statements import import_statement
from application.ports import FileLine, FileSummary
from application.system import System
from domain.period import Period, PeriodState, period_id
from domain.provider_account import ProviderAccount
from domain.sheet import Figures, bounds_of
from domain.values import SECOND, Instant

WALLET = ProviderAccount("mtn/main")
DAY = "2026-02-01"
NAMED = {"provider": "mtn", "date": DAY}


@dataclass
class Lines:
    """A file in memory."""

    summary: FileSummary
    shown: Sequence[FileLine]

    def lines(self) -> Iterator[FileLine]:
        yield from self.shown


def bring(system: System, *, payer: str | None = None) -> None:
    """Import a statement of the day with a line of K50; the same again changes nothing."""
    at = Instant(bounds_of(DAY)[0] + 3600 * SECOND)
    line = FileLine(2, "T1", 5_000, 0, at, "+260971234567", payer)
    summary = FileSummary(
        sha256="ab" * 32,
        template="mtn",
        lines=1,
        total_ngwee=5_000,
        opening_ngwee=10_000,
        closing_ngwee=15_000,
        first_at=at,
        last_at=at,
        refused=0,
        refused_rows=(),
    )
    import_statement(
        Lines(summary, [line]),
        WALLET,
        execute=system.committer.execute,
        clock=system.clock,
        actor=Actor("os:test@host"),
    )


class Stand(Command[None]):
    """Let the day stand somewhere, whoever had to sign for it."""

    def __init__(self, state: PeriodState, figures: Figures, at: Instant) -> None:
        self.at = at
        self._state = state
        self._figures = figures

    def touches(self) -> Iterable[UUID]:
        yield period_id(WALLET, DAY)

    def decide(self, books: Books) -> None:
        found = books.find(Period, period_id(WALLET, DAY))
        period = found or Period.open(WALLET, DAY, at=self.at)
        if period.state != PeriodState.OPEN:
            period.reopen(actor="account:98", reason="1/x", at=self.at)
        if self._state != PeriodState.OPEN:
            period.prepare(self._figures, position=1, actor="account:99", at=self.at)
        if self._state == PeriodState.SIGNED_OFF:
            period.sign_off(self._figures, approver="account:98", at=self.at)
        books.record(period)


def stand(system: System, state: PeriodState) -> None:
    bring(system)
    assert system.queries.reached(system.store.head(), timeout_s=10, projection="days")
    figures = system.queries.figures(WALLET, DAY)
    system.committer.execute(Stand(state, figures, system.clock.now()))
