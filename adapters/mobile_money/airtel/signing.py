"""Message signing as Airtel has it: the body under a fresh key, and that key under theirs."""

import base64
import hmac
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

KEY_BYTES: Final = 32
IV_BYTES: Final = 16


def signature_of(body: bytes, key: bytes, iv: bytes) -> str:
    """Give ``x-signature``: base64 of AES-256-CBC with PKCS#7 padding over the bytes sent."""
    padder = PKCS7(AES256.block_size).padder()
    padded = padder.update(body) + padder.finalize()
    encryptor = Cipher(AES256(key), CBC(iv)).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def key_header(public_key: RSAPublicKey, key: bytes, iv: bytes) -> str:
    """Give ``x-key``: base64 of RSA with PKCS#1 v1.5 over ``base64(key):base64(iv)``."""
    plain = base64.b64encode(key) + b":" + base64.b64encode(iv)
    return base64.b64encode(public_key.encrypt(plain, PKCS1v15())).decode()


def read_public_key(written: str) -> RSAPublicKey:
    """Read a key as their endpoint gives it: base64 of DER.

    Raises:
        ValueError: it is no RSA key.
    """
    key = serialization.load_der_public_key(base64.b64decode(written))
    if isinstance(key, RSAPublicKey):
        return key
    msg = "The key is no RSA key."
    raise ValueError(msg)


def opened(private_key: RSAPrivateKey, key_header: str, signature: str) -> bytes | None:
    """Undo both, as Airtel does; None if they do not open.

    PKCS#1 v1.5 gives random bytes for what is no ciphertext, so the shape is looked at.
    """
    try:
        plain = private_key.decrypt(base64.b64decode(key_header, validate=True), PKCS1v15())
        parts = [base64.b64decode(part, validate=True) for part in plain.split(b":")]
        if [len(part) for part in parts] != [KEY_BYTES, IV_BYTES]:
            return None
        decryptor = Cipher(AES256(parts[0]), CBC(parts[1])).decryptor()
        padded = decryptor.update(base64.b64decode(signature, validate=True))
        unpadder = PKCS7(AES256.block_size).unpadder()
        return unpadder.update(padded + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        return None


def callback_hash(key: bytes, transaction: bytes) -> str:
    """Give ``hash`` of a callback: base64 of HMAC-SHA256 over its transaction object."""
    return base64.b64encode(hmac.digest(key, transaction, "sha256")).decode()
