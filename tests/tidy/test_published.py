"""Numbers that clients go by stand once, in the domain, and both edges take them from there."""

import functools
import re
from collections import Counter

import pytest

from tests.tidy.published import published_numbers, types_a_published_number
from tests.tidy.sources import ROOMS, Source, sources

NUMBERS = published_numbers()


@pytest.mark.slow
def test_no_edge_types_a_published_number_again() -> None:
    edges = [
        source
        for source in sources("api", "application", "worker/cli")
        if not source.name.startswith("api/http/")  # counts bytes of the wire, and nothing else
    ]
    found = [place for source in edges for place in types_a_published_number(source, NUMBERS)]
    assert not found, "\n".join(["", *found])


@functools.cache
def _words() -> Counter[str]:
    return Counter(word for s in sources(*ROOMS) for word in re.findall(r"\w+", s.text))


@pytest.mark.parametrize("name", [name for name in NUMBERS if not name.startswith("Limits.")])
@pytest.mark.slow
def test_every_published_number_is_used(name: str) -> None:
    assert _words()[name] > 1  # where it stands, and somewhere


@pytest.mark.parametrize(
    "text",
    [
        "RECIPIENTS_MAX: Final = 500",
        "Meta(min_length=1, max_length=500)",
        "Meta(le=10**12)",
        "Meta(ge=-10**12)",
        "click.IntRange(0, 1_000)",
        "Whole(1, 20)",
        "if len(reason) > 1_000: ...",
        '{"type": "string", "maxLength": 255}',
        're.compile("[A-Z0-9]{8}")',
        're.compile("[!-~]{1,255}")',
        'Parameter("limit", "How many, 1 to 1000; 100 unless given.")',
        'summary = "Send one text to at most 500 recipients"',
        'words = f"At most 1,600 characters {x}"',
    ],
)
def test_the_rule_finds(text: str) -> None:
    assert len(list(types_a_published_number(Source("api/planted.py", text), NUMBERS))) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "THREADS: Final = 8",
        'epilog = example("ngoma wallet grant 1 500 --reason goodwill", "chmod 600 it")',
        "Meta(min_length=1, max_length=RECIPIENTS_MAX)",
        "Meta(ge=0, le=1)",
        "Whole(-CREDITS_MAX, CREDITS_MAX)",
        "answers = {500: (schemas.FeltechError,)}",
        "answer(content, status=500)",
        "if len(parts) != 1: ...",
        "'''Of at most 500 recipients.'''",
        'examples = ["260977000000", "MSG-1712345678-A3F9", "2026-04-02T12:00:00.000000Z"]',
        'words = f"at most {RECIPIENTS_MAX} recipients"',
        're.compile("[0-9]{1,12}")',
    ],
)
def test_the_rule_lets_pass(text: str) -> None:
    assert list(types_a_published_number(Source("api/planted.py", text), NUMBERS)) == []
