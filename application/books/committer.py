"""The only writer: what waits becomes one batch, decided under the log's lock, saved at once.

Lock first, then decide: inside the transaction the touched aggregates are brought up to date
from their tails, every command decides, and the save is inserted and committed. A refusal
touches only its own command. After a lost connection the save's id tells whether it was
committed. The commit in flight is the batching window; there is no timer.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Final, TypeVar, cast
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from application.books.books import Books, LogReplaced
from application.books.cache import Cache
from application.books.commands import Command, Done, Outcome, Preparing
from application.books.crossings import Crossings
from application.books.line import BATCH_MESSAGES_MAX, WAITING_MESSAGES_MAX, Line, Waiting
from application.books.trail import Trail
from application.books.writing import tag_of
from application.ports import (
    AnswerLost,
    Clock,
    Numbers,
    Randomness,
    Save,
    Store,
    StoreUnusable,
    Turn,
    VersionConflict,
)
from domain.contents import ContentKind
from domain.errors import OutcomeUnknown, Refused, StoreDown, Unavailable
from domain.proof.writer import WriterKeys

__all__ = ["Command", "Committer", "Done", "Numbers", "Outcome", "Preparing"]

R = TypeVar("R")

OnSettled = Callable[[Mapping[tuple[str, str], int]], None]

REDO_PAUSE_S: Final = 0.1
"""Pause before the lock is tried again while the database is away."""
CONFLICTS_MAX: Final = 3
"""Conflicts of one save before it is split; only who writes past the lock makes any."""

_log = logging.getLogger("ngoma.committer")


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
        writer: WriterKeys,
        batch_messages_max: int = BATCH_MESSAGES_MAX,
        waiting_messages_max: int = WAITING_MESSAGES_MAX,
        store_wait_s: float = 5.0,
        lost_answer_wait_s: float = 60.0,
        on_commit: Callable[[], None] = lambda: None,
        on_settled: OnSettled = lambda _: None,
        trail: Trail | None = None,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.numbers = numbers
        self.randomness = randomness
        self.mapper = mapper
        self.on_commit = on_commit
        self.on_settled = on_settled
        """Told how many commands of which kind came to what, a batch at a time."""
        self._store = store
        self._clock = clock
        self._trail = trail
        self._writer = writer
        self._batch_max = batch_messages_max
        self._store_wait_s = store_wait_s
        self._lost_answer_wait_s = lost_answer_wait_s
        self._pause = pause or threading.Event().wait
        self._cache = Cache()
        self._written: StoredEvent | None = None
        """One of the newest events that were saved here, by which the log is known again."""
        self._line = Line(waiting_messages_max)
        self._crossings = Crossings(store=store, mapper=mapper, clock=clock, writer=writer)

    # -- any thread --------------------------------------------------------------------------

    def submit(self, command: Command[R], done: Done[R]) -> None:
        """Queue a command; ``done`` is called from the committer's thread with its outcome.

        Raises:
            Overloaded: too much is waiting; nothing was stored.
            StoreDown: the committer is closing down; nothing was stored.
        """
        deadline_s = self._clock.monotonic_s() + self._store_wait_s
        under = None if self._trail is None else self._trail.here()
        waiting = cast("Waiting[object]", Waiting(command, done, deadline_s, under))
        try:
            self._line.join(waiting)
        except Unavailable as refusal:
            waiting.refuse(refusal)
            self._count([waiting])
            raise

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
        self._line.close()

    @property
    def waiting(self) -> int:
        """Weight of what waits (a metric)."""
        return self._line.weight

    # -- the committer's thread ----------------------------------------------------------------

    def step(self, timeout_s: float) -> int:
        """Commit one batch; give how many commands it had (0 when nothing came in time)."""
        batch = self._line.take(self._batch_max, timeout_s)
        self._prepare(batch)
        self._commit([waiting for waiting in batch if waiting.outcome is None])
        for waiting in batch:
            waiting.tell()
        self._count(batch)
        self._crossings.put()
        return len(batch)

    def run(self) -> None:
        """Commit batches until stopped and drained."""
        while not self._line.is_finished():
            self.step(timeout_s=1.0)

    def _prepare(self, batch: Sequence[Waiting[object]]) -> None:
        for waiting in batch:
            while not (waiting.is_prepared or waiting.outcome):
                try:
                    waiting.command.prepare(self)
                except StoreDown as error:  # no numbers: they are drawn first
                    if self._refuse_overdue(batch, error):
                        self._pause(REDO_PAUSE_S)
                except Exception as error:  # noqa: BLE001 - whatever it is, its caller gets it
                    waiting.refuse(error)
                else:
                    waiting.is_prepared = True

    def _commit(self, batch: Sequence[Waiting[object]]) -> None:
        """Commit a batch; what fails together is redone in halves, down to the bad command."""
        if not batch:
            return
        try:
            self._save_surely(batch)
        except OutcomeUnknown as error:
            for waiting in batch:
                waiting.refuse_alike(error)
        except LogReplaced:
            self._forget()
            for waiting in batch:
                waiting.refuse(StoreDown("An older store was put back; nothing was stored."))
        except Exception as error:  # noqa: BLE001 - one bad command must hurt only itself
            left = [waiting for waiting in batch if not waiting.is_told]
            if len(left) == 1:
                left[0].refuse(error)
                return
            middle = len(left) // 2
            self._commit(left[:middle])
            self._commit(left[middle:])

    def _save_surely(self, batch: Sequence[Waiting[object]]) -> None:
        """Save until it is known to be committed, or known not to be and out of time."""
        save_id = UUID(bytes=self.randomness.token(16), version=4)
        lost_since_s: float | None = None
        conflicts = 0
        while batch:
            try:
                self._save_once(batch, save_id, after_loss=lost_since_s is not None)
            except (AnswerLost, StoreDown) as error:
                now_s = self._clock.monotonic_s()
                if lost_since_s is None and isinstance(error, AnswerLost):
                    lost_since_s = now_s
                if lost_since_s is None:
                    batch = self._refuse_overdue(batch, error)
                elif now_s >= lost_since_s + self._lost_answer_wait_s:
                    msg = "The database went away during the save; it may have been carried out."
                    raise OutcomeUnknown(msg) from error
                else:
                    self._refuse_overdue((), error)
                if batch:
                    self._pause(REDO_PAUSE_S)
            except VersionConflict:
                conflicts += 1
                if conflicts == CONFLICTS_MAX:
                    raise
            else:
                return

    def _forget(self) -> None:
        """Forget what was remembered of a newer store, the numbers that it gave out as well."""
        _log.error("an older store was put back: what was remembered of the newer one is forgotten")
        self._cache = Cache()
        self._written = None
        self._crossings.forget()
        self.numbers.forget()

    def _refuse_overdue(
        self, batch: Sequence[Waiting[object]], error: Exception
    ) -> list[Waiting[object]]:
        """While the database is away, refuse whoever has waited long enough; give the rest.

        Also in the line: nothing of it was stored, whatever becomes of the save in hand. Where
        waiting does not help, nobody in hand waits.
        """
        now_s = self._clock.monotonic_s()
        last_s = float("inf") if isinstance(error, StoreUnusable) else now_s
        overdue = [waiting for waiting in batch if waiting.deadline_s <= last_s]
        in_line = self._line.take_overdue(now_s)
        for waiting in [*overdue, *in_line]:
            refusal = StoreDown(f"{error}; nothing was stored.")
            refusal.__cause__ = error
            waiting.refuse(refusal)
            waiting.tell()
        self._count(in_line)
        return [waiting for waiting in batch if not waiting.is_told]

    def _save_once(
        self, batch: Sequence[Waiting[object]], save_id: UUID, *, after_loss: bool
    ) -> None:
        save = Save(save_id=save_id, at=self._clock.now())
        books: Books | None = None

        def decide(turn: Turn) -> Save:
            nonlocal books
            if after_loss and turn.was_saved(save_id):
                return Save(save_id=save_id, at=save.at)
            books = Books(
                turn,
                self._cache,
                self.mapper,
                save,
                writer=self._writer,
                written=self._written,
                trail=self._trail and self._trail.begun(),
            )
            commands = [waiting.command for waiting in batch]
            books.bring_up_to_date(chain.from_iterable(one.touches() for one in commands))
            books.look_up_repeatables(chain.from_iterable(one.digests() for one in commands))
            reads = list(chain.from_iterable(one.reads() for one in commands))
            books.look_up_contents(ContentKind.MESSAGE, reads)
            books.look_up_polls(chain.from_iterable(one.polls() for one in commands))
            for waiting in batch:
                if books.trail is not None:
                    books.trail.under = waiting.under
                waiting.outcome = self._decide(waiting.command, books, save)
            if save.events:
                save.changes.append(tag_of(self._writer, save.events, turn.tags_end()))
            return save

        self._store.transact(decide)
        # It is committed: an error from here on must not make it happen twice.
        if books is not None:
            self._cache.put(books.loaded)
            self._crossings.note(books)
            self._note_written(save)
        if books is None or save.events:
            self._say_committed()
        if self._trail is not None and books is not None:
            self._trail.tell(self._clock.now())

    @staticmethod
    def _decide(command: Command[object], books: Books, save: Save) -> Outcome[object]:
        before = save.mark()
        try:
            result = command.decide(books)
        except (Refused, Unavailable) as refusal:
            if books.leaves_pending() or save.mark() != before:
                msg = f"{type(command).__name__} refused after it had recorded (I12)"
                raise RuntimeError(msg) from refusal
            return Outcome(error=refusal)
        if books.leaves_pending():
            msg = f"{type(command).__name__} did not record all that it decided"
            raise RuntimeError(msg)
        return Outcome(result=result)

    def _count(self, settled: Sequence[Waiting[object]]) -> None:
        """Say what became of commands, once their callers know; each is counted once."""
        if settled:
            try:
                self.on_settled(Counter(waiting.what_became for waiting in settled))
            except Exception:  # noqa: BLE001 - a count is worth nobody's answer
                _log.exception("commands could not be counted")

    def _say_committed(self) -> None:
        try:
            self.on_commit()
        except Exception:  # noqa: BLE001 - followers also look by themselves
            _log.exception("nobody could be told of a commit")

    def _note_written(self, save: Save) -> None:
        """Remember an event of an aggregate with few: what it got since is read with it."""
        if save.events:
            self._written = min(save.events, key=attrgetter("originator_version"))
