"""Callbacks of providers: hints that something has happened, and never the truth of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from application.books.digests import Digests
from application.books.reader import Reader
from application.money.tokens import CallbackTokens
from application.money.unknown_callbacks import KEPT_CHARACTERS_MAX, KeepUnknownCallback
from application.ports import (
    Clock,
    MobileMoney,
    PaymentStatus,
    ReceivedCallback,
    WireExchange,
    WireLog,
)
from domain.errors import InvalidRequest, NotFound
from domain.payment import Payment, payment_id

_LONG_NUMBER: Final = re.compile(r"\d{5,}(?=\d\d)")


@dataclass(frozen=True, slots=True)
class Heard:
    """A callback that may be believed as a hint."""

    number: int | None
    """Of the payment that it is about; None when nobody knows that."""
    reference: str
    """The payment's; empty when nobody knows it."""
    claim: PaymentStatus
    """What it says of the payment."""


class Callbacks:
    """Reads callbacks: their token, their signature, and what they are about."""

    def __init__(
        self,
        *,
        mobile_money: Mapping[str, MobileMoney],
        digests: Digests,
        reader: Reader,
        wire_log: WireLog,
        clock: Clock,
    ) -> None:
        self._mobile_money = mobile_money
        self._digests = digests
        self._tokens = CallbackTokens(digests.callback_key)
        self._reader = reader
        self._wire_log = wire_log
        self._clock = clock

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
        claim = client.read_callback(callback).claim
        told = claim.reference
        payment = self._reader.find(Payment, payment_id(provider, told)) if told else None
        if number is not None and payment is not None and payment.number != number:
            payment = None  # the path says more surely which payment it is about
        known = payment.number if payment else number
        return Heard(known, payment.reference if payment else "", claim)

    def keeping(
        self, provider: str, heard: Heard, callback: ReceivedCallback
    ) -> KeepUnknownCallback:
        """Give the command that keeps one about no payment of ours: its body, and no header."""
        said = callback.body.decode("utf-8", "replace")
        return KeepUnknownCallback(
            provider,
            said,
            payer=heard.claim.payer,
            amount_ngwee=heard.claim.amount_ngwee,
            digest=self._digests.callback(provider, said),
            at=self._clock.now(),
        )

    def note(self, provider: str, heard: Heard, callback: ReceivedCallback) -> None:
        """Keep one of a payment in the wire log, without secrets and with masked numbers."""
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
