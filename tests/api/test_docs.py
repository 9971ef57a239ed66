"""docs/api.md: every answer in it is one that the gateway gives, every request works."""

import json
import re
from pathlib import Path

import pytest

from api.routes import ROUTES
from api.routing.errors import TABLE
from tests.api.conftest import Gateway, is_exactly

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
ANSWERS = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
REQUESTS = re.findall(r"^curl (.*?)\n```", TEXT, re.DOTALL | re.MULTILINE)
NOT_IN_WILCYBERTEK = {"SENDER_ID_NOT_APPROVED", "ALREADY_EXISTS", "TOO_LATE"}


def register(gateway: Gateway) -> str:
    """Let the person of the examples register, as the first of them says; give the token."""
    (written,) = [request for request in REQUESTS if "/auth/register" in request]
    body = re.search(r"-d '(.*)'", written, re.DOTALL)
    assert body is not None
    answer = gateway.http.post("/api/v1/auth/register", content=body[1].encode())
    return str(answer.json()["token"])


def test_there_are_examples() -> None:
    assert len(ANSWERS) >= 10
    assert len(REQUESTS) >= 5


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_one_that_the_gateway_gives(text: str) -> None:
    kinds = {kind for route in ROUTES for kinds in route.answers.values() for kind in kinds}
    content = json.dumps(json.loads(text)).encode()
    assert any(is_exactly(content, kind) for kind in kinds)


@pytest.mark.parametrize("written", REQUESTS)
def test_a_request_works_as_it_is_written(own_gateway: Gateway, written: str) -> None:
    command = written.replace("'$KEY'", own_gateway.key).replace("$KEY", own_gateway.key)
    if "/auth/login" in written or "$TOKEN" in written:
        command = command.replace("$TOKEN", register(own_gateway))
    path = re.search(r"\$BASE(\S+)", command)
    body = re.search(r"-d '(.*)'", command, re.DOTALL)
    assert path is not None
    assert body is not None
    headers = dict(re.findall(r'-H "([^:]+): ([^"]*)"', command))
    answer = own_gateway.http.post(path[1], content=body[1].encode(), headers=headers)
    assert answer.is_success, answer.text


def test_every_call_and_every_code_is_described() -> None:
    for route in ROUTES:
        path = route.path.replace("{message_id}", "msg_4").replace("{key_id}", "4K7QX0PA")
        assert path in TEXT, path
    for row in TABLE:
        if row.code not in NOT_IN_WILCYBERTEK:
            assert f"| {row.status} | `{row.code}` |" in TEXT, row.code
