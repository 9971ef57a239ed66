"""Callbacks of providers: hints that something has happened, and never the truth of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from application.books.reader import Reader
from application.money.tokens import CallbackTokens
from application.ports import Clock, MobileMoney, ReceivedCallback, WireExchange, WireLog
from domain.days import day_of
from domain.errors import InvalidRequest, NotFound
from domain.payment import Payment, payment_id
from domain.values import Instant

KEPT_CHARACTERS_MAX: Final = 8_192
"""Of a callback that is kept."""
STRANGERS_MAX: Final = 1_000
"""Callbacks about no payment of ours that a process keeps in a day."""

_LONG_NUMBER: Final = re.compile(r"\d{5,}(?=\d\d)")


@dataclass(frozen=True, slots=True)
class Heard:
    """A callback that may be believed as a hint."""

    number: int | None
    """Of the payment that it is about; None when nobody knows that."""
    reference: str
    """The payment's; empty when nobody knows it."""


class Callbacks:
    """Reads callbacks: their token, their signature, and what they are about."""

    def __init__(
        self,
        *,
        mobile_money: Mapping[str, MobileMoney],
        tokens: CallbackTokens,
        reader: Reader,
        wire_log: WireLog,
        clock: Clock,
    ) -> None:
        self._mobile_money = mobile_money
        self._tokens = tokens
        self._reader = reader
        self._wire_log = wire_log
        self._clock = clock
        self._day = 0
        self._strangers = 0

    def has_room(self, at: Instant) -> bool:
        """Count a callback about no payment of ours; whether it may be kept."""
        if day_of(at) != self._day:
            self._day, self._strangers = day_of(at), 0
        self._strangers += 1
        return self._strangers <= STRANGERS_MAX

    def hear(self, provider: str, token: str, callback: ReceivedCallback) -> Heard:
        """Check a callback, and say what it is about.

        Raises:
            NotFound: the token is wrong, or there is no such provider.
            CallbackMalformed: it cannot be read as this provider's.
            CallbackForged: its signature is wrong.
        """
        is_right, number = self._tokens.read(provider, token)
        client = self._client(provider) if is_right else None
        if client is None:
            msg = "No such path."
            raise NotFound(msg)
        told = client.read_callback(callback).claim.reference
        payment = self._reader.find(Payment, payment_id(provider, told)) if told else None
        if number is not None and payment is not None and payment.number != number:
            payment = None  # the path says more surely which payment it is about
        known = payment.number if payment else number
        return Heard(known, payment.reference if payment else "")

    def keep(self, provider: str, heard: Heard, callback: ReceivedCallback) -> None:
        """Keep one in the wire log, without secrets and with masked numbers."""
        body = callback.body.decode("utf-8", "replace")[:KEPT_CHARACTERS_MAX]
        self._wire_log.note(
            WireExchange(
                at=self._clock.now(),
                provider=provider,
                reference=heard.reference,
                purpose="callback",
                request=f"{callback.method} /callbacks/{provider}/***\n\n{_masked(body)}",
                answer="202",
                took_ms=0,
            )
        )

    def _client(self, provider: str) -> MobileMoney | None:
        try:
            return self._mobile_money[provider]
        except (KeyError, InvalidRequest):
            return None


def _masked(text: str) -> str:
    """Give a text in which of long numbers only the last two digits are left."""
    return _LONG_NUMBER.sub("*****", text)
