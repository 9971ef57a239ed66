"""The sealer's key: Ed25519, in a file of its own that nobody else may read."""

import os
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.security.secret import Secret, is_open_to_others, read_secret
from domain.errors import InvalidRequest
from domain.proof.notes import SealKey


class Ed25519Key:
    """``application.ports.SigningKey`` over the ``cryptography`` library."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "Ed25519Key(***)"

    @classmethod
    def read(cls, secret: Secret) -> Self:
        """Read a key as PEM.

        Raises:
            InvalidRequest: it is none.
        """
        try:
            found = serialization.load_pem_private_key(secret.reveal().encode(), password=None)
        except (ValueError, TypeError):
            found = None
        if not isinstance(found, Ed25519PrivateKey):
            msg = "The seal's key is no Ed25519 private key in PEM."
            raise InvalidRequest(msg, field="seal_key") from None
        return cls(found)

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._private.sign(message)

    def named(self, origin: str) -> SealKey:
        """Give the public half under a log's name."""
        return SealKey(origin, self.public)


def make_key_file(path: Path) -> Ed25519Key:
    """Draw a key into a file that must not be there yet, with mode 0600.

    Raises:
        FileExistsError: it is there: a key is never replaced.
    """
    private = Ed25519PrivateKey.generate()
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Ed25519Key(private)


def read_key(reference: str) -> Ed25519Key:
    """Read the key named by ``file:PATH`` or ``env:NAME``.

    Raises:
        InvalidRequest: it cannot be read, is none, or others can read its file.
    """
    key = Ed25519Key.read(read_secret(reference))
    path = Path(reference.removeprefix("file:"))
    if reference.startswith("file:") and is_open_to_others(path):
        msg = f"Others can read {path}: chmod 600 it, and think of the key as known to them."
        raise InvalidRequest(msg, field="seal_key")
    return key


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
