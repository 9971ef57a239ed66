"""Slow hashes for API keys: Argon2id at the OWASP minimum (t=2, 19 MiB, p=1)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type


class Argon2KeyHasher:
    """``application.ports.KeyHasher`` by argon2-cffi; about 20 ms each."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)

    def hash(self, secret: str) -> str:
        """Hash a secret with a salt of its own."""
        return self._hasher.hash(_bytes(secret))

    def verify(self, stored: str, secret: str) -> bool:
        """Whether the secret is the one that was hashed."""
        try:
            return self._hasher.verify(stored, _bytes(secret))
        except (VerificationError, InvalidHashError):
            return False


def _bytes(secret: str) -> bytes:
    """Whatever somebody typed has a hash, half a surrogate pair too."""
    return secret.encode("utf-8", "surrogatepass")
