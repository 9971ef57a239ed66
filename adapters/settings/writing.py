"""Writes a file of settings to begin with: each one, commented out, with its default."""

import json
import os
from collections.abc import Iterator
from dataclasses import MISSING
from enum import Enum
from pathlib import Path
from typing import Any, Final

from adapters.settings.model import Settings
from adapters.settings.table import Row, Section, table

HEAD: Final = """\
# Settings of Ngoma. What is commented out has its default, which stands there: take the # away
# from the lines that you change. `ngoma config show` says what is in force, and
# NGOMA_… in the environment counts before this file. Secrets are "file:/path" or "env:NAME".
"""


def starting_text() -> str:
    """Give the file as TOML; as it stands, it changes nothing."""
    return "\n".join([HEAD, *(_section(each) for each in table(Settings))])


def write_starting_file(path: Path) -> None:
    """Write it where nothing is yet, with mode 0600: passwords of URLs may come to stand in it.

    Raises:
        FileExistsError: there is something.
        OSError: it cannot be written there.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(starting_text())


def _section(section: Section) -> str:
    return "\n".join(_lines(section)) + "\n"


def _lines(section: Section) -> Iterator[str]:
    if section.is_list:
        yield f"# {section.text}"
        yield f"#[[{section.name}]]"
    elif section.name:
        yield f"# {section.text}"
        yield f"[{section.name}]"  # an empty table changes nothing
    for row in section.rows:
        yield f"# {row.text}"
        yield f"#{row.name} = {_value(row)}"


def _value(row: Row) -> str:
    """Give a default as TOML has it; TOML has no null, so that what is none stays open."""
    if row.default is MISSING:
        return " # required"
    return "" if row.default is None else _literal(row.default)


def _literal(value: Any) -> str:
    if isinstance(value, Enum):
        return _literal(value.value)
    if isinstance(value, tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if isinstance(value, Path):
        return _literal(str(value))
    return json.dumps(value, ensure_ascii=False)  # of texts, numbers and booleans TOML's own form
