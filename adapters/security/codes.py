"""Second factors: time-based one-time passwords, and the sealing of their seeds."""

import hmac
from typing import Final

import pyotp

from adapters.security.sealed_texts import AesSealedTexts
from application.ports import Randomness

STEP_S: Final = 30
STEPS_AROUND: Final = 1
"""Steps before and after the present one whose codes count: clocks differ (RFC 6238, 5.2)."""
CONTEXT: Final = b"second factor"
ISSUER: Final = "Ngoma"


class TotpCodes:
    """``application.ports.Codes`` by pyotp, with seeds under AES-256-GCM."""

    def __init__(self, key: bytes, randomness: Randomness) -> None:
        """``key`` has 32 bytes, for this purpose alone."""
        self._texts = AesSealedTexts(key, randomness, purpose=CONTEXT)

    def new_seed(self) -> tuple[str, str]:
        """Draw a seed: as its owner types it (base32), and sealed."""
        seed = pyotp.random_base32()
        return seed, self._texts.seal(seed)

    def uri(self, seed: str, *, name: str) -> str:
        """Give the ``otpauth:`` URI that authenticator apps read."""
        return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=ISSUER)

    def counter(self, sealed_seed: str, code: str, *, at_s: int) -> int | None:
        """Give the time step that a code is good for, None when it is wrong by now."""
        totp = pyotp.TOTP(self._texts.unseal(sealed_seed))
        now = at_s // STEP_S
        for counter in range(now - STEPS_AROUND, now + STEPS_AROUND + 1):
            expected = totp.generate_otp(counter)
            if hmac.compare_digest(expected.encode(), code.encode("utf-8", "surrogatepass")):
                return counter
        return None
