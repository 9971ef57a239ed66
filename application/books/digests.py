"""Keyed digests: by what something is known again without keeping the thing itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from application.books.contents import seal


@dataclass(frozen=True, slots=True, repr=False)
class Digests:
    """Makes the gateway's digests; the keys are derived from the server's secret."""

    email_key: bytes
    repeat_key: bytes
    callback_key: bytes
    """Of the tokens in the paths of callbacks (``application.money.tokens``)."""
    pin_key: bytes
    """Of SIM cards and their PINs."""
    phone_key: bytes
    """Of phones: their codes, their tokens, and what they sign."""

    def phone_code(self, code: str) -> str:
        """Give the digest under which a code that enrols a phone is kept."""
        return seal(self.phone_key, "code", code)

    def phone_token(self, token: str) -> str:
        """Give the digest under which a phone's token is kept."""
        return seal(self.phone_key, "token", token)

    def phone_signing_key(self, device: str) -> str:
        """Give the key by which a phone signs what comes to it; pushed to it as a setting."""
        return seal(self.phone_key, "inbound", device)[:32]

    def card(self, card: str) -> str:
        """Give the digest under which a card is remembered."""
        return seal(self.pin_key, f"card {card}")

    def pin(self, card: str, pin: str) -> str:
        """Give the digest of a card's PIN; the same PIN has another one for another card."""
        return seal(self.pin_key, f"pin {card} {pin}")

    def email(self, email: str) -> str:
        """Give the digest under which an e-mail address is claimed; its case does not count."""
        return seal(self.email_key, email.strip().casefold())

    def payer(self, msisdn: str) -> str:
        """Give the digest under which payments of one number are known for the same payer's."""
        return seal(self.repeat_key, "payer", msisdn)

    def callback(self, provider: str, said: str) -> str:
        """Give the digest by which it is known that a provider says the same once more."""
        return seal(self.repeat_key, "callback", provider, said)

    def suppression(self, account: int, msisdn: str) -> str:
        """Give the digest by which it is known that an account may not promote to a number."""
        return seal(self.repeat_key, "suppression", str(account), msisdn)

    def keyword(self, account: int, word: str) -> str:
        """Give the digest by which an account's keyword rule is known."""
        return seal(self.repeat_key, "keyword", str(account), word)

    def keyword_answers(self, rule: str, msisdn: str) -> str:
        """Give the digest by which it is known that a rule answered a number."""
        return seal(self.repeat_key, "keyword answers", rule, msisdn)

    def ported(self, msisdn: str) -> str:
        """Give the digest by which it is known who carries a number."""
        return seal(self.repeat_key, "ported", msisdn)

    def request(
        self, account: int, msisdns: Iterable[str], text: str, *said: str, is_bulk: bool
    ) -> bytes:
        """Give the digest by which a repeated request is known (contract decision 8).

        The order of the recipients does not matter; ``said`` is what else tells it from others.
        """
        kind = "bulk" if is_bulk else "single"
        material = "\x00".join((str(account), kind, *sorted(msisdns), text, *said)).encode()
        return hashlib.blake2b(material, key=self.repeat_key, digest_size=20).digest()
