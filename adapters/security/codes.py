"""Second factors: time-based one-time passwords, and the sealing of their seeds."""

import hmac
from base64 import b64decode, b64encode
from typing import Final

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.ports import Randomness

STEP_S: Final = 30
STEPS_AROUND: Final = 1
"""Steps before and after the present one whose codes count: clocks differ (RFC 6238, 5.2)."""
NONCE_BYTES: Final = 12
CONTEXT: Final = b"second factor"
ISSUER: Final = "Ngoma"


class TotpCodes:
    """``application.ports.Codes`` by pyotp, with seeds under AES-256-GCM."""

    def __init__(self, key: bytes, randomness: Randomness) -> None:
        """``key`` has 32 bytes, for this purpose alone."""
        self._cipher = AESGCM(key)
        self._randomness = randomness

    def new_seed(self) -> tuple[str, str]:
        """Draw a seed: as its owner types it (base32), and sealed."""
        seed = pyotp.random_base32()
        nonce = self._randomness.token(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, seed.encode(), CONTEXT)
        return seed, b64encode(sealed).decode()

    def uri(self, seed: str, *, name: str) -> str:
        """Give the ``otpauth:`` URI that authenticator apps read."""
        return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=ISSUER)

    def counter(self, sealed_seed: str, code: str, *, at_s: int) -> int | None:
        """Give the time step that a code is good for, None when it is wrong by now."""
        sealed = b64decode(sealed_seed)
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        totp = pyotp.TOTP(self._cipher.decrypt(nonce, text, CONTEXT).decode())
        now = at_s // STEP_S
        for counter in range(now - STEPS_AROUND, now + STEPS_AROUND + 1):
            expected = totp.generate_otp(counter)
            if hmac.compare_digest(expected.encode(), code.encode("utf-8", "surrogatepass")):
                return counter
        return None
