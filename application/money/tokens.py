"""Tokens in the paths of callbacks: only who was told one can have a payment looked at."""

import hmac
import re
from dataclasses import dataclass
from typing import Final

from application.ports import ProviderTraits

CALLBACKS: Final = "/callbacks"
EVERY: Final = "all"
"""In place of a number: the token of a provider that is told one address for all payments."""

_MAC_CHARACTERS: Final = 32
_TOKEN: Final = re.compile(rf"(all|[1-9][0-9]{{0,17}})-([0-9a-f]{{{_MAC_CHARACTERS}}})")


@dataclass(frozen=True, slots=True, repr=False)
class CallbackTokens:
    """Makes and checks them, by a key of the server's: they are stored nowhere."""

    key: bytes

    def token(self, provider: str, number: int | None = None) -> str:
        """Give the token of a payment or, without a number, of a provider."""
        about = EVERY if number is None else str(number)
        mac = hmac.digest(self.key, f"{provider}/{about}".encode(), "sha256").hex()
        return f"{about}-{mac[:_MAC_CHARACTERS]}"

    def read(self, provider: str, token: str) -> tuple[bool, int | None]:
        """Say whether a token is right, and which payment it is of; None is any of a provider."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return False, None
        number = None if match[1] == EVERY else int(match[1])
        right = self.token(provider, number)
        return hmac.compare_digest(right.encode(), token.encode()), number

    def path(self, provider: str, number: int | None = None) -> str:
        """Give the path to which callbacks go."""
        return f"{CALLBACKS}/{provider}/{self.token(provider, number)}"

    def url(self, traits: ProviderTraits, number: int | None = None) -> str | None:
        """Give the address for callbacks; None where the settings have none."""
        if traits.callback_url is None:
            return None
        return traits.callback_url.rstrip("/") + self.path(traits.name, number)

    def url_of_payment(self, traits: ProviderTraits, number: int) -> str | None:
        """Give the address that goes with a request, to a provider that takes it so."""
        return self.url(traits, number) if traits.callback_per_payment else None
