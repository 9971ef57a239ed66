"""What one phone was given and has not settled: when each is asked for, and how."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from application.messages.phone_reports import Heard
from domain.values import Instant, Lane

OFFER_S: Final = 180.0
"""How long a phone may take to hand an offer to Android: then the offer's validity is over."""
ASK_AGAIN_AFTER_S: Final = 25.0
"""Between two questions about one offer."""
ASK_SELDOM_S: Final = 900.0
"""The same once it is in doubt: its answer may still come."""
DOUBT_AFTER_S: Final = 180.0
"""An offer of which nothing is known so long after its end is in doubt."""

FORGET_S: Final = 26 * 3_600.0
"""So long after its end a doubt is over, and nobody asks any more."""


class Ask(Enum):
    """What a phone is asked about an offer."""

    RECALL = auto()
    """Give it back, if Android does not have it."""
    QUESTION = auto()
    """Say again how it stands."""


@dataclass(slots=True)
class Offer:
    """An attempt of a phone; times by this process's monotonic clock."""

    number: int
    attempt: int
    slot: int
    lane: Lane
    ends_at_s: float
    """Until when the phone may still hand it over."""
    is_handed_over: bool = False
    is_unknown: bool = False
    """Whether the phone said that it knows nothing of it."""
    is_in_doubt: bool = False
    ask_at_s: float = 0.0
    wants_recall: bool = True

    @classmethod
    def begun(
        cls, number: int, attempt: int, slot: int, lane: Lane, *, ends_at_s: float
    ) -> "Offer":
        """Make one that is given to its phone now."""
        return cls(number, attempt, slot, lane, ends_at_s, ask_at_s=ends_at_s)

    def ask(self, now_s: float) -> Ask | None:
        """Say what the phone is to be asked now, and note that it is.

        A recall that was lost is repeated only when the phone says that the offer still waits;
        one whose answer was lost is never repeated: the question shows what became of it.
        """
        if now_s < self.ask_at_s:
            return None
        self.ask_at_s = now_s + (ASK_SELDOM_S if self.is_in_doubt else ASK_AGAIN_AFTER_S)
        if self.wants_recall and not self.is_handed_over:
            self.wants_recall = False
            return Ask.RECALL
        return Ask.QUESTION

    def hear(self, heard: Heard) -> None:
        """Take in where it stands."""
        match heard:
            case Heard.WAITS:
                self.wants_recall = True
            case Heard.HANDED_OVER:
                self.is_handed_over = True
            case Heard.UNKNOWN:
                self.is_unknown = True

    def must_be_doubted(self, now_s: float) -> bool:
        """Whether its time is over, and nobody knows what became of it."""
        if self.is_in_doubt:
            return False
        return self.is_unknown or now_s >= self.ends_at_s + DOUBT_AFTER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of what a phone pulls."""

    number: int
    attempt: int
    slot: int
    recipient: str
    text: str
    valid_until: Instant
    created_at: Instant
    is_urgent: bool = False
    is_recall: bool = False
