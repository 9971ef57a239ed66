"""The client libraries say what the gateway says, and know nothing else of it."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from api.routing.errors import TABLE
from ngoma_client.errors import CODES, STATUSES
from tests.tidy import clients
from tests.tidy.rules import imports_beyond
from tests.tidy.sources import CLIENTS, ROOMS, ROOT, sources
from tests.tidy.test_packaging import HATCH

TABLES: Final = {"php": "src/errors.php", "typescript": "src/errors.ts"}


@pytest.mark.parametrize("name", list(clients.FILES))
def test_types_and_calls_are_what_make_docs_writes(name: str) -> None:
    assert not clients.is_stale(name), f"{name} is stale: run make docs"


def test_every_published_code_has_a_class() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    published = set(re.findall(r"^\| \d{3} \| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert len(published) > 15
    assert set(CODES) == published | {row.code for row in TABLE}


@pytest.mark.parametrize("language", list(TABLES))
def test_errors_are_the_same_in_each_language(language: str) -> None:
    text = (CLIENTS / language / TABLES[language]).read_text()
    codes = dict(re.findall(r"^\s+'?([A-Z_]+)'?(?:: | => )(\w+)", text, re.MULTILINE))
    statuses = dict(re.findall(r"^\s+\[?(\d{3})(?:, | => )(\w+)", text, re.MULTILINE))
    assert codes == {code: kind.__name__ for code, kind in CODES.items()}
    assert statuses == {str(status): kind.__name__ for status, kind in STATUSES.items()}


def test_libraries_have_the_gateways_version() -> None:
    for name in ("php/composer.json", "typescript/package.json"):
        assert json.loads((CLIENTS / name).read_text())["version"] == clients.calls().version


def test_the_python_library_imports_nothing_of_the_gateway() -> None:
    allowed = frozenset({"ngoma_client", "httpx", "standardwebhooks"})
    outside = {"asyncio", "random", "urllib.parse"}
    found = [
        place
        for source in sources("api/clients/python")
        for place in imports_beyond(source, allowed)
        if place.split()[-1] not in outside
    ]
    assert found == []
    assert sources("api/clients/python")


def test_nothing_of_the_gateway_imports_a_library_for_its_clients() -> None:
    named = re.compile(r"\b(ngoma_client|api\.clients)\b")
    found = [source.name for source in sources(*ROOMS) if named.search(source.text)]
    assert found == []


def test_the_wheel_of_the_gateway_has_no_libraries_for_its_clients() -> None:
    assert CLIENTS.relative_to(ROOT).as_posix() in HATCH["exclude"]
    assert not Path(CLIENTS / "__init__.py").exists(), "it is no package of the gateway"
