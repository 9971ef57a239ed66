"""Requests as other people's languages write them are read as they are meant, in both dialects."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.end_to_end.foreign.programs import SHAPES, require, run
from tests.end_to_end.gateway import Demo
from tests.end_to_end.truth import on_air
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes

ONE, TWO = "260977000001", "260966000002"
BAD_RECIPIENT: Final = -1
"""Stands for the status of a recipient that cannot be used: 400 or 422, by dialect."""


@dataclass(frozen=True)
class Dialect:
    """Where a dialect is sent to, and how it refuses a recipient."""

    name: str
    single: str
    bulk: str
    recipients: str
    bad_recipient: int


DIALECTS: Final = (
    Dialect("wilcybertek", "/api", "/api/bulk", "recipients", 400),
    Dialect("feltech", "/api/v1/sms/send", "/api/v1/sms/send-bulk", "to", 422),
)

Wanted = tuple[int, int]
"""A status, and how many messages leave."""

WANTED: Final[Mapping[str, Mapping[str, Wanted]]] = {
    "Java": {
        "chunked": (200, 1),
        "100-continue": (200, 1),
        "double": (BAD_RECIPIENT, 0),
        "wrong key": (401, 0),
        "websocket": (405, 0),
        **{f"at once {place}": (200, 1) for place in range(1, 9)},
    },
    "curl": {
        "list of one": (200, 1),
        "list of two": (200, 2),
        "JSON as a form": (200, 1),
        "chunked": (200, 1),
        "100-continue": (200, 1),
        "compressed": (415, 0),
        "key of a file": (200, 0),
    },
    "PHP": {
        "array_filter, JSON": (200, 2),
        "array_filter, form": (200, 2),
        "array_filter, multipart": (200, 2),
        "lines of a file": (200, 2),
        "float": (200, 1),
        "café in Latin-1": (200, 1),
    },
    "Guzzle": {
        "JSON": (200, 2),
        "form": (200, 2),
        "form of one": (200, 1),
        "multipart": (200, 2),
    },
    "Node": {
        "list of one, URLSearchParams": (200, 1),
        "list of two, URLSearchParams": (200, 2),
        "list of one, FormData": (200, 1),
        "list of two, FormData": (200, 2),
        "stream": (200, 1),
        "JSON as text/plain": (200, 1),
    },
    "Python": {
        "list of one": (200, 1),
        "list of two": (200, 2),
        "float": (200, 1),
        "text with .0": (BAD_RECIPIENT, 0),
        "a digit short, with .0": (BAD_RECIPIENT, 0),
        "a digit short, float": (BAD_RECIPIENT, 0),
        "pasted": (BAD_RECIPIENT, 0),
        "chunked": (200, 1),
    },
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("language", WANTED)
def test_what_a_language_writes_is_read_as_it_is_meant(
    demo: Demo, classes: Path, language: str, dialect: Dialect
) -> None:
    program, client = SHAPES[language], demo.client
    require(program)
    before, text = client.balance(), f"{language} in {dialect.name}"
    where = (dialect.single, dialect.bulk, dialect.recipients)
    place = (client.base_url, client.api_key)
    seen = run(program, *place, *where, text, ONE, TWO, classes=classes)
    assert {name: one["status"] for name, one in seen.items()} == {
        name: dialect.bad_recipient if status == BAD_RECIPIENT else status
        for name, (status, _) in WANTED[language].items()
    }
    assert all(isinstance(one["answer"], dict) for one in seen.values()), "each answer is JSON"
    wanted = Counter(
        (f"+{number}", f"{name}, {text}")
        for name, (_, count) in WANTED[language].items()
        for number in (ONE, TWO)[:count]
    )
    wait_until(lambda: _aired(demo, text).total() >= wanted.total(), what="all are on the air")
    assert _aired(demo, text) == wanted
    assert before - client.balance() == wanted.total()


def _aired(demo: Demo, text: str) -> Counter[tuple[str, str]]:
    segments = on_air(demo.folder / "modems")
    return Counter((s["recipient"], s["text"]) for s in segments if s["text"].endswith(text))
