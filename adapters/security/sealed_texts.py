"""Texts under AES-256-GCM: ``application.ports.SealedTexts``, and what else is sealed."""

from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.ports import Randomness

NONCE_BYTES: Final = 12


class AesSealedTexts:
    """Seals texts for one purpose, which is part of each seal."""

    def __init__(self, key: bytes, randomness: Randomness, *, purpose: bytes) -> None:
        """``key`` has 32 bytes, for this purpose alone."""
        self._cipher = AESGCM(key)
        self._randomness = randomness
        self._purpose = purpose

    def seal(self, text: str) -> str:
        """Give what is stored."""
        nonce = self._randomness.token(NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), self._purpose)).decode()

    def unseal(self, sealed: str) -> str:
        """Give the text again.

        Raises:
            ValueError: it was not sealed here, or for something else.
        """
        stored = b64decode(sealed)
        nonce, text = stored[:NONCE_BYTES], stored[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, text, self._purpose).decode()
        except InvalidTag as error:
            msg = "it was not sealed by this gateway"
            raise ValueError(msg) from error
