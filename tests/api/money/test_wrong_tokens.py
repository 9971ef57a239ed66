"""A callback by a wrong token is not found: nothing is kept of it but a count."""

from pathlib import Path

import pytest

from tests.api.conftest import StartGateway
from tests.api.money.asking import NEVER_ASKED
from tests.api.test_operations import metric

BODY = b'{"status":"SUCCESSFUL","externalId":"planted-reference"}'


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_of_a_callback_by_a_wrong_token_only_a_count_is_kept(
    start_gateway: StartGateway, tmp_path: Path, method: str
) -> None:
    gateway = start_gateway(online=False, providers=(NEVER_ASKED,))
    head = gateway.system.store.head()
    wrong = ["x", "all", "1-" + "0" * 32, "all-" + "f" * 32, "0-" + "0" * 32, "%00", "a" * 500]
    for token in wrong:
        answer = gateway.http.request(method, f"/callbacks/mtn/{token}", content=BODY)
        assert (answer.status_code, answer.json()["status"]) == (404, "error")
    route = "/callbacks/{provider}/{token}"
    assert metric(gateway, "ngoma_http_answers_total", route=route, status="404") == len(wrong)
    assert gateway.system.store.head() == head
    assert list(gateway.system.wire_log.of("")) == []
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"planted-reference" not in path.read_bytes()
