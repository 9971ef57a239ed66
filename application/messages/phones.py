"""The phones that pull from this process."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from application.books.digests import Digests
from application.fleet.means import Means
from application.fleet.phones import find_phone
from application.fleet.rounds import Source
from application.messages.phone_hand import PhoneHand
from domain.errors import InvalidKey
from domain.phone import Phone, read_slots
from domain.values import Network

FRESH_S: Final = 1.0
"""How old the knowledge may be that a phone is let in; what it may begin is read at each begin."""
PHONES_MAX: Final = 2_000
"""Phones that are remembered; who called longest ago is forgotten, and learnt anew."""


@dataclass(slots=True)
class _Known:
    phone: Phone
    hand: PhoneHand
    until_s: float


class Phones:
    """Finds the hand of whoever calls. Any thread."""

    def __init__(
        self,
        *,
        means: Means,
        digests: Digests,
        desk_of: Callable[[Network], Source],
        ring: Callable[[Network], None] = lambda _: None,
    ) -> None:
        """``ring`` says that there may be new work for a network."""
        self.ring = ring
        self._means = means
        self._digests = digests
        self._desk_of = desk_of
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def phone_of(self, token: str) -> Phone:
        """Give the phone that a token is of.

        Raises:
            InvalidKey: of none, or of one that was revoked.
            StoreDown: it cannot be read.
        """
        return self._of(token).phone

    def hand_of(self, token: str) -> PhoneHand:
        """Give its hand; raises the same."""
        return self._of(token).hand

    def wanted_by(self, token: str) -> frozenset[Network] | None:
        """Give the networks of which a phone would take a message; None: it is not known here.

        Reads nothing and waits for nobody, so an event loop may ask.
        """
        with self._lock:
            known = self._known.get(self._digests.phone_token(token))
            return None if known is None else known.hand.wants

    def _of(self, token: str) -> _Known:
        key, now_s = self._digests.phone_token(token), self._means.clock.monotonic_s()
        with self._lock:
            known = self._known.get(key)
            if known is not None and now_s < known.until_s:
                return known
        phone = find_phone(self._means.reader, self._digests, token)
        with self._lock:
            known = self._known.get(key)
            if phone is None:
                self._known.pop(key, None)
                msg = "The phone is not enrolled, or not any more."
                raise InvalidKey(msg)
            slots = read_slots(phone.slots)
            if known is None or known.hand.mapped != slots:
                earlier = known.hand.sims if known is not None else frozenset()
                known = _Known(phone, self._hand(phone, earlier), now_s)
            known.phone, known.until_s = phone, now_s + FRESH_S
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > PHONES_MAX:
                self._known.popitem(last=False)
            return known

    def _hand(self, phone: Phone, earlier: frozenset[int]) -> PhoneHand:
        return PhoneHand(
            phone.device,
            phone.name,
            read_slots(phone.slots),
            means=self._means,
            desk_of=self._desk_of,
            holder=phone.device,
            earlier=earlier,
        )
