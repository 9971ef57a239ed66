"""Every question of ``application.ports.queries``, answered from the read models."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

import projections
from application.ports.queries import (
    AccountRow,
    Ahead,
    Backlog,
    Balance,
    EntryRow,
    ErasedRow,
    Kept,
    KeyRow,
    LogFilter,
    LogPage,
    LookRow,
    MessageFilter,
    MessageRow,
    Place,
    ProjectionStatus,
    SenderIdRow,
    Statement,
    Waiting,
)
from domain.errors import StoreDown
from domain.message_states import State
from domain.span import Span
from domain.stretch import Stretch
from domain.values import Instant, Network
from projections import catalogue
from projections.catalogue import ReadModel
from projections.days.answers import DayAnswers
from projections.keeping import Keeper, Unlosable
from projections.known import Positions, statuses
from projections.log import Log
from projections.reading_feed import FeedReading
from projections.reading_fleet import FleetReading
from projections.reading_ledger import LedgerReading
from projections.reading_messages import MessageReading
from projections.reading_receipts import ReceiptReading
from projections.reading_reports import ReportReading
from projections.reading_threads import ThreadReading

if TYPE_CHECKING:  # else each is imported when it is asked
    import projections.approvals
    import projections.balances
    import projections.directory
    import projections.dispatch
    import projections.idempotency
    import projections.listing
    import projections.looks
    import projections.message_log
    import projections.repeatables
    import projections.retention
    import projections.searching


class SqlQueries(
    LedgerReading,
    ReceiptReading,
    DayAnswers,
    ReportReading,
    FeedReading,
    FleetReading,
    MessageReading,
    ThreadReading,
):
    """Implements ``application.ports.queries.Queries``; may be called from many threads.

    A read model that is being built anew answers nothing: half of a log would be taken for all
    of it.
    """

    def __init__(
        self, engine: Engine, known: Positions, log: Log, keeper: Keeper | None = None
    ) -> None:
        self._engine = engine
        self._known = known
        self._log = log
        self._keeper = keeper or Unlosable()

    @contextmanager
    def _reading(self, *models: ReadModel) -> Iterator[Connection]:
        """Lend a connection to ask a read model, or several.

        Raises:
            StoreDown: one does not answer, is being built anew, or all connections are taken.
        """
        with self._asking():
            for model in models:
                self._known.must_answer(model.name)
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            with self._keeper.watch():
                yield
        except (PoolExhausted, OperationalError, InterfaceError) as error:
            msg = f"The read models cannot be read: {type(error).__name__}."
            raise StoreDown(msg) from error

    # -- customers --------------------------------------------------------------------------

    def log(
        self, account: int, wanted: LogFilter, *, gives_up: Callable[[], bool] | None = None
    ) -> LogPage:
        """List an account's messages, newest first; a search ``gives_up`` when nobody waits.

        Raises:
            InvalidRequest: a search that takes too long, or that nobody waits for.
        """
        if not wanted.search:
            with self._reading(catalogue.MESSAGE_LOG) as connection:
                return projections.message_log.page(connection, account, wanted)
        search = projections.searching.Search(account, wanted, gives_up=gives_up)
        while not search.is_over:
            with (
                projections.searching.giving_way(),
                self._reading(catalogue.MESSAGE_LOG) as connection,
            ):
                search.look(connection)
        with self._reading(catalogue.MESSAGE_LOG) as connection:
            return search.found(connection)

    def balance(self, account: int) -> Balance | None:
        """Give an account's balance row."""
        with self._reading(catalogue.BALANCES) as connection:
            return projections.balances.balance(connection, account)

    def statement(self, account: int, span: Span, *, after: int, limit: int) -> Statement | None:
        """List the movements of an account's wallet after a log position, oldest first."""
        with self._reading(catalogue.BALANCES) as connection:
            return projections.balances.statement(
                connection, account, span, after=after, limit=limit
            )

    def sender_ids(self, account: int) -> Sequence[SenderIdRow]:
        """List an account's sender ID requests, oldest first."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.sender_ids(connection, account)

    def keys(self, account: int) -> Sequence[KeyRow]:
        """List an account's keys, oldest first."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.keys(connection, account)

    # -- operators --------------------------------------------------------------------------

    def accounts(
        self, *, after: int, limit: int, suspended: bool | None = None
    ) -> Sequence[AccountRow]:
        """List accounts by number; ``suspended`` None is all."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.accounts(
                connection, after=after, limit=limit, suspended=suspended
            )

    def account(self, account: int) -> AccountRow | None:
        """Find one account."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.account(connection, account)

    def staff(self, *, after: int, limit: int) -> Sequence[AccountRow]:
        """List the accounts that have a role, by number."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.staff(connection, after=after, limit=limit)

    def resets_alone(self, since: Instant, *, limit: int) -> Mapping[int, Instant]:
        """Say whose second factor was reset without another person since a time, newest first."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.resets_alone(connection, since, limit=limit)

    def entries(self, status: str | None, *, after: int, limit: int) -> Sequence[EntryRow]:
        """List what takes two people, by number; ``status`` None is every one."""
        with self._reading(catalogue.APPROVALS) as connection:
            return projections.approvals.entries(connection, status, after=after, limit=limit)

    def entry(self, number: int) -> EntryRow | None:
        """Find one of them."""
        with self._reading(catalogue.APPROVALS) as connection:
            return projections.approvals.entry(connection, number)

    def looks(self, account: int | None, *, before: int, limit: int) -> Sequence[LookRow]:
        """List what staff looked at, newest first."""
        with self._reading(catalogue.LOOKS) as connection:
            return projections.looks.looks(connection, account, before=before, limit=limit)

    def sender_id_requests(
        self, status: str | None, *, account: int | None = None, after: int, limit: int
    ) -> Sequence[SenderIdRow]:
        """List requests by number, oldest first; ``status`` or ``account`` None: of every one."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.sender_id_requests(
                connection, status, account=account, after=after, limit=limit
            )

    def sender_id(self, number: int) -> SenderIdRow | None:
        """Find one sender ID request of any account."""
        with self._reading(catalogue.DIRECTORY) as connection:
            return projections.directory.sender_id(connection, number)

    def projections(self) -> Sequence[ProjectionStatus]:
        """Say where each projection stands."""
        with self._asking():
            return statuses(catalogue.MODELS, self._known, self._log)

    def expired_answers(
        self, now: Instant, *, limit: int, spared: Sequence[Stretch] = ()
    ) -> Sequence[int]:
        """List the numbers of stored answers (contents of kind ``submission``) past their time."""
        with self._reading(catalogue.IDEMPOTENCY) as connection:
            return projections.idempotency.expired_answers(connection, now, spared, limit=limit)

    def ended_repeatables(self, before: Instant, *, limit: int) -> Sequence[int]:
        """List first numbers of acceptances, answered 503 up to ``before``, that have ended."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.repeatables.ended_repeatables(connection, before, limit=limit)

    def kept_contents(
        self,
        kept: Kept,
        *,
        before: Instant,
        after: Place | None,
        limit: int,
        spared: Sequence[Stretch] = (),
    ) -> Sequence[Place]:
        """List messages accepted up to ``before`` of whose content this much is kept, by age."""
        with self._reading(catalogue.RETENTION) as connection:
            return projections.retention.kept_contents(
                connection, kept, before=before, after=after, spared=spared, limit=limit
            )

    def erased(self, what: str | None, *, before: int, limit: int) -> Sequence[ErasedRow]:
        """List what was erased, the newest first."""
        with self._reading(catalogue.RETENTION) as connection:
            return projections.retention.erased(connection, what, before=before, limit=limit)

    def messages_of(self, account: int, *, after: int, limit: int) -> Sequence[tuple[int, int]]:
        """List an account's messages after a log position: position and number, oldest first."""
        with self._reading(catalogue.MESSAGE_LOG) as connection:
            return projections.message_log.numbers_of(connection, account, after=after, limit=limit)

    # -- dispatching ------------------------------------------------------------------------

    def next_waiting(
        self, network: Network, *, sim: int, now: Instant, limit: int
    ) -> Sequence[Waiting]:
        """List due queued messages that SIM number ``sim`` may carry, best first."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.waiting.next_waiting(
                connection, network, sim=sim, now=now, limit=limit
            )

    def due_networks(self, now: Instant) -> Sequence[Network]:
        """List the networks that have at least one due queued message."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.waiting.due_networks(connection, now)

    def waiting_since(self, now: Instant) -> Mapping[Network, Instant]:
        """Say since when the oldest due queued message of each network that has one is due."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.waiting.waiting_since(connection, now)

    def overdue(
        self, now: Instant, *, limit: int, spared: Sequence[Stretch] = ()
    ) -> Sequence[Waiting]:
        """List queued messages that expired or are in quiet hours, and doubts past their limit."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.overdue.overdue(connection, now, spared, limit=limit)

    def misdated(
        self, at: Instant, *, limit: int, early: Sequence[Stretch] = ()
    ) -> Sequence[Waiting]:
        """List open messages whose newest event is dated later than this."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.overdue.misdated(connection, at, early, limit=limit)

    def held_by(self, sim: int) -> Sequence[Waiting]:
        """List messages in state Sending on a SIM."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.overdue.held_by(connection, sim)

    def held_by_others(self, live: Collection[int], *, limit: int) -> Sequence[Waiting]:
        """List messages in state Sending on SIMs that are not among ``live``."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.overdue.held_by_others(connection, live, limit=limit)

    def messages(self, wanted: MessageFilter) -> Sequence[MessageRow]:
        """List messages of all accounts, newest first."""
        self._known.must_answer(catalogue.DISPATCH.name)
        with self._reading(catalogue.MESSAGE_LOG) as connection:
            return projections.listing.messages(connection, wanted)

    def open_messages(self, state: State, *, after: int, limit: int) -> Sequence[Waiting]:
        """List the open messages in a state, by number."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.overdue.open_messages(
                connection, state, after=after, limit=limit
            )

    def ahead_of(self, number: int) -> Ahead | None:
        """Count what is ahead of a queued message; None when it is not, or too far back."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.ahead.ahead_of(connection, number)

    def backlog(self) -> Sequence[Backlog]:
        """Count open messages by network."""
        with self._reading(catalogue.DISPATCH) as connection:
            return projections.dispatch.waiting.backlog(connection)

    # -- reading what was just written --------------------------------------------------------

    def reached(self, position: int, *, timeout_s: float, projection: str) -> bool:
        """Wait until ``projection`` has handled log position ``position``; False at the limit."""
        with self._asking():
            return self._known.reached(position, timeout_s=timeout_s, projection=projection)
