"""The only writer: what waits becomes one batch, decided under the log's lock, saved at once.

Lock first, then decide: inside the transaction the touched aggregates are brought up to date
from their tails, every command decides, and the save is inserted and committed. A refusal
touches only its own command. After a lost connection the save's id tells whether it was
committed. The commit in flight is the batching window; there is no timer.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar, cast
from uuid import UUID

from eventsourcing.persistence import Mapper

from application.gateway import SNAPSHOT_EVERY, SNAPSHOTTED, Books, Cache, snapshot_of
from application.ports import (
    AnswerLost,
    Clock,
    Randomness,
    Save,
    Store,
    Turn,
    VersionConflict,
)
from domain.errors import (
    NgomaError,
    OutcomeUnknown,
    Overloaded,
    Refused,
    StoreDown,
    Unavailable,
)
from domain.events import Aggregate
from domain.values import Instant

R = TypeVar("R")

BATCH_MESSAGES_MAX: Final = 1_000
"""Weight of one batch: a single send never waits behind more than this."""
WAITING_MESSAGES_MAX: Final = 50_000
"""Weight of all that may wait; more is refused (``Overloaded``)."""
REDO_PAUSE_S: Final = 0.1
"""Pause before the lock is tried again while the database is away."""


class Numbers(Protocol):
    """Unbroken runs of numbers."""

    def take(self, kind: str, count: int = 1) -> int:
        """Take ``count`` numbers in a row; the first is returned."""


class Preparing(Protocol):
    """What a command may use before the lock: numbers, randomness and the event encoder."""

    numbers: Numbers
    randomness: Randomness
    mapper: Mapper[UUID]


class Command(ABC, Generic[R]):
    """One wish, decided as a whole: it is accepted and stored, or refused and leaves nothing.

    ``decide`` may run again (after a conflict or a lost connection) and must then give the
    same numbers and times: whatever is drawn is drawn once, in ``prepare``.
    """

    at: Instant
    weight: int = 1
    """How many messages it carries."""

    def prepare(self, tools: Preparing) -> None:
        """Draw numbers and build what needs no decision; called once, before the lock."""

    def digests(self) -> Iterable[bytes]:
        """Name the repeat digests (contract decision 8) that it looks up."""
        return ()

    @abstractmethod
    def touches(self) -> Iterable[UUID]:
        """Name the aggregates that it is known to need, so that one query loads them all."""

    @abstractmethod
    def decide(self, books: Books) -> R:
        """Check everything, then apply and record.

        Raises:
            Refused: nothing of it is stored.
        """


class Outcome(Generic[R]):
    """What became of a command: a result or an error."""

    __slots__ = ("error", "result")

    def __init__(self, result: R | None = None, error: BaseException | None = None) -> None:
        self.result = result
        self.error = error

    def unwrap(self) -> R:
        """Give the result, or raise the error."""
        if self.error is not None:
            raise self.error
        return cast("R", self.result)


Done = Callable[[Outcome[R]], None]


class _Waiting(Generic[R]):
    """A command in the queue."""

    __slots__ = ("command", "deadline_s", "done", "outcome", "prepared")

    def __init__(self, command: Command[R], done: Done[R], deadline_s: float) -> None:
        self.command = command
        self.done = done
        self.deadline_s = deadline_s
        self.prepared = False
        self.outcome: Outcome[R] | None = None


class Committer:
    """Group commit of every command. ``step`` is called by one thread; ``submit`` by any."""

    def __init__(
        self,
        *,
        store: Store,
        mapper: Mapper[UUID],
        clock: Clock,
        randomness: Randomness,
        numbers: Numbers,
        batch_messages_max: int = BATCH_MESSAGES_MAX,
        waiting_messages_max: int = WAITING_MESSAGES_MAX,
        store_wait_s: float = 5.0,
        lost_answer_wait_s: float = 60.0,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self.numbers = numbers
        self.randomness = randomness
        self.mapper = mapper
        self.on_commit = on_commit
        self._store = store
        self._clock = clock
        self._batch_max = batch_messages_max
        self._waiting_max = waiting_messages_max
        self._store_wait_s = store_wait_s
        self._lost_answer_wait_s = lost_answer_wait_s
        self._cache = Cache()
        self._queue: deque[_Waiting[object]] = deque()
        self._weight = 0
        self._wake = threading.Condition()
        self._stopping = False

    # -- any thread --------------------------------------------------------------------------

    def submit(self, command: Command[R], done: Done[R]) -> None:
        """Queue a command; ``done`` is called from the committer's thread with its outcome.

        Raises:
            Overloaded: too much is waiting; nothing was stored.
            StoreDown: the committer is closing down; nothing was stored.
        """
        deadline_s = self._clock.monotonic_s() + self._store_wait_s
        waiting = _Waiting(command, done, deadline_s)
        with self._wake:
            if self._stopping:
                msg = "The gateway is closing down."
                raise StoreDown(msg)
            if self._weight + command.weight > self._waiting_max:
                msg = "Too many commands are waiting."
                raise Overloaded(msg)
            self._queue.append(cast("_Waiting[object]", waiting))
            self._weight += command.weight
            self._wake.notify()

    def execute(self, command: Command[R], *, timeout_s: float = 30.0) -> R:
        """Run a command and wait for its outcome, from a thread that may block.

        Raises:
            NgomaError: the command's refusal, or the store's state.
        """
        arrived = threading.Event()
        box: list[Outcome[R]] = []

        def done(outcome: Outcome[R]) -> None:
            box.append(outcome)
            arrived.set()

        self.submit(command, done)
        if not arrived.wait(timeout_s):
            msg = "The gateway gave no answer in time; the command may still be carried out."
            raise OutcomeUnknown(msg)
        return box[0].unwrap()

    def stop(self) -> None:
        """Refuse new commands and wake the thread; what waits is still committed."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()

    @property
    def waiting(self) -> int:
        """Weight of what waits (a metric)."""
        return self._weight

    # -- the committer's thread ----------------------------------------------------------------

    def step(self, timeout_s: float) -> int:
        """Commit one batch; give how many commands it had (0 when nothing came in time)."""
        batch = self._next_batch(timeout_s)
        if not batch:
            return 0
        self._prepare(batch)
        ready = [waiting for waiting in batch if waiting.outcome is None]
        if ready:
            self._commit(ready)
        for waiting in batch:
            waiting.done(cast("Outcome[object]", waiting.outcome))
        return len(batch)

    def run(self) -> None:
        """Commit batches until stopped and drained."""
        while not (self._stopping and not self._queue):
            self.step(timeout_s=1.0)

    def _next_batch(self, timeout_s: float) -> list[_Waiting[object]]:
        batch: list[_Waiting[object]] = []
        weight = 0
        with self._wake:
            if not self._queue and not self._stopping:
                self._wake.wait(timeout_s)
            while self._queue:
                next_weight = self._queue[0].command.weight
                if batch and weight + next_weight > self._batch_max:
                    break
                batch.append(self._queue.popleft())
                weight += next_weight
            self._weight -= weight
        return batch

    def _prepare(self, batch: Sequence[_Waiting[object]]) -> None:
        for waiting in batch:
            if waiting.prepared:
                continue
            try:
                waiting.command.prepare(self)
            except Exception as error:  # noqa: BLE001 - whatever it is, its caller gets it
                waiting.outcome = Outcome(error=error)
            waiting.prepared = True

    def _commit(self, batch: Sequence[_Waiting[object]]) -> None:
        """Commit a batch; what fails together is redone one command at a time."""
        try:
            self._save_surely(batch)
        except NgomaError as error:
            self._refuse(batch, error)
        except Exception as error:  # noqa: BLE001 - one bad command must hurt only itself
            if len(batch) == 1:
                self._refuse(batch, error)
                return
            for waiting in batch:
                self._commit([waiting])

    @staticmethod
    def _refuse(batch: Sequence[_Waiting[object]], error: Exception) -> None:
        for waiting in batch:
            waiting.outcome = Outcome(error=error)

    def _save_surely(self, batch: Sequence[_Waiting[object]]) -> None:
        """Save until it is known to be committed, or known not to be and out of time."""
        save_id = UUID(bytes=self.randomness.token(16), version=4)
        lost_since_s: float | None = None
        conflicts_left = len(batch) + 2
        while True:
            try:
                self._save_once(batch, save_id, after_loss=lost_since_s is not None)
            except AnswerLost as error:
                lost_since_s = lost_since_s or self._clock.monotonic_s()
                self._wait_for_store(lost_since_s + self._lost_answer_wait_s, error, lost=True)
            except StoreDown as error:
                lost = lost_since_s is not None
                limit_s = (
                    lost_since_s + self._lost_answer_wait_s
                    if lost_since_s is not None
                    else max(waiting.deadline_s for waiting in batch)
                )
                self._wait_for_store(limit_s, error, lost=lost)
            except VersionConflict:
                conflicts_left -= 1
                if conflicts_left <= 0:
                    raise
            else:
                return

    def _wait_for_store(self, limit_s: float, error: Exception, *, lost: bool) -> None:
        if self._clock.monotonic_s() < limit_s:
            threading.Event().wait(REDO_PAUSE_S)
            return
        if lost:
            msg = "The database went away during the save; it may have been carried out."
            raise OutcomeUnknown(msg) from error
        raise error

    def _save_once(
        self, batch: Sequence[_Waiting[object]], save_id: UUID, *, after_loss: bool
    ) -> None:
        save = Save(save_id=save_id, at=self._clock.now())
        books: Books | None = None

        def decide(turn: Turn) -> Save:
            nonlocal books
            if after_loss and turn.was_saved(save_id):
                return Save(save_id=save_id, at=save.at)
            books = Books(turn, self._cache, self.mapper, save)
            books.bring_up_to_date(key for waiting in batch for key in waiting.command.touches())
            books.look_up_repeats(
                digest for waiting in batch for digest in waiting.command.digests()
            )
            for waiting in batch:
                waiting.outcome = self._decide(waiting.command, books, save)
            return save

        self._store.transact(decide)
        if books is not None:
            self._cache.put(books.loaded)
            self._take_snapshots(books.loaded.values(), save)
        if save.events:
            self.on_commit()

    @staticmethod
    def _decide(command: Command[object], books: Books, save: Save) -> Outcome[object]:
        before = save.mark()
        try:
            result = command.decide(books)
        except (Refused, Unavailable) as refusal:
            if save.mark() != before or books.has_pending():
                msg = f"{type(command).__name__} refused after it had recorded (I12)"
                raise RuntimeError(msg) from refusal
            return Outcome(error=refusal)
        return Outcome(result=result)

    def _take_snapshots(self, touched: Iterable[Aggregate], save: Save) -> None:
        recorded: dict[object, int] = {}
        for stored in save.events:
            recorded.setdefault(stored.originator_id, stored.originator_version)
        for aggregate in touched:
            first = recorded.get(aggregate.id)
            if first is None or not isinstance(aggregate, SNAPSHOTTED):
                continue
            if (first - 1) // SNAPSHOT_EVERY != aggregate.version // SNAPSHOT_EVERY:
                try:
                    self._store.put_snapshot(snapshot_of(self.mapper, aggregate, save.at))
                except (StoreDown, AnswerLost):
                    return  # disposable: the next crossing makes another
