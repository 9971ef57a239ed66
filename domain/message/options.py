"""What a send may ask for besides recipient and text: how urgent, when, how long, and what for."""

from dataclasses import dataclass
from typing import Any, Final

from domain.days import DAY_S
from domain.errors import InvalidRequest
from domain.message.validity import AHEAD_DAYS_MAX, VALIDITY_MINUTES_MAX, valid_until
from domain.public_ids import check_iso_time
from domain.values import SECOND, Category, Instant, Lane
from domain.written import check_whole

CLIENT_REFERENCE_CHARACTERS_MAX: Final = 100
"""Of the client's own name for a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for; None is what was not."""

    lane: Lane | None = None
    validity_minutes: int | None = None
    send_at: Instant | None = None
    """As it was asked for: what lies in the past is sent at once."""
    client_reference: str | None = None
    category: Category = Category.TRANSACTIONAL

    def later(self, now: Instant) -> Instant | None:
        """Give when to send it, if that is still to come."""
        return self.send_at if self.send_at is not None and self.send_at > now else None

    def expires_at(self, lane: Lane, due_at: Instant) -> Instant:
        """Give when it ends unsent: its validity counts from the time at which it may be sent."""
        return valid_until(lane, due_at, minutes=self.validity_minutes)

    def said(self) -> tuple[str, ...]:
        """Give what tells this request from another one; nothing when nothing was asked for."""
        if self is NO_OPTIONS:
            return ()
        asked = (
            ("lane", self.lane),
            ("validity_minutes", self.validity_minutes),
            ("send_at", self.send_at),
            ("client_reference", self.client_reference),
            ("category", None if self.category is Category.TRANSACTIONAL else self.category),
        )
        return tuple(f"{name}={value}" for name, value in asked if value is not None)


NO_OPTIONS: Final = Options()


def check_lane(asked: object) -> Lane:
    """Read a lane.

    Raises:
        InvalidRequest: it is none.
    """
    return Lane(_check_word(asked, "lane", tuple(Lane)))


def check_category(asked: object) -> Category:
    """Read a category.

    Raises:
        InvalidRequest: it is none.
    """
    return Category(_check_word(asked, "category", tuple(Category)))


def check_validity(asked: object) -> int:
    """Read how many minutes a message may wait.

    Raises:
        InvalidRequest: it is no whole number of them, or one out of bounds.
    """
    return check_whole(asked, "validity_minutes", least=1, most=VALIDITY_MINUTES_MAX)


def check_send_at(asked: object, *, now: Instant) -> Instant:
    """Read when to send; a time in the past is one too: a request that is repeated has it.

    Raises:
        InvalidRequest: it is no time with a zone, or too far ahead.
    """
    field = "send_at"
    if not isinstance(asked, str):
        msg = f"The {field} must be a string."
        raise InvalidRequest(msg, field=field)
    at = check_iso_time(asked.strip(), field=field)
    if at > now + AHEAD_DAYS_MAX * DAY_S * SECOND:
        msg = f"The {field} is more than {AHEAD_DAYS_MAX} days ahead."
        raise InvalidRequest(msg, field=field)
    return at


def check_client_reference(asked: object, field: str = "client_reference") -> str:
    """Read the client's own name for a message.

    Raises:
        InvalidRequest: it is no text, too long, or has what cannot be seen.
    """
    if (
        isinstance(asked, str)
        and len(asked) <= CLIENT_REFERENCE_CHARACTERS_MAX
        and asked.isprintable()
    ):
        return asked
    msg = (
        f"The {field} must be a string of at most {CLIENT_REFERENCE_CHARACTERS_MAX} "
        "visible characters."
    )
    raise InvalidRequest(msg, field=field)


def _check_word(asked: object, field: str, words: tuple[Any, ...]) -> str:
    word = asked.strip().casefold() if isinstance(asked, str) else asked
    if word not in words:
        msg = f"The {field} must be one of {', '.join(words)}."
        raise InvalidRequest(msg, field=field)
    return str(word)
