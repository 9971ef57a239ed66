"""What is told of commands to whoever traces them: steps of messages, once they are committed."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final, Self

from application.ports import Begun, Step, Traces
from domain.events import Aggregate, Event
from domain.message import Message
from domain.message.waiting import due_from
from domain.values import Instant

_log = logging.getLogger("ngoma.committer")

_OUTCOMES: Final[Mapping[type[Event], str]] = {
    Message.AttemptStarted: "taken",
    Message.Sent: "sent",
    Message.AttemptFailed: "not sent",
    Message.InDoubt: "in doubt",
    Message.Failed: "failed",
    Message.Expired: "expired",
    Message.Cancelled: "cancelled",
    Message.Delivered: "delivered",
    Message.Undelivered: "undelivered",
}
"""The events that end something which took its time; the others happen within one of them."""
_OF_ATTEMPTS: Final = (Message.Sent, Message.AttemptFailed, Message.InDoubt, Message.Failed)
_OF_REPORTS: Final = (Message.Delivered, Message.Undelivered)


class Trail:
    """The steps of one batch; the committer's thread alone uses it."""

    def __init__(self, traces: Traces) -> None:
        self.under: Begun | None = None
        """The request of the command that decides now."""
        self._traces = traces
        self._steps: list[Step] = []

    def begun(self) -> Self:
        """Begin a batch: what was told of one that was not saved is forgotten."""
        self._steps.clear()
        return self

    def accepted(
        self,
        request_id: str | None,
        at: Instant,
        *,
        account: int,
        first_number: int,
        count: int,
        batch: int | None,
    ) -> None:
        """Take an acceptance, asked for at ``at``."""
        if request_id is not None and self._traces.keeps(request_id):
            facts = {"account": account, "message": first_number, "messages": count}
            root = _root(first_number, batch)
            self._steps.append(Step("accept", request_id, root, at, None, facts, self.under))

    def recorded(self, aggregate: Aggregate, events: Sequence[Event]) -> None:
        """Take what happened to a message that came by a request."""
        if not isinstance(aggregate, Message):
            return
        request_id = aggregate.request_id
        if request_id is not None and self._traces.keeps(request_id):
            for event in events:
                if type(event) in _OUTCOMES and not _is_taken_again(event):
                    self._steps.append(_step(aggregate, request_id, event))

    def tell(self, at: Instant) -> None:
        """Hand on the steps: their batch was committed at ``at``."""
        if self._steps:
            steps, self._steps = self._steps, []
            try:
                self._traces.committed(steps, at)
            except Exception:  # noqa: BLE001 - a trace is worth nobody's answer
                _log.exception("steps could not be traced")


def _root(number: int, batch: int | None) -> str:
    return f"message {number}" if batch is None else f"batch {batch}"


def _is_taken_again(event: Event) -> bool:
    """Whether a SIM takes what one had taken before: since when it waited is not known any more."""
    return isinstance(event, Message.AttemptStarted) and event.attempt > 1


def _step(message: Message, request_id: str, event: Event) -> Step:
    facts: dict[str, int | str] = {
        "account": message.account,
        "message": message.number,
        "network": message.network,
        "segments": message.segments,
        "outcome": _OUTCOMES[type(event)],
    }
    name, began_at, ended_at = "end", event.at, None
    if isinstance(event, Message.AttemptStarted):
        name, ended_at = "dispatch", event.at
        began_at = due_from(message.quiet, message.opened_at, message.send_at)
        facts["attempt"] = message.attempt
    elif isinstance(event, _OF_REPORTS):
        name = "report"
    elif isinstance(event, _OF_ATTEMPTS) and message.last_attempt_at is not None:
        name, began_at, ended_at = "attempt", Instant(message.last_attempt_at), event.at
        facts["attempt"] = message.attempt
    if message.sim is not None:
        facts["sim"] = message.sim
    return Step(name, request_id, _root(message.number, message.batch), began_at, ended_at, facts)
