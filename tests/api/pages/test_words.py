"""The language file has every word that pages say, and none that nobody says."""

import re
from pathlib import Path
from typing import Final

from api.pages import words
from api.pages.site import PAGES

FOLDER: Final = Path(words.__file__).parent
SOURCES: Final = "\n".join(
    path.read_text()
    for path in sorted(FOLDER.rglob("*"))
    if path.suffix in {".py", ".html"} and path.is_file()
)
SAID: Final = re.compile(r"""say\(\s*["']([a-z_]+\.[a-z_0-9]+)["']\s*[,)]""")
MADE_UP: Final = frozenset(
    {
        *("pages", "places", "columns", "tables", "filters", "series", "sections", "states"),
        *("networks", "anchors", "test"),
    }
)
"""Sections whose words are named by what a page has: its pages, its columns, its filters, or
by what becomes of a test message."""


def test_whatever_a_page_says_stands_in_the_language_file() -> None:
    said = set(SAID.findall(SOURCES))
    assert len(said) > 50
    assert {name for name in said if not words.has_words(name)} == set()
    titled = {page.name for page in PAGES if not page.is_fragment}
    assert {name for name in titled if not words.has_words(f"pages.{name}")} == set()


def test_no_word_is_left_that_nobody_says() -> None:
    unsaid = {
        name
        for name in words._words()
        if f'"{name}"' not in SOURCES
        and f"'{name}'" not in SOURCES
        and not re.search(rf"""["']{re.escape(name.split(".")[1])}["']""", SOURCES)
        and name.split(".")[0] not in MADE_UP
        and not re.search(r"_heading$|^errors\.title_\d+$|_empty$", name)
    }
    assert unsaid == set()
