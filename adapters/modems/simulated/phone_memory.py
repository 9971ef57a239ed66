"""What the app on an emulated phone remembers of messages, as its database does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.phone_report import PhoneState
from domain.values import Instant

EXPEDITED: Final = 100
"""The priority from which a message may be sent without pauses."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def read_app_time(text: str) -> Instant:
    """Read a time as the app does."""
    return Instant((datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND)


def app_time(at: Instant) -> str:
    """Write a time as the app does."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="milliseconds")


@dataclass(slots=True)
class Kept:
    """One message, with one recipient."""

    id: str
    text: str
    recipient: str
    slot: int
    priority: int
    created_at: Instant
    valid_until: Instant | None
    state: PhoneState = PhoneState.PENDING
    error: str | None = None
    states: dict[PhoneState, Instant] = field(default_factory=dict)

    @classmethod
    def of(cls, item: Mapping[str, Any], *, at: Instant) -> "Kept":
        """Make what is kept of an entry that was pulled; ``at`` by the phone's clock."""
        valid_until = item.get("validUntil")
        content = item.get("textMessage") or {"text": item.get("message", "")}
        return cls(
            id=item["id"],
            text=content["text"],
            recipient=item["phoneNumbers"][0],
            slot=item.get("simNumber") or 1,
            priority=item.get("priority") or 0,
            created_at=read_app_time(item["createdAt"]) if item.get("createdAt") else at,
            valid_until=read_app_time(valid_until) if valid_until else None,
            states={PhoneState.PENDING: at},
        )

    def become(self, state: PhoneState, *, at: Instant, error: str | None = None) -> bool:
        """Change its state; False when it stays: a failure is for good (``MessagesDao``)."""
        if self.state is PhoneState.FAILED:
            return False
        self.state, self.error = state, error
        self.states[state] = at
        return True

    def snapshot(self) -> Mapping[str, Any]:
        """Give the report of it, as it stands (``GatewayApi.MessagePatchRequest``)."""
        return {
            "id": self.id,
            "state": self.state.value,
            "recipients": [
                {"phoneNumber": self.recipient, "state": self.state.value, "error": self.error}
            ],
            "states": {state.value: app_time(at) for state, at in self.states.items()},
        }
