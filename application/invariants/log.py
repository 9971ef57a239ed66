"""Invariants of the log itself: order, wallets, reservations and charges, in one pass.

    I2   available is never negative, equals the fold of the wallet's events, and covers what
         is reserved
    I3   reserved - refunded - spent = credits of open messages, for each account; a message is
         sent or refunded, never both, and refunded in the save that ends it
    I4   credits that came in = available + reserved + spent + expired
    I10  versions of each aggregate run 1..n; positions rise (holes are allowed)
    I13  what people did by hand (``application/invariants/manual.py``)
    I14  charged = segments x credits per segment; Reserved covers exactly the Queued after it

The events of one save stand together, and those of one command carry the same time: I3 and I4
may be open between two events of one time, never longer.
"""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from application.invariants.manual import ManualChecker
from application.invariants.violation import Violation, Violations
from domain.events import Event
from domain.message import Message, message_id
from domain.message.events import Queued, Sent
from domain.published import CREDITS_PER_SEGMENT
from domain.values import Instant
from domain.wallet import CreditWallet

UNKNOWN: Final = 0
OPEN: Final = 1
SENT: Final = 2
ENDED: Final = 3
REFUNDED: Final = 4
_WORDS: Final = ("unknown", "open", "sent", "ended", "refunded")

_CHUNK_BITS: Final = 12


class ByNumber:
    """Small integers by number, a few bytes for each message however many there are."""

    def __init__(self) -> None:
        self._chunks: dict[int, array[int]] = {}

    def __getitem__(self, number: int) -> int:
        chunk = self._chunks.get(number >> _CHUNK_BITS)
        return 0 if chunk is None else chunk[number & ((1 << _CHUNK_BITS) - 1)]

    def __setitem__(self, number: int, value: int) -> None:
        chunk = self._chunks.get(number >> _CHUNK_BITS)
        if chunk is None:
            chunk = self._chunks[number >> _CHUNK_BITS] = array("I", bytes(4 << _CHUNK_BITS))
        chunk[number & ((1 << _CHUNK_BITS) - 1)] = value


@dataclass(slots=True)
class Purse:
    """What one account's events add up to, in credits."""

    available: int = 0
    came_in: int = 0
    reserved_ever: int = 0
    refunded: int = 0
    spent: int = 0
    expired: int = 0
    open: int = 0
    """Credits of the messages that are open."""
    reported_gap: int = 0
    reported_drift: int = 0


@dataclass(slots=True)
class _Cover:
    """A Reserved whose Queued are still to come."""

    account: int
    batch: int | None
    next_number: int
    end: int
    credits_left: int


class InvariantChecker:
    """Feed it the log in order; ``violations`` says what is broken so far."""

    def __init__(
        self, credits_per_segment: Callable[[str], int] | None = None, *, alone_max: int = 0
    ) -> None:
        """``alone_max`` is what one person may move in a day alone (I13); 0 is no limit."""
        self._rate = credits_per_segment or (lambda _: CREDITS_PER_SEGMENT)
        self._found = Violations()
        self._manual = ManualChecker(self._found, alone_max=alone_max)
        self._position = 0
        self._at: Instant | None = None
        self._versions: dict[UUID, int] = {}
        self._message_versions = ByNumber()
        self._states = ByNumber()
        self._open: dict[int, tuple[int, int]] = {}
        self._purses: dict[int, Purse] = {}
        self._touched: set[int] = set()
        self._unrefunded: dict[int, tuple[int, int]] = {}
        self._cover: _Cover | None = None

    @property
    def violations(self) -> list[Violation]:
        """What is broken, in the order of finding it."""
        return self._found.all()

    @property
    def purses(self) -> Mapping[int, Purse]:
        """What each account's events add up to."""
        return self._purses

    @property
    def open_messages(self) -> list[int]:
        """Numbers of the messages that are neither sent nor ended, oldest first."""
        return list(self._open)

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        if event.at != self._at:
            self.settle()
        self._check_order(position, event)
        self._position, self._at = position, event.at
        if self._cover is not None and not isinstance(event, Message.Queued):
            self._drop_cover()
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            handle(self, event)
        self._manual.feed(position, event)

    def settle(self) -> None:
        """Check what may only be open within one save; for whoever knows that it has ended."""
        self._drop_cover()
        self._manual.settle()
        for number in self._unrefunded:
            self._broken("I3", f"message {number} ended and was not refunded in the same save")
        self._unrefunded.clear()
        for account in sorted(self._touched):
            self._check_sums(account, self._purses[account])
        self._touched.clear()

    # -- order (I10) ---------------------------------------------------------------------------

    def _check_order(self, position: int, event: Event) -> None:
        if position <= self._position:
            self._broken("I10", f"position {position} follows {self._position}")
        key, version = event.originator_id, event.originator_version
        number = getattr(event, "number", 0)
        if isinstance(event, Message.Event):
            expected = self._message_versions[number] + 1
            self._message_versions[number] = version
            if key != message_id(number):
                self._broken("I10", f"an event of message {number} stands in another's stream")
        else:
            expected = self._versions.get(key, 0) + 1
            self._versions[key] = version
        if version != expected:
            name = type(event).TOPIC  # type: ignore[attr-defined]  # every event has one
            self._broken("I10", f"{name} has version {version}, {expected} was next")

    # -- wallets (I2) --------------------------------------------------------------------------

    def _opened(self, event: CreditWallet.Opened) -> None:
        self._purse(event.account)

    def _move(self, event: Any, credits: int) -> Purse:
        purse = self._purse(event.account)
        expected = purse.available + credits
        if event.available != expected:
            self._broken(
                "I2",
                f"account {event.account} shows {event.available} available,"
                f" its events give {expected}",
            )
        if event.available < 0:
            self._broken("I2", f"account {event.account} has {event.available} available")
        purse.available = event.available
        return purse

    def _came_in(self, event: Any) -> None:
        self._move(event, event.credits).came_in += event.credits

    def _reserved(self, event: CreditWallet.Reserved) -> None:
        available = self._purse(event.account).available
        if event.credits > available:
            self._broken(
                "I2", f"account {event.account} reserved {event.credits} of {available} credits"
            )
        self._move(event, -event.credits).reserved_ever += event.credits
        self._cover = _Cover(
            account=event.account,
            batch=event.batch,
            next_number=event.first_number,
            end=event.first_number + event.count,
            credits_left=event.credits,
        )

    def _credits_expired(self, event: CreditWallet.CreditsExpired) -> None:
        self._move(event, -event.credits).expired += event.credits

    def _refunded(self, event: CreditWallet.Refunded) -> None:
        self._move(event, event.credits).refunded += event.credits
        number = event.number
        ended = self._unrefunded.pop(number, None)
        if ended is None:
            word = _WORDS[self._states[number]]
            self._broken("I3", f"message {number} was refunded while it was {word}")
        elif ended != (event.account, event.credits):
            self._broken(
                "I3",
                f"message {number} of account {ended[0]} held {ended[1]} credits,"
                f" account {event.account} got {event.credits} back",
            )
        self._states[number] = REFUNDED

    # -- messages (I3, I14) --------------------------------------------------------------------

    def _queued(self, event: Queued) -> None:
        if self._states[event.number] != UNKNOWN:
            self._broken("I3", f"message {event.number} was queued twice")
        self._states[event.number] = OPEN
        self._open[event.number] = (event.account, event.credits)
        self._purse(event.account).open += event.credits
        charge = event.segments * self._rate(event.plan)
        if event.credits != charge:
            self._broken("I14", f"message {event.number} costs {event.credits}, not {charge}")
        self._check_cover(event)

    def _check_cover(self, event: Queued) -> None:
        cover = self._cover
        if (
            cover is None
            or event.number != cover.next_number
            or (event.account, event.batch) != (cover.account, cover.batch)
        ):
            self._broken("I14", f"no reservation covers message {event.number}")
            self._cover = None
            return
        cover.next_number += 1
        cover.credits_left -= event.credits
        if cover.next_number == cover.end:
            self._cover = None
            if cover.credits_left:
                self._broken(
                    "I14",
                    f"the reservation up to message {event.number} differs from"
                    f" its messages by {cover.credits_left} credits",
                )

    def _drop_cover(self) -> None:
        cover, self._cover = self._cover, None
        if cover is not None:
            self._broken(
                "I14", f"messages {cover.next_number} to {cover.end - 1} are reserved, not queued"
            )

    def _sent(self, event: Sent) -> None:
        self._close(event, SENT)
        self._purse(event.account).spent += event.credits

    def _ended(self, event: Any) -> None:
        if self._close(event, ENDED):
            self._unrefunded[event.number] = (event.account, event.credits)

    def _close(self, event: Any, state: int) -> bool:
        held = self._open.pop(event.number, None)
        if held is None:
            word = _WORDS[self._states[event.number]]
            self._broken("I3", f"message {event.number} was {_WORDS[state]}, and {word} before")
            return False
        self._purse(held[0]).open -= held[1]
        self._states[event.number] = state
        if held != (event.account, event.credits):
            self._broken(
                "I3",
                f"message {event.number} of account {held[0]} with {held[1]} credits closed"
                f" as account {event.account}'s with {event.credits}",
            )
        return True

    # -- sums (I3, I4) -------------------------------------------------------------------------

    def _check_sums(self, account: int, purse: Purse) -> None:
        gap = purse.reserved_ever - purse.refunded - purse.spent - purse.open
        if gap != purse.reported_gap:
            purse.reported_gap = gap
            self._broken(
                "I3",
                f"account {account} holds {gap + purse.open} credits reserved for open"
                f" messages of {purse.open} credits",
            )
        drift = purse.came_in - purse.available - purse.open - purse.spent - purse.expired
        if drift != purse.reported_drift:
            purse.reported_drift = drift
            self._broken(
                "I4",
                f"account {account}: {drift} credits came in and are nowhere (or from nowhere)",
            )

    def _purse(self, account: int) -> Purse:
        self._touched.add(account)
        purse = self._purses.get(account)
        if purse is None:
            purse = self._purses[account] = Purse()
        return purse

    def _broken(self, name: str, what: str) -> None:
        self._found.add(name, self._position, what)


_HANDLERS: Final[Mapping[type[Event], Callable[[InvariantChecker, Any], None]]] = {
    CreditWallet.Opened: InvariantChecker._opened,
    CreditWallet.TopUp: InvariantChecker._came_in,
    CreditWallet.Granted: InvariantChecker._came_in,
    CreditWallet.Adjusted: InvariantChecker._came_in,
    CreditWallet.Reserved: InvariantChecker._reserved,
    CreditWallet.Refunded: InvariantChecker._refunded,
    CreditWallet.CreditsExpired: InvariantChecker._credits_expired,
    Message.Queued: InvariantChecker._queued,
    Message.Sent: InvariantChecker._sent,
    Message.Failed: InvariantChecker._ended,
    Message.Expired: InvariantChecker._ended,
    Message.Cancelled: InvariantChecker._ended,
}
