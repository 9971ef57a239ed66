"""What changes the times of a message that waits: a clock that was wrong, quiet hours."""

from typing import Any, ClassVar

from domain.message.events import Event
from domain.message_states import Progress


class Redated(Event):
    """The clock had been wrong when it was dated, and is right again: its times count anew.

    ``due_at`` is when it may be tried next. ``last_attempt_at`` is None when there was none;
    version 1 had none, since what a clock dated that was ahead was as of the event's own time.
    """

    class_version: ClassVar[int] = 2

    TOPIC = "Message.Redated"
    number: int
    due_at: int
    expires_at: int
    last_attempt_at: int | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["last_attempt_at"] = None

    def apply(self, message: Progress) -> None:
        message.retry_at = self.due_at
        message.expires_at = self.expires_at
        message.last_attempt_at = self.attempted_at(message.last_attempt_at)

    def attempted_at(self, before: int | None) -> int | None:
        """Give when the last attempt was, that of ``before`` by the clock that was wrong."""
        if self.last_attempt_at is None and before is not None:
            return min(before, self.at)
        return self.last_attempt_at


class Postponed(Event):
    """Its account's quiet hours began while it waited: it may leave from ``due_at`` on.

    They are not counted as validity: ``expires_at`` is later by as long as they hold it.
    """

    TOPIC = "Message.Postponed"
    number: int
    due_at: int
    expires_at: int

    def apply(self, message: Progress) -> None:
        message.retry_at = self.due_at
        message.expires_at = self.expires_at
