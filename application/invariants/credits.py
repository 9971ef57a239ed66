"""Invariants of credits over the log: wallets, what is reserved for open messages, and charges.

    I2   available equals the fold of the wallet's events, covers what is reserved, and is below
         0 by no more than was clawed back and not made good
    I3   reserved - refunded - spent = credits of open messages, for each account; a message is
         sent or refunded, never both, and refunded in the save that ends it
    I4   issued + granted + adjusted - clawed back - cashed out = available + reserved + spent
         + expired
    I14  charged = segments x credits per segment of the tariff version; Reserved covers exactly
         the Queued after it

The events of one save stand together, and those of one command carry the same time: I3 and I4
may be open between two events of one time, never longer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from application.invariants.by_number import ByNumber
from application.invariants.violation import Violations
from domain.events import Event
from domain.message import Message
from domain.message.events import Queued, Sent
from domain.tariff import Tariff
from domain.wallet import CreditWallet
from domain.wallet import events as wallet

UNKNOWN: Final = 0
OPEN: Final = 1
SENT: Final = 2
ENDED: Final = 3
REFUNDED: Final = 4
_BETWEEN: Final = (Message.Queued, CreditWallet.FellLow)
"""What may stand between a reservation and the last message that it covers."""
_WORDS: Final = ("unknown", "open", "sent", "ended", "refunded")


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
    owed: int = 0
    """Credits that were clawed back when they were not there, and are not made good."""
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


class CreditChecker:
    """Feed it the log in order, and ``settle`` at the end of each save."""

    def __init__(self, found: Violations, *, tariffs: Mapping[str, Tariff]) -> None:
        self._found = found
        self._tariffs = tariffs
        self._position = 0
        self._states = ByNumber()
        self._open: dict[int, tuple[int, int]] = {}
        self._purses: dict[int, Purse] = {}
        self._touched: set[int] = set()
        self._unrefunded: dict[int, tuple[int, int]] = {}
        self._cover: _Cover | None = None

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
        self._position = position
        if self._cover is not None and not isinstance(event, _BETWEEN):
            self._drop_cover()
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            handle(self, event)

    def settle(self) -> None:
        """Check what may only be open within one save."""
        self._drop_cover()
        for number in self._unrefunded:
            self._broken("I3", f"message {number} ended and was not refunded in the same save")
        self._unrefunded.clear()
        for account in sorted(self._touched):
            self._check_sums(account, self._purses[account])
        self._touched.clear()

    # -- wallets (I2) --------------------------------------------------------------------------

    def _opened(self, event: wallet.Opened) -> None:
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
        if event.available < -purse.owed:
            self._broken(
                "I2",
                f"account {event.account} has {event.available} available, of which"
                f" {purse.owed} were clawed back",
            )
        purse.owed = min(purse.owed, max(0, -event.available))
        purse.available = event.available
        return purse

    def _came_in(self, event: Any) -> None:
        self._move(event, event.credits).came_in += event.credits

    def _reserved(self, event: wallet.Reserved) -> None:
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

    def _clawed_back(self, event: wallet.ClawedBack) -> None:
        self._purse(event.account).owed += event.credits
        self._move(event, -event.credits).came_in -= event.credits

    def _cashed_out(self, event: wallet.CashedOut) -> None:
        self._move(event, -event.credits).came_in -= event.credits

    def _credits_expired(self, event: wallet.CreditsExpired) -> None:
        self._move(event, -event.credits).expired += event.credits

    def _fell_low(self, event: wallet.FellLow) -> None:
        available = self._purse(event.account).available
        if not available == event.available < event.low_balance:
            self._broken(
                "I2",
                f"account {event.account} was told of {event.available} left, below"
                f" {event.low_balance}; it has {available}",
            )

    def _refunded(self, event: wallet.Refunded) -> None:
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
        self._check_charge(event)
        self._check_cover(event)

    def _check_charge(self, event: Queued) -> None:
        tariff = self._tariffs.get(event.tariff)
        if tariff is None:
            self._broken("I14", f"nobody knows tariff {event.tariff} of message {event.number}")
        elif event.credits != (charge := tariff.charge(event.segments)):
            self._broken(
                "I14",
                f"message {event.number} costs {event.credits}, not {charge}"
                f" as by tariff {event.tariff}",
            )

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


_HANDLERS: Final[Mapping[type[Event], Callable[[CreditChecker, Any], None]]] = {
    CreditWallet.Opened: CreditChecker._opened,
    CreditWallet.TopUp: CreditChecker._came_in,
    CreditWallet.Granted: CreditChecker._came_in,
    CreditWallet.Adjusted: CreditChecker._came_in,
    CreditWallet.Reserved: CreditChecker._reserved,
    CreditWallet.Refunded: CreditChecker._refunded,
    CreditWallet.CreditsExpired: CreditChecker._credits_expired,
    CreditWallet.ClawedBack: CreditChecker._clawed_back,
    CreditWallet.CashedOut: CreditChecker._cashed_out,
    CreditWallet.FellLow: CreditChecker._fell_low,
    Message.Queued: CreditChecker._queued,
    Message.Sent: CreditChecker._sent,
    Message.Failed: CreditChecker._ended,
    Message.Expired: CreditChecker._ended,
    Message.Cancelled: CreditChecker._ended,
}
