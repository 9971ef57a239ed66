"""The Python library's judgement: what it repeats, for how long, and whose webhooks it takes."""

import pytest

from ngoma_client import GatewayFailed, InvalidWebhook, RateLimited, Retries, verify_webhook
from ngoma_client.request import Request
from ngoma_client.retries import Answer, Attempts
from tests.end_to_end.libraries.trial import SECRET, Posted, posted


def test_an_answer_that_is_no_gateways_is_an_error_of_its_own() -> None:
    attempts = Attempts(Request("POST", "/api", key="k"), Retries())
    page = Answer(200, b"<html>Log in to the hotel's network</html>", None)
    assert attempts.pause_s_after(page) is None
    with pytest.raises(GatewayFailed, match="not the gateway's"):
        attempts.result(page)


def test_it_waits_as_long_as_it_is_asked_to_but_not_until_tomorrow() -> None:
    def pause_s(retry_after: str | None, *, key: str | None = "k") -> float | None:
        request = Request("POST", "/api", key=key)
        return Attempts(request, Retries()).pause_s_after(Answer(429, b"{}", retry_after))

    assert 20 <= (pause_s("20") or 0) <= 21
    assert pause_s("36000") is None
    assert 0.2 < (pause_s("Sun, 29 Nov 2026 08:00:00 GMT") or 0) <= 0.5
    assert 0.2 < (pause_s("9" * 5_000) or 0) <= 0.5
    assert pause_s("20", key=None) is None
    late = Attempts(Request("POST", "/api", key="k"), Retries())
    with pytest.raises(RateLimited) as raised:
        late.result(Answer(429, b'{"code": "RATE_LIMITED", "message": "Slow down."}', "36000"))
    assert (raised.value.retry_after_s, raised.value.idempotency_key) == (36_000, "k")


def test_it_knows_what_the_gateway_signed() -> None:
    def seen(request: Posted) -> str:
        try:
            return verify_webhook(request.body.encode(), request.headers, SECRET)["type"]
        except InvalidWebhook:
            return InvalidWebhook.__name__

    assert [seen(request) for request in posted()] == [each.outcome for each in posted()]
    for secret in ("", "whsec_", "whsec_x"):
        with pytest.raises(ValueError, match="whsec_"):
            verify_webhook("{}", {}, secret)
