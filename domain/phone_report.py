"""What a phone says of a message, read: each report is all that the phone knows at that moment.

The app's states: Pending, Cancelling, Cancelled, Processed (handed to Android), Sent, Delivered,
Failed. Reports may come twice, late, and in any order; what a state proves stays proven.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.values import SECOND, Instant

NOBODY: Final = "0"
"""The recipient of a question. A phone that answers by it has learnt of the message by the question
alone: it was never given the message, or has forgotten it."""
TTL_EXPIRED: Final = "TTL expired"
"""The app's word for a message whose time was over before it was handed to Android."""

_ID: Final = re.compile(r"msg_([1-9][0-9]{0,17})-([1-9][0-9]{0,8})")
REFUSED_BY_APP: Final = "Can't send message:"
"""How the app begins to say that Android did not take a message from it."""
_REFUSED: Final = (REFUSED_BY_APP, "sendSMS:")
_CENTRE: Final = re.compile(r"Delivery result from SC .*: ([0-9]{1,3})$")
_BY_CENTRE: Final = "Delivery result"
_GAVE_UP: Final = 0x40


class PhoneState(StrEnum):
    """A message's states in the app."""

    PENDING = "Pending"
    CANCELLING = "Cancelling"
    CANCELLED = "Cancelled"
    PROCESSED = "Processed"
    SENT = "Sent"
    DELIVERED = "Delivered"
    FAILED = "Failed"


class Proves(StrEnum):
    """What a report proves of the message."""

    NOTHING = "nothing"
    """It waits in the phone."""
    HANDED_OVER = "handed over"
    """Android has it, and has not said yet whether it left."""
    LEFT = "left"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    """It left, and did not arrive."""
    NOT_SENT = "not sent"
    """The phone gave it back before Android had it."""
    REFUSED = "refused"
    """Android did not take it from the app."""
    FAILED = "failed"
    """Android says that it failed; ``error`` says why, ``after_s`` how soon."""
    UNKNOWN = "unknown"
    """The phone knows nothing of it but the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that a phone knows of one message; times are of its own clock."""

    id: str
    state: PhoneState
    recipient: str
    error: str | None = None
    states: Mapping[PhoneState, Instant]

    @property
    def proves(self) -> Proves:
        """Say what it proves."""
        if self.recipient == NOBODY:
            return Proves.UNKNOWN
        has_left = PhoneState.SENT in self.states or PhoneState.DELIVERED in self.states
        found = Proves.LEFT if has_left else Proves.HANDED_OVER
        match self.state:
            case PhoneState.DELIVERED:
                found = Proves.DELIVERED
            case PhoneState.SENT:
                found = Proves.LEFT
            case PhoneState.FAILED:
                by_centre = (self.error or "").startswith(_BY_CENTRE)
                found = self._failed(has_left=has_left or by_centre)
            case PhoneState.CANCELLED if PhoneState.PROCESSED not in self.states and not has_left:
                found = Proves.NOT_SENT
            case PhoneState.PENDING | PhoneState.CANCELLING if not has_left:
                found = Proves.NOTHING
        return found

    def _failed(self, *, has_left: bool) -> Proves:
        error = self.error or ""
        if has_left:
            return Proves.UNDELIVERED
        if PhoneState.PROCESSED in self.states:
            return Proves.FAILED
        if error == TTL_EXPIRED:
            return Proves.NOT_SENT
        return Proves.REFUSED if error.startswith(_REFUSED) else Proves.FAILED

    @property
    def after_s(self) -> int | None:
        """Give the whole seconds after which the failure came; None where that is not known."""
        taken, failed = self.states.get(PhoneState.PROCESSED), self.states.get(PhoneState.FAILED)
        if taken is None or failed is None or failed < taken:
            return None
        return (failed - taken) // SECOND

    @property
    def tp_status(self) -> int:
        """Give the centre's TP-ST, where it was said; else one of its class (23.040 9.2.3.15)."""
        if self.state is PhoneState.DELIVERED:
            return 0
        said = _CENTRE.search(self.error or "")
        status = int(said[1]) if said else _GAVE_UP
        return status if _GAVE_UP <= status <= 0xFF else _GAVE_UP


def offer_id(number: int, attempt: int) -> str:
    """Give what a phone calls an attempt at message ``number``: it remembers what it was given."""
    return f"msg_{number}-{attempt}"


def read_offer_id(text: str) -> tuple[int, int] | None:
    """Give number and attempt; None where it is none of our ids."""
    match = _ID.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None
