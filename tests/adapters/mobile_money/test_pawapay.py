"""pawaPay's signatures: the published vector, another implementation both ways, and forgeries."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, algorithms

from adapters.mobile_money.pawapay.signing import (
    COVERED,
    SignedMessage,
    content_digest,
    is_signed,
    read_private_key,
    read_signature,
    signed_headers,
)
from adapters.mobile_money.simulation.scenarios import SCENARIOS
from application.ports import Authenticity, CallbackForged, ReceivedCallback
from domain.values import SECOND, Instant
from tests.conformance.mobile_money_rigs import PAWAPAY, Rig, rig_of

BODY = b'{"depositId":"f4401bd2-1568-4140-bf2d-eb77d2b2b639","amount":"15","currency":"ZMW"}'
KEY_ID = "CUSTOMER_TEST_KEY"
VECTOR = """\
"@method": POST
"@authority": api.sandbox.pawapay.io
"@path": /v2/deposits
"signature-date": 2026-01-01T00:00:00.000Z
"content-digest": sha-512=:rZdAMxAeA8VU50icQbedBNP1s6NLA0/7H8Bldf/rf2XxHo9gb+tX+TjvT2Vsc2mK6NsuPMG\
LuueGsxWR4JFCEg==:
"content-type": application/json
"content-length": 83
"@signature-params": ("@method" "@authority" "@path" "signature-date" "content-digest" \
"content-type" "content-length");keyid="CUSTOMER_TEST_KEY";alg="ecdsa-p256-sha256";\
created=1795303640;expires=1795303940"""
NOW = Instant(1_795_303_640 * SECOND)
REQUEST = SignedMessage(
    method="POST",
    authority="api.sandbox.pawapay.io",
    path="/v2/deposits",
    headers={"content-type": "application/json"},
)


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_the_base_is_the_vector() -> None:
    headers = {
        "signature-date": "2026-01-01T00:00:00.000Z",
        "content-digest": content_digest(BODY),
        "content-length": str(len(BODY)),
        **REQUEST.headers,
    }
    params = VECTOR.partition('"@signature-params": ')[2]
    assert replace(REQUEST, headers=headers).base(COVERED, params) == VECTOR.encode()


def _signed(key: ec.EllipticCurvePrivateKey, *, is_der: bool = False) -> SignedMessage:
    headers = signed_headers(REQUEST, BODY, key=key, key_id=KEY_ID, at=NOW, is_der=is_der)
    length = {"content-length": str(len(BODY))}
    return replace(REQUEST, headers={**REQUEST.headers, **length, **headers})


def _holds(
    message: SignedMessage,
    key: ec.EllipticCurvePrivateKey,
    *,
    body: bytes = BODY,
    at: Instant = NOW,
) -> bool:
    claimed = read_signature(message.headers)
    return claimed is not None and is_signed(claimed, [message], body, key=key.public_key(), at=at)


@pytest.mark.parametrize("is_der", [False, True])
def test_a_signature_holds_in_both_forms(key: ec.EllipticCurvePrivateKey, *, is_der: bool) -> None:
    message = _signed(key, is_der=is_der)
    claimed = read_signature(message.headers)
    assert claimed is not None
    assert (len(claimed.signature) == 64) is not is_der
    assert _holds(message, key)


# -- another implementation of RFC 9421 ----------------------------------------------------------


class _Keys:
    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def resolve_private_key(self, key_id: str) -> ec.EllipticCurvePrivateKey:
        return self._key


def _as_requests(message: SignedMessage) -> requests.PreparedRequest:
    prepared = requests.Request(
        message.method, f"https://{message.authority}{message.path}", data=BODY
    ).prepare()
    prepared.headers.update(message.headers)
    return prepared


def test_a_signature_of_ours_holds_there(key: ec.EllipticCurvePrivateKey) -> None:
    now = Instant(int(datetime.now(UTC).timestamp()) * SECOND)
    headers = signed_headers(REQUEST, BODY, key=key, key_id=KEY_ID, at=now)
    message = replace(REQUEST, headers={**REQUEST.headers, **headers})
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.ECDSA_P256_SHA256, key_resolver=_resolver(key)
    )
    (result,) = verifier.verify(_as_requests(message))
    assert result.label == "sig-pp"
    assert set(result.covered_components) >= {f'"{name}"' for name in COVERED}


def test_a_signature_from_there_holds_here(key: ec.EllipticCurvePrivateKey) -> None:
    digest = {"content-digest": content_digest(BODY), "signature-date": "2026-01-01T00:00:00Z"}
    prepared = _as_requests(replace(REQUEST, headers={**REQUEST.headers, **digest}))
    HTTPMessageSigner(
        signature_algorithm=algorithms.ECDSA_P256_SHA256, key_resolver=_resolver(key)
    ).sign(
        prepared,
        key_id=KEY_ID,
        created=datetime.fromtimestamp(NOW // SECOND, UTC),
        covered_component_ids=COVERED,
        use_existing_digest=True,
    )
    headers = {name.lower(): str(value) for name, value in prepared.headers.items()}
    assert _holds(replace(REQUEST, headers=headers), key)


def _resolver(key: ec.EllipticCurvePrivateKey) -> Any:
    return _Keys(key)


# -- forgeries -----------------------------------------------------------------------------------

LATE = Instant(NOW + 361 * SECOND)
EARLY = Instant(NOW - 61 * SECOND)


@pytest.mark.parametrize(
    "changed",
    [
        {"content-digest": content_digest(BODY + b" ")},
        {"content-type": "text/plain"},
        {"signature-date": "2027-01-01T00:00:00Z"},
        {"content-digest": ""},
        {"content-digest": "md5=:AAAA:"},
        {"signature": "sig-pp=:AAAA:"},
        {"signature": "sig-pp=:" + base64.b64encode(bytes(64)).decode() + ":"},
        {"signature": "other=:AAAA:"},
        {"signature": ""},
        {"signature-input": ""},
    ],
)
def test_a_changed_header_breaks_it(
    key: ec.EllipticCurvePrivateKey, changed: Mapping[str, str]
) -> None:
    message = _signed(key)
    assert not _holds(replace(message, headers={**message.headers, **changed}), key)


def test_everything_else_that_changes_breaks_it_too(key: ec.EllipticCurvePrivateKey) -> None:
    message = _signed(key)
    assert not _holds(message, key, body=BODY.replace(b"15", b"99"))
    assert not _holds(replace(message, path="/v2/refunds"), key)
    assert not _holds(replace(message, authority="elsewhere.example"), key)
    assert not _holds(message, ec.generate_private_key(ec.SECP256R1()))
    assert not _holds(message, key, at=LATE)
    assert not _holds(message, key, at=EARLY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' "content-digest"', ""),
        ('("@method"', '("@method" "@method"'),
        ('"@path"', '"@query"'),
        ('"@path"', '"@path";req'),
        (";created=1795303640", ""),
        ("ecdsa-p256-sha256", "hmac-sha256"),
    ],
)
def test_what_is_covered_cannot_be_chosen_by_others(
    key: ec.EllipticCurvePrivateKey, old: str, new: str
) -> None:
    message = _signed(key)
    given = message.headers["signature-input"]
    assert old in given
    changed = {**message.headers, "signature-input": given.replace(old, new)}
    assert not _holds(replace(message, headers=changed), key)


def test_a_key_is_read_as_pem_or_as_a_line(key: ec.EllipticCurvePrivateKey) -> None:
    from cryptography.hazmat.primitives import serialization as form

    plain = (form.PrivateFormat.PKCS8, form.NoEncryption())
    pem = key.private_bytes(form.Encoding.PEM, *plain).decode()
    line = base64.b64encode(key.private_bytes(form.Encoding.DER, *plain)).decode()
    assert read_private_key(pem) == read_private_key(line) or (
        read_private_key(pem).private_numbers() == read_private_key(line).private_numbers()
    )
    other = ec.generate_private_key(ec.SECP384R1())
    for wrong in ("", "x", other.private_bytes(form.Encoding.PEM, *plain).decode()):
        with pytest.raises(ValueError):  # noqa: PT011 - the words differ by what is wrong
            read_private_key(wrong)


# -- callbacks over the wire ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with rig_of(PAWAPAY) as rig:
        yield rig


def _callback(rig: Rig) -> ReceivedCallback:
    rig.inbox.take()
    rig.client.collect(rig.collection("success"))
    rig.pass_until_the_end(SCENARIOS["success"])
    (callback,) = rig.inbox.take()
    return callback


def test_a_callback_of_theirs_is_signed(rig: Rig) -> None:
    assert rig.client.read_callback(_callback(rig)).authenticity is Authenticity.SIGNED


def test_a_callback_by_way_of_a_proxy_holds_under_the_public_address(rig: Rig) -> None:
    callback = _callback(rig)
    inside = replace(callback, headers={**callback.headers, "host": "10.0.0.1:8080"})
    assert rig.client.read_callback(inside).authenticity is Authenticity.SIGNED


def test_a_callback_without_its_signature_is_forged(rig: Rig) -> None:
    callback = _callback(rig)
    names = ("signature", "signature-input")
    bare = {name: value for name, value in callback.headers.items() if name not in names}
    with pytest.raises(CallbackForged):
        rig.client.read_callback(replace(callback, headers=bare))


def test_an_unknown_key_is_looked_up_once_a_minute(rig: Rig) -> None:
    callback = _callback(rig)
    other = callback.headers["signature-input"].replace("HTTP_EC_P256_KEY:1", "NOBODY:9")
    forged = replace(callback, headers={**callback.headers, "signature-input": other})
    rig.clock.pass_s(61)
    before = [one.purpose for one in rig.log.kept].count("keys")
    for _ in range(3):
        with pytest.raises(CallbackForged):
            rig.client.read_callback(forged)
    assert [one.purpose for one in rig.log.kept].count("keys") == before + 1


def test_a_signature_that_cannot_be_checked_is_said_to_be_so(rig: Rig) -> None:
    with closing(rig.elsewhere("http://127.0.0.1:1")) as client:
        notice = client.read_callback(_callback(rig))
    assert notice.authenticity is Authenticity.UNCHECKED
