"""Our ids as providers take them, each made of 16 random bytes."""

import base64
from uuid import UUID


def uuid_text(token: bytes) -> str:
    """Write a UUID of version 4."""
    return str(UUID(bytes=token[:16], version=4))


def letters_and_digits(token: bytes) -> str:
    """Write 24 letters and digits."""
    return base64.b32encode(token[:15]).decode()
