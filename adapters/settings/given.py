"""What was given, by whom, and where it stands: a file, the environment, a flag."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.settings.checks import did_you_mean
from domain.errors import InvalidRequest

ENVIRONMENT_PREFIX: Final = "NGOMA_"
NOT_SETTINGS: Final = frozenset({"config", "session_file"})
"""Variables that say where something is, and are no settings."""
TYPOS_MAX: Final = 2
"""By how many letters a mistyped name is longer or shorter."""


@dataclass(frozen=True, slots=True)
class Given:
    """One value for a setting; ``part`` names a field of a section such as ``[limits]``."""

    name: str
    part: str | None
    value: Any
    where: str
    """How the person who gave it would find it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that there are: plain settings, sections with their parts, lists of tables."""

    plain: frozenset[str]
    sections: Mapping[str, frozenset[str]]
    lists: frozenset[str]

    @property
    def words(self) -> Sequence[str]:
        """Every name that may stand at the top of a file."""
        return sorted({*self.plain, *self.sections, *self.lists})


def from_file(path: Path, known: Known, mistakes: list[str]) -> Iterator[Given]:
    """Read a TOML file; names that are no settings go to ``mistakes``.

    Raises:
        InvalidRequest: it cannot be read at all.
    """
    import tomllib  # noqa: PLC0415 - lazy: most commands have no file

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The configuration {path} cannot be read: {error}"
        raise InvalidRequest(msg, field="config") from error
    for name, value in document.items():
        yield from _entries(path, name, value, known, mistakes)


def _entries(
    path: Path, name: str, value: Any, known: Known, mistakes: list[str]
) -> Iterator[Given]:
    if name in known.plain or name in known.lists:
        yield Given(name, None, value, f"{path}: {f'[[{name}]]' if name in known.lists else name}")
        return
    if not isinstance(value, dict):
        is_list = isinstance(value, list) and any(isinstance(item, dict) for item in value)
        shown = f"[[{name}]]" if is_list else name
        hint = did_you_mean(name, known.words)
        mistakes.append(f"{path}: there is no setting {shown}{hint}")
        return
    for part, inner in value.items():
        where = f"{path}: [{name}] {part}"
        if name in known.sections:
            if part in known.sections[name]:
                yield Given(name, part, inner, where)
            else:
                hint = did_you_mean(part, known.sections[name])
                mistakes.append(f"{where}: there is no such setting{hint}")
        elif f"{name}_{part}" in known.plain:
            yield Given(f"{name}_{part}", None, inner, where)
        else:
            names = [*_parts_of(name, known), *known.words]
            mistakes.append(f"{where}: there is no such setting{did_you_mean(part, names)}")


def _parts_of(table: str, known: Known) -> list[str]:
    """Give what may stand in a table whose name begins the names of plain settings."""
    return [name.removeprefix(f"{table}_") for name in known.plain if name.startswith(f"{table}_")]


def from_environment(
    environment: Mapping[str, str], known: Known, mistakes: list[str]
) -> Iterator[Given]:
    """Read ``NGOMA_…``; empty ones were not given, and one that looks mistyped is a mistake."""
    for variable, value in environment.items():
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if not variable.startswith(ENVIRONMENT_PREFIX) or not value:
            continue
        section, part = _section_of(name, known)
        if section is not None:
            yield Given(section, part, value, variable)
        elif name in known.plain:
            yield Given(name, None, value, variable)
        elif name not in NOT_SETTINGS and (hint := _mistyped(name, known)):
            mistakes.append(f"{variable}: there is no such setting{hint}")


def _section_of(name: str, known: Known) -> tuple[str | None, str | None]:
    for section, parts in known.sections.items():
        part = name.removeprefix(f"{section}_")
        if part != name and part in parts:
            return section, part
    return None, None


def _mistyped(name: str, known: Known) -> str:
    """Guess what was meant: variables of other programs that begin like ours are left alone."""
    parts = [f"{section}_{part}" for section, parts in known.sections.items() for part in parts]
    words = [word for word in (*known.plain, *parts) if abs(len(word) - len(name)) <= TYPOS_MAX]
    hint = did_you_mean(name, words)
    return hint and f"; did you mean {ENVIRONMENT_PREFIX}{hint.split()[-1].upper()}"


def from_flags(flags: Mapping[str, Any]) -> Iterator[Given]:
    """Give the flags that are not None: those were not given."""
    for name, value in flags.items():
        if value is not None:
            yield Given(name, None, value, f"--{name.replace('_', '-')}")


def config_path(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Give the configuration file: the flag's, else the environment's."""
    named = environment.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    return config or (Path(named) if named else None)


def process_environment() -> Mapping[str, str]:
    """Give this process's variables."""
    return os.environ
