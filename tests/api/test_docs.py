"""docs/api.md: every answer in it is one that the gateway gives, every call is described."""

import json
import re
from pathlib import Path

import pytest

from api.routes import ROUTES
from api.routing.errors import TABLE
from tests.api.described import is_exactly

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
ANSWERS = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
NOT_IN_WILCYBERTEK = {"SENDER_ID_NOT_APPROVED", "ALREADY_EXISTS", "TOO_LATE"}


def test_there_are_examples() -> None:
    assert len(ANSWERS) >= 10


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_one_that_the_gateway_gives(text: str) -> None:
    kinds = {kind for route in ROUTES for kinds in route.answers.values() for kind in kinds}
    content = json.dumps(json.loads(text)).encode()
    assert any(is_exactly(content, kind) for kind in kinds)


def test_every_call_and_every_code_is_described() -> None:
    for route in ROUTES:
        path = route.path.replace("{message_id}", "msg_4").replace("{key_id}", "4K7QX0PA")
        path = path.replace("{batch_id}", "batch_2").replace("{upload_id}", "up_3")
        assert path in TEXT, path
    for row in TABLE:
        if row.code not in NOT_IN_WILCYBERTEK:
            assert f"| {row.status} | `{row.code}` |" in TEXT, row.code
