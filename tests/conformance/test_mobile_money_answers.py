"""Answers of providers as they were seen, and any others: understood, or left open."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mobile_money.wire.cases import CallbackCase, Case, RequestCase
from application.ports import (
    Ambiguous,
    Asked,
    CallbackMalformed,
    CallbackRefused,
    NotAsked,
    PaymentState,
)
from tests.conformance.mobile_money_rigs import KINDS, CannedRig, canned_rig_of

REFERENCE = "TOPUP-000123"
CASES = [(name, case) for name, kind in KINDS.items() for case in kind.cases]
ODD_BODIES = [
    b"<html>We will be back shortly.</html>",
    b"{",
    b"[" * 30_000,
    b'{"status":' * 5_000,
    b'{"status":null}',
    b'{"status":{"status":"SUCCESSFUL"},"data":[1]}',
    b'{"status":"SUCCESSFUL","financialTransactionId":true}',
    b'{"status":"COMPLETED","data":{"status":"COMPLETED"}}',
    b'{"data":{"transaction":{"id":false,"status":"TS"}},"status":{"success":true}}',
    b'{"amount":NaN,"status":"SUCCESSFUL","financialTransactionId":"1"}',
    b'{"amount":' + b"9" * 5_000 + b"}",
    b'{"amount":1e999999999,"status":"PENDING"}',
    b"\xff\xfe{}",
]


@pytest.fixture(scope="module")
def canned() -> Iterator[dict[str, CannedRig]]:
    """Give for each kind a client of a provider that answers what a test tells it to."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(canned_rig_of(kind)) for name, kind in KINDS.items()}


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{k}: {c.name}" for k, c in CASES])
@pytest.mark.slow
def test_an_answer_is_understood_as_its_case_says(
    canned: dict[str, CannedRig], kind: str, case: Case
) -> None:
    rig = canned[kind]
    if not isinstance(case, CallbackCase):
        rig.says(case.status, case.body.encode())
        if isinstance(case, RequestCase):
            assert rig.client.collect(rig.collection(REFERENCE)) == case.understood
        else:
            assert rig.client.status(REFERENCE) == case.understood
        return
    callback = rig.callback(case.body.encode())
    if case.understood is None:
        with pytest.raises(CallbackMalformed):
            rig.client.read_callback(callback)
    else:
        assert rig.client.read_callback(callback).claim == case.understood


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_no_answer_raises_or_passes_for_money(canned: dict[str, CannedRig], kind: str) -> None:
    rig = canned[kind]

    @settings(max_examples=60)  # each is three exchanges over HTTP
    @given(
        status=st.sampled_from([200, 202, 301, 400, 401, 403, 404, 409, 418, 500, 503]),
        body=st.binary(max_size=200) | st.sampled_from(ODD_BODIES),
    )
    def holds(status: int, body: bytes) -> None:
        rig.says(status, body)
        assert isinstance(
            rig.client.collect(rig.collection(REFERENCE)), Ambiguous | Asked | NotAsked
        )
        assert rig.client.status(REFERENCE).state is not PaymentState.PAID
        with suppress(CallbackRefused):
            assert rig.client.read_callback(rig.callback(body)).claim.state is not PaymentState.PAID

    holds()
