"""Reads the settings: defaults < file < environment < flags, with every mistake said at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

from adapters.security.secret import Secret, read_secret
from adapters.settings.checks import did_you_mean, within
from adapters.settings.converting import converted
from adapters.settings.given import (
    Given,
    Known,
    config_path,
    from_environment,
    from_file,
    from_flags,
    process_environment,
)
from adapters.settings.model import LIST_CHECKS, SECRETIVE, Settings
from domain.errors import InvalidRequest
from domain.rate_limits import PER_MINUTE_MAX, Limits

PER_MINUTE: Final = within(0, PER_MINUTE_MAX)


def load_settings(
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **flags: Any,
) -> Settings:
    """Read the settings; a flag that is None was not given.

    Raises:
        InvalidRequest: names that are no settings, and values that cannot be used: all of them,
            a line each, with file, table or variable.
    """
    environment = process_environment() if environment is None else environment
    mistakes: list[str] = []
    given: list[Given] = []
    if path := config_path(config, environment):
        given += from_file(path, KNOWN, mistakes)
    given += from_environment(environment, KNOWN, mistakes)
    given += from_flags(flags)
    reading = _Reading({}, {}, mistakes)
    for one in given:
        reading.take(one)
    if mistakes:
        lines = [line if line.endswith("?") else f"{line}." for line in mistakes]
        raise InvalidRequest("\n".join(lines), field=reading.first_fault)
    return reading.settings()


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is tuple and is_dataclass(get_args(hint)[0])


HINTS: Final = get_type_hints(Settings)
SECTIONS: Final = {name: hint for name, hint in HINTS.items() if is_dataclass(hint)}
LISTS: Final = {name: get_args(hint)[0] for name, hint in HINTS.items() if _is_list(hint)}
KNOWN: Final = Known(
    plain=frozenset(HINTS) - SECTIONS.keys() - LISTS.keys(),
    sections={
        name: frozenset(part.name for part in fields(section)) for name, section in SECTIONS.items()
    },
    lists=frozenset(LISTS),
)
CHECKS: Final = {
    item.name: item.metadata["check"] for item in fields(Settings) if "check" in item.metadata
}


@dataclass(slots=True)
class _Reading:
    """What has been understood so far; a later value of a setting takes the earlier one's place."""

    values: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    mistakes: list[str]
    first_fault: str = "settings"

    def take(self, one: Given) -> None:
        """Convert and check one value."""
        if one.name in LISTS:
            self.values[one.name] = self._tables(one)
        elif one.part is not None:
            hint = get_type_hints(SECTIONS[one.name])[one.part]
            self.parts.setdefault(one.name, {})[one.part] = self._value(one, hint, [PER_MINUTE])
        elif isinstance(one.value, Limits):
            self.values[one.name] = one.value
        else:
            checks = [CHECKS[one.name]] if one.name in CHECKS else []
            self.values[one.name] = self._value(one, HINTS[one.name], checks)

    def settings(self) -> Settings:
        """Make the object."""
        for name, parts in self.parts.items():
            self.values[name] = replace(self.values.get(name, getattr(Settings(), name)), **parts)
        return Settings(**self.values)

    def _value(self, one: Given, hint: Any, checks: Iterable[Any]) -> Any:
        try:
            value = converted(hint, one.value)
            for check in checks:
                check(value)
        except ValueError as error:
            self._fault(one, str(error))
            return None
        return value

    def _fault(self, one: Given, words: str) -> None:
        if not self.mistakes:
            self.first_fault = one.name
        is_secretive = one.name in SECRETIVE or one.part in SECRETIVE
        shown = "" if is_secretive else f" = {_shown(one.value)}"
        self.mistakes.append(f"{one.where}{shown}: it {words}")

    # -- [[modems]] and other lists ------------------------------------------------------------

    def _tables(self, one: Given) -> tuple[Any, ...]:
        entries = one.value
        if not isinstance(entries, list | tuple):
            self.mistakes.append(f"{one.where}: it must be a list of tables")
            return ()
        found = [
            table
            for place, entry in enumerate(entries, 1)
            if (table := self._table(one, place, entry)) is not None
        ]
        names = [table.name for table in found]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.mistakes.append(f"{one.where}: two {one.name} have the name {name}")
        return tuple(found)

    def _table(self, one: Given, place: int, entry: Any) -> Any:
        kind = LISTS[one.name]
        if isinstance(entry, kind):
            return entry
        name = entry.get("name") if isinstance(entry, dict) else None
        where = f"{one.where} {place}" + (f' "{name}"' if isinstance(name, str) else "")
        if not isinstance(entry, dict):
            self.mistakes.append(f"{where}: it must be a table")
            return None
        before = len(self.mistakes)
        known = {item.name: item for item in fields(kind)}
        hints = get_type_hints(kind)
        values: dict[str, Any] = {}
        for part, value in entry.items():
            given = Given(one.name, part, value, f"{where}: {part}")
            if part not in known:
                self._unknown(given, known)
            elif part in SECRETIVE:
                values[part] = self._secret(given)
            else:
                checks = LIST_CHECKS[one.name].get(part, ())
                values[part] = self._value(given, hints[part], checks)
        self.mistakes += [f"{where}: {part} is missing" for part in _missing(known.values(), entry)]
        if len(self.mistakes) > before:
            return None
        table = kind(**values)
        self.mistakes += [f"{where}: {part} is missing" for part in getattr(table, "lacks", ())]
        return table

    def _unknown(self, one: Given, known: Iterable[str]) -> None:
        hint = did_you_mean(str(one.part), known)
        self.mistakes.append(f"{one.where}: there is no such setting{hint}")

    def _secret(self, one: Given) -> Secret | None:
        if isinstance(one.value, Secret):
            return one.value
        try:
            return read_secret(str(one.value))
        except InvalidRequest as error:
            self.mistakes.append(f"{one.where}: {str(error).removesuffix('.')}")
            return None


def _missing(known: Iterable["Field[Any]"], entry: Mapping[str, Any]) -> Sequence[str]:
    return [
        item.name
        for item in known
        if item.default is MISSING and item.default_factory is MISSING and item.name not in entry
    ]


def _shown(value: Any) -> str:
    """Give a value as a configuration file would say it, cut to what fits on a line."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
