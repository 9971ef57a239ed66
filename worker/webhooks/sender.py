"""Finds webhooks that are to be told something, and tells them, many at the same time.

One thread has an event loop that runs for as long as a turn takes, and between turns nothing of it.
What became of deliveries is committed for all of them together; until that is done a webhook is
not looked at again, so that what it took is not sent once more.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Final

from application.books.alarms import Alarms
from application.books.commands import Command, Outcome
from application.books.reader import Reader
from application.ports import (
    BadEvent,
    Change,
    Clock,
    Store,
    WebhookAttempt,
    Webhooks,
    WebhookStanding,
)
from application.ports.queries import FeedRow, Queries, WebhookRow
from application.telling.deliveries import Delivery, RecordDeliveries, Standing, TurnWebhook
from domain.errors import NgomaError
from worker.webhooks.delivery import Deliverer
from worker.webhooks.lead import NAME, Lead

AT_ONCE_MAX: Final = 256
"""Webhooks that are told at the same time."""
TURN_S: Final = 0.05
"""How long a turn lets deliveries run before it looks what else there is."""
LOOK_S: Final = 0.5
"""How often it looks, besides after each progress of the read models."""
AWAY_S: Final = 1
"""How long a webhook waits when what it is to be told is not to be had."""
AFTER_FAULT_S: Final = 60
"""How long it waits after a fault of ours."""

Submit = Callable[[Command[Any], Callable[[Outcome[Any]], None]], None]

logger = logging.getLogger("ngoma.webhooks")


@dataclass(slots=True)
class _Running:
    """A webhook that is being told, or whose end is being stored."""

    webhook: WebhookRow
    delivery: Delivery
    task: "asyncio.Task[None]"
    is_ending: bool = False
    """Whether its end was handed to the committer."""


class Sender:
    """Tells webhooks; ``step`` is one turn, and starts no thread."""

    def __init__(
        self,
        *,
        queries: Queries,
        store: Store,
        reader: Reader,
        webhooks: Webhooks,
        submit: Submit,
        clock: Clock,
        alarms: Alarms,
        holder: str,
        progress: threading.Event,
        turn_s: float = TURN_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._queries = queries
        self._store = store
        self._submit = submit
        self._clock = clock
        self._alarms = alarms
        self._progress = progress
        self._turn_s = turn_s
        self._look_s = look_s
        self._lead = Lead(store.effects, clock, holder=holder)
        self._loop = asyncio.new_event_loop()
        self._poster = webhooks.open_poster()
        self._deliverer = Deliverer(
            queries=queries,
            poster=self._poster,
            reader=reader,
            texts=webhooks.texts,
            clock=clock,
            bad=self._note_bad,
        )
        self._running: dict[int, _Running] = {}
        self._released: SimpleQueue[int] = SimpleQueue()
        self._bad: list[BadEvent] = []
        self._looked_s = float("-inf")
        self.delivered = 0
        """Events that were taken (a metric)."""
        self.failed = 0
        """Attempts that failed (a metric)."""

    @property
    def is_busy(self) -> bool:
        """Whether a webhook is being told, or its end stored."""
        return bool(self._running)

    def step(self) -> None:
        """Tell for one turn, or wait for something to tell.

        Raises:
            Unavailable: the store is away; step again later.
        """
        self._release()
        if self._may_look():
            self._begin_due()
        if not self._running:
            self._progress.wait(self._look_s)
            return
        self._loop.run_until_complete(asyncio.sleep(self._turn_s))
        self._commit()

    def close(self) -> None:
        """End what is under way, and let another process lead.

        Raises:
            StoreDown: the term has to run out.
        """
        self._loop.run_until_complete(_end([each.task for each in self._running.values()]))
        self._commit()
        self._loop.run_until_complete(self._poster.close())
        self._loop.close()
        self._lead.release()

    # -- what is due ------------------------------------------------------------------------------

    def _may_look(self) -> bool:
        now_s = self._clock.monotonic_s()
        if self._progress.is_set() or now_s - self._looked_s >= self._look_s or not self._running:
            self._progress.clear()
            self._looked_s = now_s
            self._loop.run_until_complete(self._poster.sweep())
            return True
        return False

    def _begin_due(self) -> None:
        """Begin with what is due, as far as there is room."""
        room = AT_ONCE_MAX - len(self._running)
        if room <= 0:
            return
        head = self._store.head()
        limit = room + len(self._running)
        due = self._queries.due_webhooks(self._clock.now(), limit=limit)
        due = [webhook for webhook in due if webhook.account not in self._running][:room]
        if not (due or self._bad) or not self._lead.take(head, self._bad):
            return
        self._show_bad()
        for webhook in due:
            self._running[webhook.account] = self._begin(webhook)

    def _begin(self, webhook: WebhookRow) -> _Running:
        delivery = Delivery(
            Standing(
                account=webhook.account,
                epoch=webhook.epoch,
                delivered=webhook.delivered,
                tries=webhook.tries,
                due_at=webhook.due_at,
                attempts=webhook.attempts,
            )
        )
        task = self._loop.create_task(self._deliver(webhook, delivery))
        return _Running(webhook, delivery, task)

    async def _deliver(self, webhook: WebhookRow, delivery: Delivery) -> None:
        try:
            await self._deliverer.deliver(webhook, delivery)
        except NgomaError as error:
            logger.info("webhook of account %d waits: %s", webhook.account, type(error).__name__)
            delivery.put_off(self._clock.now(), AWAY_S)
        except Exception:  # one webhook's trouble is no other's
            logger.exception("webhook of account %d failed", webhook.account)
            delivery.put_off(self._clock.now(), AFTER_FAULT_S)

    # -- what became of it ------------------------------------------------------------------------

    def _commit(self) -> None:
        """Hand on what became of deliveries; who is over is let go once that is stored."""
        changes: list[Change] = []
        ended: list[int] = []
        turned: list[_Running] = []
        for account, running in self._running.items():
            if running.is_ending:
                continue
            attempts = running.delivery.new_attempts()
            self._count(attempts)
            changes += attempts
            running.is_ending = running.task.done()
            if running.is_ending and running.delivery.turned is not None:
                turned.append(running)
                continue
            if attempts or running.is_ending:
                changes.append(_standing(running))
            if running.is_ending:
                ended.append(account)
        at = self._clock.now()
        if changes:
            self._hand(RecordDeliveries(changes, at=at), ended)
        for running in turned:
            self._hand(TurnWebhook(running.delivery, at=at), [running.webhook.account])

    def _count(self, attempts: Sequence[WebhookAttempt]) -> None:
        taken = sum(each.is_taken for each in attempts)
        self.delivered += taken
        self.failed += len(attempts) - taken

    def _hand(self, command: Command[Any], ended: Sequence[int]) -> None:
        """Have it stored without waiting; then, or when it cannot be, let the webhooks go."""

        def done(outcome: Outcome[Any]) -> None:
            if outcome.error is not None:  # what was told is told again, under the same ids
                logger.warning("deliveries are not noted: %s", type(outcome.error).__name__)
            for account in ended:
                self._released.put(account)
            self._progress.set()

        try:
            self._submit(command, done)
        except NgomaError as error:
            done(Outcome(error=error))

    def _release(self) -> None:
        """Let webhooks go whose end is stored, or could not be: they are read anew."""
        while not self._released.empty():
            self._running.pop(self._released.get(), None)

    # -- what cannot be told ----------------------------------------------------------------------

    def _note_bad(self, row: FeedRow, error: Exception) -> None:
        reason = f"{row.type.value}: {type(error).__name__}"
        logger.error("webhooks: bad event %d (%s)", row.position, reason, exc_info=error)
        self._bad.append(BadEvent(NAME, row.position, reason, self._clock.now()))

    def _show_bad(self) -> None:
        count = self._lead.count_bad()
        if count:
            self._alarms.set(f"{NAME} events", f"{count} could not be told")
        else:
            self._alarms.clear(f"{NAME} events")


async def _end(tasks: "Sequence[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _standing(running: _Running) -> WebhookStanding:
    webhook, found = running.webhook, running.delivery.standing
    return WebhookStanding(
        account=found.account,
        was=webhook.epoch,
        epoch=webhook.epoch,
        state=webhook.state,
        delivered=found.delivered,
        tries=found.tries,
        due_at=found.due_at,
        attempts=found.attempts,
    )
