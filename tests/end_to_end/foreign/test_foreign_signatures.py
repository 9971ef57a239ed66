"""Signatures of messages are taken by npm's implementation of RFC 9421, and its own by ours."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapters.mobile_money.pawapay.signing import (
    COVERED,
    SignedMessage,
    content_digest,
    is_signed,
    read_signature,
    signed_headers,
)
from domain.values import SECOND, Instant
from tests.end_to_end.foreign.programs import SIGNATURES, require, run

BODY = b'{"depositId":"f4401bd2-1568-4140-bf2d-eb77d2b2b639","amount":"15","currency":"ZMW"}'
REQUEST = SignedMessage(
    method="POST",
    authority="api.sandbox.pawapay.io",
    path="/v2/deposits",
    headers={"content-type": "application/json", "content-length": str(len(BODY))},
)


@pytest.mark.slow
def test_signatures_hold_both_ways(classes: Path) -> None:
    require(SIGNATURES)
    key = ec.generate_private_key(ec.SECP256R1())
    now = Instant(int(datetime.now(UTC).timestamp()) * SECOND)
    ours = signed_headers(REQUEST, BODY, key=key, key_id="K", at=now)
    bare = {"content-digest": content_digest(BODY), "signature-date": "2026-01-01T00:00:00Z"}
    message = {"method": "POST", "url": f"https://{REQUEST.authority}{REQUEST.path}"}
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    seen = run(
        SIGNATURES,
        json.dumps(
            {
                "key": pem,
                "keyId": "K",
                "fields": COVERED,
                "ours": {**message, "headers": {**REQUEST.headers, **ours}},
                "bare": {**message, "headers": {**REQUEST.headers, **bare}},
            }
        ),
        classes=classes,
    )
    assert seen["ours"]["verified"] is True
    headers = {name.lower(): value for name, value in seen["theirs"].items()}
    claimed = read_signature(headers)
    assert claimed is not None
    theirs = replace(REQUEST, headers=headers)
    assert is_signed(claimed, [theirs], BODY, key=key.public_key(), at=now)
