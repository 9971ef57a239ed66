"""What the app on an emulated phone remembers of messages, as its database does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.phone_report import PhoneState
from domain.values import Instant

EXPEDITED: Final = 100
"""The priority from which a message may be sent without pauses."""
RESULTS: Final = {
    1: "RESULT_ERROR_GENERIC_FAILURE (Generic failure cause)",
    2: "RESULT_ERROR_RADIO_OFF (Failed because radio was explicitly turned off)",
    4: "RESULT_ERROR_NO_SERVICE (Failed because service is currently unavailable)",
    5: "RESULT_ERROR_LIMIT_EXCEEDED (Failed because we reached the sending queue limit)",
    28: "RESULT_UNEXPECTED_EVENT_STOP_SENDING (Failed because the user denied or canceled the"
    " dialog displayed for a premium shortcode SMS or rate-limited SMS)",
    106: "RESULT_RIL_REQUEST_RATE_LIMITED (The radio denied the operation due to"
    " overly-frequent requests)",
}
"""The app's words for Android's numbers (``MessagesService.resultToErrorMessage``)."""
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
