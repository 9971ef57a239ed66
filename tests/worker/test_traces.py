"""One trace from a request to the report of its message, across processes; never in the way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.api.conftest import operators
from tests.support.receiver import Receiver
from tests.worker.traced import asking, facts_of, leaves, number_in, number_of, spans_in, traced

TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
CLIENT_SPAN: Final = "00f067aa0ba902b7"
TRACE_PARENT: Final = f"00-{TRACE}-{CLIENT_SPAN}-01"
PHONES: Final = "/api/mobile/v1/message"
WORDS: Final = "call-back-Mwansa"
INTERNAL: Final = Span.SPAN_KIND_INTERNAL


def test_one_trace_leads_from_a_request_to_the_report_across_processes(
    tmp_path: Path, collector: Receiver
) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        answer = send()
        number = number_of(answer)
        assert answer.status_code == 503  # it waits: no SIM is online yet
    with traced(tmp_path, collector.url) as other:
        leaves(other, number, is_reported=True)
    request, accept, dispatch, attempt, report = spans = spans_in(collector)
    assert len({span.trace_id for span in spans}) == 1
    assert (request.name, request.kind) == ("POST /api", Span.SPAN_KIND_SERVER)
    assert not request.parent_span_id
    assert (accept.name, accept.parent_span_id) == ("accept", request.span_id)
    assert (dispatch.name, dispatch.parent_span_id) == ("dispatch", accept.span_id)
    assert dispatch.end_time_unix_nano == attempt.start_time_unix_nano
    assert (attempt.name, attempt.parent_span_id) == ("attempt", accept.span_id)
    assert (report.name, report.parent_span_id) == ("report", accept.span_id)
    for span in spans:
        assert span.start_time_unix_nano <= span.end_time_unix_nano
    account = facts_of(accept)["ngoma.account"]
    assert facts_of(request) == {
        "http.request.method": "POST",
        "http.route": "/api",
        "http.response.status_code": 503,
        "ngoma.account": account,
    }
    assert facts_of(accept) == {
        "ngoma.account": account,
        "ngoma.message": number,
        "ngoma.messages": 1,
    }
    of_message = {
        "ngoma.account": account,
        "ngoma.message": number,
        "ngoma.network": "mtn",
        "ngoma.segments": 1,
        "ngoma.sim": 1,
    }
    assert facts_of(dispatch) == {**of_message, "ngoma.attempt": 1, "ngoma.outcome": "taken"}
    assert facts_of(attempt) == {**of_message, "ngoma.attempt": 1, "ngoma.outcome": "sent"}
    assert facts_of(report) == {**of_message, "ngoma.outcome": "delivered"}


def test_the_trace_of_a_client_goes_on_where_its_request_has_no_id_of_its_own(
    tmp_path: Path, collector: Receiver
) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        first, second = (send(traceparent=TRACE_PARENT) for _ in range(2))
        worded = send(traceparent=TRACE_PARENT, X_Request_Id=WORDS)
        assert worded.headers["x-request-id"] == WORDS
        for answer in (first, second, worded):
            assert gw.message(number_of(answer)).request_id == TRACE
            leaves(gw, number_of(answer))
    spans = spans_in(collector)
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    requests = [span for span in spans if span.name == "POST /api"]
    assert {span.parent_span_id.hex() for span in requests} == {CLIENT_SPAN}
    accepts = [span for span in spans if span.name == "accept"]
    assert [span.parent_span_id for span in accepts] == [span.span_id for span in requests]
    assert len({span.span_id for span in spans}) == len(spans)
    attempts = [span for span in spans if span.name == "attempt"]
    assert {facts_of(one)["ngoma.message"]: one.parent_span_id for one in attempts} == {
        facts_of(one)["ngoma.message"]: one.span_id for one in accepts
    }


def test_an_id_of_the_client_names_the_trace_and_another_trace_is_linked(
    tmp_path: Path, collector: Receiver
) -> None:
    uuid = "0197f0b4-7c1e-7b5e-a7b7-7b1f5b0d0a11"
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        send(traceparent=TRACE_PARENT, X_Request_Id=uuid)
    request, accept = spans_in(collector)
    assert request.trace_id.hex() == accept.trace_id.hex() == uuid.replace("-", "")
    (link,) = request.links
    assert (link.trace_id.hex(), link.span_id.hex()) == (TRACE, CLIENT_SPAN)


@pytest.mark.parametrize(
    "given", ["", "00-0-0-01", f"00-{'0' * 32}-{CLIENT_SPAN}-01", "ff" + TRACE_PARENT[2:], "-"]
)
def test_what_is_no_trace_parent_is_as_if_it_were_not_there(
    tmp_path: Path, collector: Receiver, given: str
) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        answer = send(traceparent=given)
        told = answer.headers["x-request-id"]
        assert gw.message(number_of(answer)).request_id == told
    request, accept = spans_in(collector)
    assert accept.parent_span_id == request.span_id
    assert not request.parent_span_id
    assert not request.links


def test_a_batch_is_accepted_in_one_span_that_has_its_attempts_below_it(
    tmp_path: Path, collector: Receiver
) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        answer = send("260960000002", "260960000003")
        numbers = [number_in(one["message_id"]) for one in answer.json()["messages"]]
        for number in numbers:
            leaves(gw, number)
    accept, *below = (span for span in spans_in(collector) if span.kind == INTERNAL)
    assert facts_of(accept)["ngoma.messages"] == 3
    assert sorted(span.name for span in below) == ["attempt"] * 3 + ["dispatch"] * 3
    assert {span.parent_span_id for span in below} == {accept.span_id}
    for name in ("attempt", "dispatch"):
        found = {facts_of(span)["ngoma.message"] for span in below if span.name == name}
        assert found == set(numbers)


def test_sends_at_the_same_time_in_one_trace_stand_each_below_its_own_request(
    tmp_path: Path, collector: Receiver
) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send, ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(send, traceparent=TRACE_PARENT) for _ in range(16)]
        numbers = [number_of(call.result()) for call in calls]
    spans = spans_in(collector)
    requests = {span.span_id for span in spans if span.name == "POST /api"}
    accepts = [span for span in spans if span.name == "accept"]
    assert {facts_of(span)["ngoma.message"] for span in accepts} == set(numbers)
    assert {span.parent_span_id for span in accepts} == requests
    assert len(requests) == len(accepts) == len(numbers)


def test_who_only_looks_and_looks_again_leaves_no_trace(
    tmp_path: Path, collector: Receiver
) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send, operators(gw.system) as metrics:
        message = send().json()["message_id"]
        named = {"traceparent": TRACE_PARENT}
        theirs = {**named, "Authorization": f"Bearer {send.key}"}
        for path in (
            "/healthz",
            "/readyz",
            f"/api/v1/messages/{message}",
            "/api/mobile/v1/message",
        ):
            assert send.client.get(path, headers=theirs).status_code
        reported = send.client.patch(PHONES, json=[], headers=theirs)
        assert reported.status_code == 401
        for path in ("/metrics", "/healthz", "/readyz"):
            assert metrics.get(path, headers=named).status_code
        refused = send.client.post_json("/api", {"api_key": send.key}, named)
        assert refused.status_code == 400
    looked = [span.name for span in spans_in(collector)]
    assert looked == ["POST /api", "accept", "POST /api"]
