"""HTTP message signatures (RFC 9421) over a digest of the body (RFC 9530), as pawaPay has them."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from domain.public_ids import iso_time
from domain.values import SECOND, Instant

LABEL: Final = "sig-pp"
ALGORITHM: Final = "ecdsa-p256-sha256"
COVERED: Final = (
    *("@method", "@authority", "@path"),
    *("signature-date", "content-digest", "content-type", "content-length"),
)
GOOD_FOR_S: Final = 300
SKEW_S: Final = 60
"""By how much their clock and ours may differ."""
AGE_MAX_S: Final = 900
"""Of a signature that does not say when it ends."""
NUMBER_BYTES: Final = 32
"""Of each of the two numbers of a signature, where they stand side by side."""
DIGESTS: Final = {"sha-512": hashlib.sha512, "sha-256": hashlib.sha256}

_INPUT: Final = re.compile(
    r'(?P<label>[a-z*][a-z0-9_.*-]*)=(?P<params>\((?P<covered>(?:"[^"\\]+"(?: "[^"\\]+")*)?)\)'
    r'(?P<rest>(?:;[a-z]+=(?:"[^"\\]*"|-?[0-9]{1,15}))*))'
)
_PARAMETER: Final = re.compile(r';([a-z]+)=(?:"([^"\\]*)"|(-?[0-9]{1,15}))')
_BYTES: Final = re.compile(r"(?P<name>[a-z*][a-z0-9_.*-]*)=:(?P<bytes>[A-Za-z0-9+/=]*):")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A request, as far as a signature can cover it; header names are in lower case."""

    method: str
    authority: str
    path: str
    headers: Mapping[str, str]

    def component(self, name: str) -> str | None:
        """Give the value of a component; None for what is not there, or not known."""
        if name.startswith("@"):
            known = {"@method": self.method, "@authority": self.authority, "@path": self.path}
            return known.get(name)
        value = self.headers.get(name)
        return None if value is None else value.strip()

    def base(self, covered: Sequence[str], params: str) -> bytes:
        """Give what is signed: a line a component, then ``params`` as they were sent.

        Raises:
            ValueError: a component is not there, or stands twice.
        """
        values = [(name, self.component(name)) for name in covered]
        if len(set(covered)) != len(covered) or any(value is None for _, value in values):
            msg = "A component of the signature is not there, or stands twice."
            raise ValueError(msg)
        lines = [f'"{name}": {value}' for name, value in values]
        return "\n".join([*lines, f'"@signature-params": {params}']).encode("utf-8", "replace")


# -- signing -------------------------------------------------------------------------------------


def content_digest(body: bytes) -> str:
    """Give ``Content-Digest``."""
    return f"sha-512=:{base64.b64encode(hashlib.sha512(body).digest()).decode()}:"


def signed_headers(
    message: SignedMessage,
    body: bytes,
    *,
    key: ec.EllipticCurvePrivateKey,
    key_id: str,
    at: Instant,
    is_der: bool = False,
) -> dict[str, str]:
    """Give the headers that sign a request, beside its own; ``is_der`` as pawaPay's example has it.

    ``message.headers`` holds its ``content-type``.
    """
    added = {"signature-date": iso_time(at), "content-digest": content_digest(body)}
    length = {"content-length": str(len(body))}
    whole = replace(message, headers={**message.headers, **added, **length})
    created = at // SECOND
    covered = " ".join(f'"{name}"' for name in COVERED)
    params = f'({covered});keyid="{key_id}";alg="{ALGORITHM}"'
    params += f";created={created};expires={created + GOOD_FOR_S}"
    signature = key.sign(whole.base(COVERED, params), ec.ECDSA(SHA256()))
    if not is_der:
        signature = b"".join(n.to_bytes(NUMBER_BYTES) for n in decode_dss_signature(signature))
    return {
        **added,
        "signature-input": f"{LABEL}={params}",
        "signature": f"{LABEL}=:{base64.b64encode(signature).decode()}:",
    }


def read_private_key(written: str) -> ec.EllipticCurvePrivateKey:
    """Read our key: PEM, or what stands between its lines, as one line.

    Raises:
        ValueError: it is none on the curve P-256.
    """
    if written.startswith("-----"):
        key = serialization.load_pem_private_key(written.encode(), password=None)
    else:
        key = serialization.load_der_private_key(base64.b64decode(written), password=None)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    msg = "The key is not one on the curve P-256."
    raise ValueError(msg)


# -- verifying -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claimed:
    """A signature as a message claims it; nothing of it is checked yet."""

    key_id: str
    covered: Sequence[str]
    params: str
    signature: bytes
    created: int
    expires: int | None


def read_signature(headers: Mapping[str, str]) -> Claimed | None:
    """Read the first signature of a message that can be one of pawaPay's."""
    signatures = {m["name"]: m["bytes"] for m in _BYTES.finditer(headers.get("signature", ""))}
    for match in _INPUT.finditer(headers.get("signature-input", "")):
        written = signatures.get(match["label"])
        found = {name: text or number for name, text, number in _PARAMETER.findall(match["rest"])}
        algorithm, key_id = found.get("alg", ALGORITHM), found.get("keyid")
        created, expires = found.get("created"), found.get("expires")
        if written is None or algorithm != ALGORITHM or not key_id or not _is_whole(created):
            continue
        try:
            signature = base64.b64decode(written, validate=True)
        except ValueError:
            continue
        return Claimed(
            key_id,
            re.findall(r'"([^"]+)"', match["covered"]),
            match["params"],
            signature,
            int(created or 0),
            int(expires or 0) if _is_whole(expires) else None,
        )
    return None


def _is_whole(text: str | None) -> bool:
    return bool(text and text.removeprefix("-").isdecimal())


def is_signed(
    claimed: Claimed,
    messages: Sequence[SignedMessage],
    body: bytes,
    *,
    key: ec.EllipticCurvePublicKey,
    at: Instant,
) -> bool:
    """Whether a signature covers the body and holds, for one of the forms of a message, by now."""
    now_s = at // SECOND
    ends_s = claimed.expires if claimed.expires is not None else claimed.created + AGE_MAX_S
    if not claimed.created - SKEW_S <= now_s <= ends_s + SKEW_S:
        return False
    if "content-digest" not in claimed.covered:
        return False
    if not all(_is_digest(one.headers.get("content-digest", ""), body) for one in messages):
        return False
    signature = claimed.signature
    if len(signature) == 2 * NUMBER_BYTES:
        numbers = signature[:NUMBER_BYTES], signature[NUMBER_BYTES:]
        signature = encode_dss_signature(*(int.from_bytes(number) for number in numbers))
    return any(_holds(key, signature, one, claimed) for one in messages)


def _holds(
    key: ec.EllipticCurvePublicKey, signature: bytes, message: SignedMessage, claimed: Claimed
) -> bool:
    try:
        base = message.base(claimed.covered, claimed.params)
        key.verify(signature, base, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_digest(written: str, body: bytes) -> bool:
    """Whether each digest that we know is the body's, and there is one."""
    found = [
        (DIGESTS[match["name"]](body).digest(), match["bytes"])
        for match in _BYTES.finditer(written)
        if match["name"] in DIGESTS
    ]
    return bool(found) and all(
        hmac.compare_digest(base64.b64encode(digest), given.encode()) for digest, given in found
    )
