"""What a cause is: a code of ours or of a modem's table, with its class and its words."""

from dataclasses import dataclass
from enum import StrEnum


class RejectionClass(StrEnum):
    """What a rejection is of, which decides what happens to the message (design section 6)."""

    PERMANENT_MESSAGE = "permanent_message"  # this message can never be sent: fail, refund
    SENDER_BLOCKED = "sender_blocked"  # this SIM may not send: pause it, use another SIM
    MODEM_OR_SIM = "modem_or_sim"  # this device is unwell: pause it, use another SIM
    TRANSIENT = "transient"  # the network is busy: retry with back-off, bounded
    BUG_IN_REQUEST = "bug_in_request"  # our encoding is wrong: stop and alarm


class ErrorTable(StrEnum):
    """Whose numbers an error speaks in: the same number means something else in each table."""

    CMS = "CMS"  # +CMS ERROR: 3GPP 27.005 3.2.5
    CME = "CME"  # +CME ERROR: 3GPP 27.007 9.2
    ANDROID = "ANDROID"  # android.telephony.SmsManager.RESULT_…


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A number of one table; in events and logs it stands as ``CMS_38``."""

    table: ErrorTable
    number: int

    def __str__(self) -> str:
        return f"{self.table}_{self.number}"


class OwnCause(StrEnum):
    """Why something ended, failed or is in doubt, where no table of a modem says it."""

    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    UNCONFIRMED = "UNCONFIRMED"
    NOT_SENT = "NOT_SENT"
    CONTENT_CHANGED = "CONTENT_CHANGED"
    MODEM_ERROR = "MODEM_ERROR"
    UNKNOWN_ERROR = "UNKNOWN_ERROR"
    NO_PROMPT = "NO_PROMPT"
    NO_ANSWER = "NO_ANSWER"
    NO_REFERENCE = "NO_REFERENCE"
    LINK_LOST = "LINK_LOST"
    WITHHELD = "WITHHELD"
    RESTARTED = "RESTARTED"
    LEASE_LAPSED = "LEASE_LAPSED"
    GIVEN_BACK = "GIVEN_BACK"
    PHONE_SILENT = "PHONE_SILENT"
    PHONE_FORGOT = "PHONE_FORGOT"
    PHONE_REFUSED = "PHONE_REFUSED"
    PHONE_FAILED = "PHONE_FAILED"


Cause = ErrorCode | OwnCause
"""What an event's ``cause`` is the text of."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one cause means, to whom.

    ``name`` is the network's, the modem's or our own meaning, for operators; ``words`` a sentence
    for the account that sent the message. ``rejection`` is None for what no modem answers. An
    error is doubt when it comes ``in_doubt_after_s`` or later after Ctrl-Z.
    """

    name: str
    rejection: RejectionClass | None
    words: str
    in_doubt_after_s: int | None = None
