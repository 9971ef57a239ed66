"""Airtel's signatures: the published vectors, both ways, and callbacks over the received bytes."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.mobile_money.airtel.callbacks import read_notice
from adapters.mobile_money.airtel.signing import (
    callback_hash,
    key_header,
    opened,
    signature_of,
)
from application.ports import Authenticity, CallbackForged, CallbackMalformed, PaymentState

BODY = (
    b'{"reference":"SMS credits TOPUP-123","subscriber":{"country":"ZM","currency":"ZMW",'
    b'"msisdn":"971234567"},"transaction":{"amount":50,"country":"ZM","currency":"ZMW",'
    b'"id":"TOPUP000123"}}'
)
KEY, IV = bytes(range(32)), bytes(range(16))
TRANSACTION = (
    b'{"id":"TOPUP000123","message":"Paid ZMW 50.00 to ACME Charge ZMW 1.40, Trans ID'
    b' MP210603.1234.L06941.","status_code":"TS","airtel_money_id":"MP210603.1234.L06941"}'
)
HASH = "g6+uwmZEmovW/ItSQ4G8HzYZP3vue7lqsDUkLh+lSxQ="
SECRET = b"test-private-key"


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=1_024)


def test_a_signature_is_the_vector() -> None:
    signature = signature_of(BODY, KEY, IV)
    assert signature.startswith("qLfXcpIohCDQjYsiOnn947Y3GVD4wi499qjCYgXwSUv+VBw2fKCBVARWfiEFMSAU")
    assert hashlib.sha256(signature.encode()).hexdigest().startswith("54abef7db97aa761")


def test_what_we_sign_opens_to_the_bytes_sent(private_key: rsa.RSAPrivateKey) -> None:
    header = key_header(private_key.public_key(), KEY, IV)
    assert opened(private_key, header, signature_of(BODY, KEY, IV)) == BODY
    assert opened(private_key, header, signature_of(BODY, KEY[::-1], IV)) != BODY


@pytest.mark.parametrize("garbage", ["", "AAAA", "é", "A" * 172, "%%%"])
def test_what_is_no_signature_does_not_open(private_key: rsa.RSAPrivateKey, garbage: str) -> None:
    header = key_header(private_key.public_key(), KEY, IV)
    assert opened(private_key, garbage, signature_of(BODY, KEY, IV)) is None
    assert opened(private_key, header, garbage) is None


def test_a_callback_hash_is_the_vector() -> None:
    assert callback_hash(SECRET, TRANSACTION) == HASH


def _callback(transaction: bytes, signed: str) -> bytes:
    return b'{"transaction":' + transaction + b',"hash":"' + signed.encode() + b'"}'


@pytest.mark.parametrize(
    "body",
    [
        _callback(TRANSACTION, HASH),
        b'{"hash":"' + HASH.encode() + b'", "transaction" : ' + TRANSACTION + b"}",
        _callback(json.dumps(json.loads(TRANSACTION), indent=2).encode(), HASH),
    ],
)
def test_a_signed_callback_is_believed_in_any_layout(body: bytes) -> None:
    notice = read_notice(body, SECRET)
    assert notice.authenticity is Authenticity.SIGNED
    assert notice.claim.state is PaymentState.PAID
    assert notice.claim.receipt == "MP210603.1234.L06941"


def test_a_letter_outside_ascii_is_covered_as_it_came() -> None:
    transaction = '{"id":"A1","message":"café","status_code":"TF"}'.encode()
    assert read_notice(_callback(transaction, callback_hash(SECRET, transaction)), SECRET)


@pytest.mark.parametrize(
    "body",
    [
        _callback(TRANSACTION, HASH[::-1]),
        b'{"transaction":' + TRANSACTION + b"}",
        _callback(TRANSACTION.replace(b"TS", b"TF"), HASH),
        _callback(TRANSACTION, "é"),
    ],
)
def test_a_callback_without_its_hash_is_forged(body: bytes) -> None:
    with pytest.raises(CallbackForged):
        read_notice(body, SECRET)


def test_of_two_transactions_only_the_covered_one_is_read() -> None:
    """Readers of JSON take the last of two fields with one name, which nobody may have signed."""
    other = TRANSACTION.replace(b"TOPUP000123", b"TOPUP000999")
    body = _callback(TRANSACTION, HASH)[:-1] + b',"transaction":' + other + b"}"
    assert read_notice(body, SECRET).claim.reference == "TOPUP000123"
    nested = b'{"x":{"transaction":' + other + b"}," + _callback(TRANSACTION, HASH)[1:]
    with pytest.raises(CallbackForged):
        read_notice(nested, SECRET)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"transaction":' + b"[" * 60_000])
def test_what_holds_no_transaction_is_malformed(body: bytes) -> None:
    with pytest.raises(CallbackMalformed):
        read_notice(body, SECRET)
