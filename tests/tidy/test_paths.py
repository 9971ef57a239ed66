"""Every path in back-ticks, in documents and docstrings, leads somewhere; findings can be run."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.tidy.sources import ROOMS, ROOT, sources

FOLDERS: Final = "|".join((*ROOMS, "tests", "deploy", "docs", "findings"))
NAMED: Final = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
"""Paths from the root: a path from elsewhere cannot be told from a client's or an operator's."""
DOTTED: Final = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`")
"""Modules, and what stands in them."""


def _documents() -> Iterator[tuple[str, str]]:
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]):
        yield path.relative_to(ROOT).as_posix(), path.read_text()
    for source in sources(*ROOMS, "tests"):
        yield source.name, source.text


def _is_there(dotted: str) -> bool:
    """Whether a module is there, and names what the last parts say (one or two of them)."""
    parts = dotted.split(".")
    for cut in (len(parts), len(parts) - 1, len(parts) - 2):
        path = ROOT.joinpath(*parts[:cut])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if cut and file.is_file():
                return all(re.search(rf"\b{name}\b", file.read_text()) for name in parts[cut:])
    return False


def missing(root: Path, text: str) -> list[str]:
    """Give the paths and modules that a text names and that are not there."""
    paths = [found for found in NAMED.findall(text) if not (root / found).exists()]
    return paths + [found for found in DOTTED.findall(text) if not _is_there(found)]


def test_every_path_in_back_ticks_exists() -> None:
    wrong = {name: gone for name, text in _documents() if (gone := missing(ROOT, text))}
    wrong.pop("tests/tidy/test_paths.py", None)  # its planted ones
    assert wrong == {}


def test_a_path_that_leads_nowhere_is_found() -> None:
    text = "see `domain/values.py`, `domain/gone.py`, `adapters/`, ``domain.values.Lane``"
    assert missing(ROOT, text) == ["domain/gone.py"]
    assert missing(ROOT, "``domain.values.Gone`` `domain.gone`") == [
        "domain.values.Gone",
        "domain.gone",
    ]


def test_every_finding_can_be_run_as_it_is() -> None:
    findings = [*(ROOT / "findings").glob("*.sh")]
    assert findings
    assert [path.name for path in findings if not os.access(path, os.X_OK)] == []
