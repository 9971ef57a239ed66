"""The committer's process: saves the batches that it is given, and says what became of them."""

import logging
import socket
import traceback
from collections.abc import Sequence
from typing import Final

from adapters.observability.outlet import Outlet
from adapters.reads import open_store
from adapters.saving import open_saver_apart
from adapters.settings import Settings
from application.books.commands import Outcome
from application.books.line import Waiting
from application.ports import Step, Store
from domain.errors import NgomaError, OutcomeUnknown
from domain.values import Instant
from worker.apart.batches import Answer, Asked, Order, Settled, packed, travels, unpacked
from worker.apart.line import HungUp
from worker.apart.pipe import Pipe
from worker.memory import settle_memory

STORE_LOGGER: Final = "ngoma.store"
"""Silent here: what befalls the store is said once, by the process that is told of it."""
STORED: Final = "It was carried out, and what came of it cannot be told."

logger = logging.getLogger("ngoma.threads")


def commit(settings: Settings, outlet: Outlet, end: socket.socket) -> None:
    """Save batches into the store that the settings name until the line ends.

    Raises:
        SystemExit: it cannot; the log says why.
    """
    try:
        _Child(settings, Pipe(end)).run()
    except NgomaError as error:
        logger.warning("nothing can be saved: %s", error)
        raise SystemExit(1) from error
    except Exception as error:  # whatever it was, nobody else would say it
        logger.exception("the committer's process cannot go on")
        raise SystemExit(1) from error
    finally:
        outlet.close()


class _Child:
    """What saves, and what is still to be said of it."""

    def __init__(self, settings: Settings, pipe: Pipe) -> None:
        logging.getLogger(STORE_LOGGER).disabled = True
        self._pipe = pipe
        self._store: Store = open_store(settings, is_server=True)
        self._saver = open_saver_apart(settings, self._store, self._committed, self._take_traced)
        self._saver.on_away = self._say_away
        self._saver.on_parts = self._say_parts
        self._settled: list[Settled] = []
        self._traced: list[tuple[Sequence[Step], Instant]] = []
        self._has_committed = False

    def run(self) -> None:
        """Save until nobody asks any more."""
        settle_memory()
        try:
            self._say(Answer())  # that there is somebody
            while True:
                order: Order = unpacked(self._pipe.hear(None) or b"")
                self._carry_out(order)
        except HungUp:
            self._store.close()

    def _carry_out(self, order: Order) -> None:
        batch = [self._waiting(place, asked) for place, asked in enumerate(order.asked)]
        self._saver.save(batch, order.save_id, after_loss=order.after_loss)
        for each in batch:
            each.tell()
        self._say(Answer(is_last=True))
        self._saver.tidy()

    def _waiting(self, place: int, asked: Asked) -> Waiting[object]:
        def done(outcome: Outcome[object]) -> None:
            self._settled.append(_settled(place, outcome))

        command, deadline_s, under = asked
        return Waiting(command, done, deadline_s, under)

    # -- what is said ------------------------------------------------------------------------------

    def _committed(self) -> None:
        self._has_committed = True

    def _take_traced(self, steps: Sequence[Step], at: Instant) -> None:
        self._traced.append((steps, at))

    def _say_away(self, error: Exception) -> None:
        self._say(Answer(away=str(error)))

    def _say_parts(self) -> None:
        self._say(Answer(in_parts=True))

    def _say(self, answer: Answer) -> None:
        said = answer._replace(
            settled=self._settled,
            has_committed=self._has_committed,
            trouble=self._store.trouble(),
            damage=self._store.damage(),
            traced=self._traced,
        )
        try:
            frame = packed(said)
        except Exception:  # whichever outcome it is: who waits for the others gets theirs
            logger.exception("what came of commands cannot go to another process")
            frame = packed(said._replace(settled=[_readable(each) for each in said.settled]))
        self._settled, self._traced, self._has_committed = [], [], False
        self._pipe.say(frame)


def _settled(place: int, outcome: Outcome[object]) -> Settled:
    """Say what became of a command; of a fault also where it was met, which does not travel."""
    error = outcome.error
    if error is None or isinstance(error, NgomaError):
        return place, outcome.result, error
    found = "".join(traceback.format_exception(error))
    if not travels(error):
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(found)
    return place, None, error


def _readable(settled: Settled) -> Settled:
    place, *_ = settled
    return settled if travels(settled) else (place, None, OutcomeUnknown(STORED))
