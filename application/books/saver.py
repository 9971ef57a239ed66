"""Saves batches of commands: lock first, then decide, and what is decided is stored at once.

Inside the transaction the touched aggregates are brought up to date from their tails, every command
decides, and the save is inserted and committed. A refusal touches only its own command. After a
lost connection the save's id tells whether it was committed.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Final
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from application.books.books import Books, LogReplaced
from application.books.cache import Cache
from application.books.commands import Command, Outcome
from application.books.crossings import Crossings
from application.books.line import Waiting
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

REDO_PAUSE_S: Final = 0.1
"""Pause before the lock is tried again while the database is away."""
CONFLICTS_MAX: Final = 3
"""Conflicts of one save before it is split; only who writes past the lock makes any."""
AWAY: Final = "The database went away during the save; it may have been carried out."
STORED: Final = "Its answer was lost: it was stored, unless it was refused."

_log = logging.getLogger("ngoma.committer")


class Saver:
    """What saves, in one thread. It settles commands; whoever gave them tells their callers."""

    def __init__(
        self,
        *,
        store: Store,
        mapper: Mapper[UUID],
        clock: Clock,
        randomness: Randomness,
        numbers: Numbers,
        writer: WriterKeys,
        lost_answer_wait_s: float = 60.0,
        on_commit: Callable[[], None] = lambda: None,
        trail: Trail | None = None,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.numbers = numbers
        self.randomness = randomness
        self.mapper = mapper
        self.on_commit = on_commit
        self.on_away: Callable[[Exception], object] = lambda _: None
        """Hears, again and again, why nothing can be stored now."""
        self.on_parts: Callable[[], object] = lambda: None
        """Called before a batch is saved in parts: the id of its save says nothing of it then."""
        self._store = store
        self._clock = clock
        self._trail = trail
        self._writer = writer
        self._lost_answer_wait_s = lost_answer_wait_s
        self._pause = pause or threading.Event().wait
        self._cache = Cache()
        self._written: StoredEvent | None = None
        """One of the newest events that were saved here, by which the log is known again."""
        self._crossings = Crossings(store=store, mapper=mapper, clock=clock, writer=writer)

    def save(
        self,
        batch: Sequence[Waiting[object]],
        save_id: UUID | None = None,
        *,
        after_loss: bool = False,
    ) -> None:
        """Settle each command of a batch, under an id that no other batch has.

        ``after_loss``: who had the batch before, under this id, is gone, and may have saved it.
        """
        self._prepare(batch)
        left = [each for each in batch if each.outcome is None]
        self._commit(left, save_id, after_loss=after_loss)

    def tidy(self) -> None:
        """Keep the snapshots that are due; nobody waits for it."""
        self._crossings.put()

    def say_committed(self) -> None:
        """Tell whoever wants to know of a commit."""
        try:
            self.on_commit()
        except Exception:  # noqa: BLE001 - followers also look by themselves
            _log.exception("nobody could be told of a commit")

    # -- before the lock -------------------------------------------------------------------------

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

    # -- under the lock --------------------------------------------------------------------------

    def _commit(
        self, batch: Sequence[Waiting[object]], save_id: UUID | None, *, after_loss: bool
    ) -> None:
        """Commit a batch; what fails together is redone in halves, down to the bad command."""
        if not batch:
            return
        try:
            self._save_surely(batch, save_id or draw_id(self.randomness), after_loss=after_loss)
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
            self.on_parts()
            middle = len(left) // 2
            self._commit(left[:middle], None, after_loss=False)
            self._commit(left[middle:], None, after_loss=False)

    def _save_surely(
        self, batch: Sequence[Waiting[object]], save_id: UUID, *, after_loss: bool
    ) -> None:
        """Save until it is known to be committed, or known not to be and out of time."""
        lost_since_s = self._clock.monotonic_s() if after_loss else None
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
                    raise OutcomeUnknown(AWAY) from error
                else:
                    self.on_away(error)
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

        Where waiting does not help, nobody in hand waits.
        """
        now_s = self._clock.monotonic_s()
        refuse_overdue(batch, error, float("inf") if isinstance(error, StoreUnusable) else now_s)
        self.on_away(error)
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
        else:
            _settle_saved(batch)
        if books is None or save.events:
            self.say_committed()
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

    def _note_written(self, save: Save) -> None:
        """Remember an event of an aggregate with few: what it got since is read with it."""
        if save.events:
            self._written = min(save.events, key=attrgetter("originator_version"))


def draw_id(randomness: Randomness) -> UUID:
    """Draw the id of a save."""
    return UUID(bytes=randomness.token(16), version=4)


def _settle_saved(batch: Iterable[Waiting[object]]) -> None:
    """Settle what was saved by somebody who did not come to say how it was decided."""
    for waiting in batch:
        if waiting.outcome is None:
            waiting.refuse(OutcomeUnknown(STORED))


def refuse_overdue(
    waiting: Iterable[Waiting[object]], error: Exception, last_s: float = float("inf")
) -> None:
    """Refuse those whose deadline is past at ``last_s``, and tell them: nothing was stored."""
    for each in waiting:
        if each.deadline_s <= last_s and not each.is_told:
            refusal = StoreDown(f"{error}; nothing was stored.")
            refusal.__cause__ = error
            each.refuse(refusal)
            each.tell()
