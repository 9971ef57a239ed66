"""Writes docs/reference/ from the code: events, errors, settings and commands.

``python -m tests.tidy.reference`` says which pages are stale; with ``--write`` it writes them.
"""

import dataclasses
import importlib
import importlib.util
import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from adapters.settings.table import table as settings_table
from domain.causes import ErrorTable, Meaning, OwnCause, RejectionClass
from domain.errors import NgomaError
from tests.tidy import discovery
from tests.tidy.schemas import schema_page
from tests.tidy.sources import ROOT

FOLDER: Final = ROOT / "docs" / "reference"
NOTE: Final = "<!-- Written by `make docs`; edit the code instead. -->"


def pages() -> dict[str, str]:
    """Give each page's text by its file name; without those whose source is not there yet."""
    return {
        name: "".join(write(source)) if name.endswith(".json") else page(write(source))
        for name, (module, attribute, write) in PAGES.items()
        if (source := _find(module, attribute)) is not None
    }


def _find(module: str, attribute: str) -> Any:
    """Give what a page is written from, or None."""
    if importlib.util.find_spec(module) is None:
        return None
    return getattr(importlib.import_module(module), attribute, None)


def page(paragraphs: Iterator[str]) -> str:
    """Join a page's paragraphs below the note that says where it comes from.

    A docstring's double backticks become Markdown's single ones.
    """
    text = "\n\n".join(paragraph.rstrip() for paragraph in [NOTE, *paragraphs]) + "\n"
    return re.sub(r"(?<!`)``(?!`)", "`", text)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _type_name(hint: object) -> str:
    """Name a type as a reader would: ``int | None``, without modules."""
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint.__name__
    if origin := typing.get_origin(hint):
        names = [_type_name(argument) for argument in typing.get_args(hint)]
        if origin.__name__ in {"Union", "UnionType"}:
            return " | ".join("None" if name == "NoneType" else name for name in names)
        return f"{origin.__name__}[{', '.join(names)}]"
    return "..." if hint is Ellipsis else str(getattr(hint, "__name__", hint))


# -- events ---------------------------------------------------------------------------------


def events_page(_: object) -> Iterator[str]:
    yield "# Events"
    yield (
        "Everything that the gateway knows follows from these. An event is stored under its "
        "topic, for good. Each one also has `originator_id`, the id of its aggregate; "
        "`originator_version`, which counts 1, 2, 3 … there; and `timestamp`, the time of its "
        "command in microseconds since 1970-01-01T00:00:00Z. Amounts are whole numbers; a field "
        "holds an integer of 64 bits, a text, true or false, a list of texts or null. "
        "`events.schema.json` beside this page says the same to programs, topic by topic."
    )
    for aggregate in discovery.aggregates():
        yield f"## {aggregate.__name__}"
        yield discovery.summary(aggregate)
        for name, event in discovery.events(aggregate).items():
            yield f"### {aggregate.__name__}.{name}"
            yield discovery.summary(event)
            if details := discovery.details(event):
                yield details
            hints = typing.get_type_hints(event)
            shared = {field.name for field in dataclasses.fields(aggregate.Event)}
            rows = [
                [f"`{field.name}`", _type_name(hints[field.name])]
                for field in dataclasses.fields(event)
                if field.name not in shared | {"originator_topic"}
            ]
            if rows:
                yield _table(["field", "type"], rows)


# -- errors ---------------------------------------------------------------------------------


def errors_page(_: object) -> Iterator[str]:
    yield "# Errors"
    yield "What the gateway raises on purpose, and what each means."
    yield "\n".join(
        f"{'  ' * depth}- `{error.__name__}`: {discovery.summary(error)}"
        for depth, error in discovery.errors()
    )
    if outer := sorted(discovery.errors_of_outer_rooms()):
        yield "Outer rooms add what only they can meet:"
        yield _table(
            ["error", "is a", "declared in"],
            [[f"`{name}`", f"`{base}`", f"`{file}`"] for file, name, base in outer],
        )
    if importlib.util.find_spec("api.routing.errors"):
        for table in _error_tables(importlib.import_module("api.routing.errors")):
            yield "## What clients see"
            yield table


def _error_tables(module: object) -> Iterator[str]:
    """Give each table of the module that has an error in the first place of every row."""
    for value in vars(module).values():
        rows: Sequence[Any] = ()
        if isinstance(value, Mapping):
            rows = [(error, entry) for error, entry in value.items()]
        elif isinstance(value, list | tuple):
            rows = value
        cells = [_cells(row) for row in rows]
        if cells and all(_is_error(row[0][1]) for row in cells if row) and all(cells):
            head = [name.replace("_", " ") for name, _ in cells[0]]
            yield _table(head, [[f"`{_plain(cell)}`" for _, cell in row] for row in cells])


def _cells(row: object) -> list[tuple[str, Any]]:
    """Name and give what a row holds; a dataclass inside it is spread out."""
    if dataclasses.is_dataclass(row):
        return [(field.name, getattr(row, field.name)) for field in dataclasses.fields(row)]
    if isinstance(row, tuple) and hasattr(row, "_fields"):
        names = row._fields
        return [
            cell
            for name, value in zip(names, row, strict=True)
            for cell in (_cells(value) if dataclasses.is_dataclass(value) else [(name, value)])
        ]
    return []


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, NgomaError)


def _plain(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


# -- causes ---------------------------------------------------------------------------------


CLASSES: Final = {
    RejectionClass.PERMANENT_MESSAGE: "ends, refunded",
    RejectionClass.SENDER_BLOCKED: "tried again, by another SIM; this SIM rests",
    RejectionClass.MODEM_OR_SIM: "tried again, by another SIM; this one rests",
    RejectionClass.TRANSIENT: "tried again after a pause",
    RejectionClass.BUG_IN_REQUEST: "ends, refunded; alarm",
}


def causes_page(causes: Mapping[str, Meaning]) -> Iterator[str]:
    yield "# Causes"
    yield (
        "Why a message failed or is in doubt: `failure.code` of the log and `cause` of the events. "
        "A number belongs to its table: `CMS_30` and `CME_30` have nothing in common. Customers "
        "read the words; operators also what the network or the modem means by it. An error with "
        "a limit leaves it open whether the segment left when it comes that long after it was "
        "handed over: the message is then in doubt, and is not tried again."
    )
    own = [cause for cause in causes if cause in set(OwnCause)]
    yield from _causes("Of the gateway itself", causes, own)
    for table, clause in ((ErrorTable.CMS, "27.005 3.2.5"), (ErrorTable.CME, "27.007 9.2")):
        numbers = [cause for cause in causes if cause.startswith(f"{table}_")]
        yield from _causes(f"`+{table} ERROR` (3GPP TS {clause})", causes, numbers)
    yield (
        "A number that a table lacks is told by the range that it stands in (27.005: below 128 the "
        "network's, below 256 the message centre's, below 512 the modem's, then the "
        "manufacturer's), and tried again after a pause."
    )


def _causes(title: str, causes: Mapping[str, Meaning], codes: Sequence[str]) -> Iterator[str]:
    yield f"## {title}"
    head = ["code", "what customers read", "what it means", "what happens to the message"]
    yield _table(head, [_cause(code, causes[code]) for code in codes])


def _cause(code: str, meaning: Meaning) -> list[str]:
    return [f"`{code}`", meaning.words, meaning.name, _happens(meaning)]


def _happens(meaning: Meaning) -> str:
    if meaning.rejection is None:
        return ""
    limit_s = meaning.in_doubt_after_s
    doubt = "" if limit_s is None else f"; in doubt from {limit_s} s on"
    return CLASSES[meaning.rejection] + doubt


# -- settings -------------------------------------------------------------------------------


def settings_page(settings: type) -> Iterator[str]:
    """Give the page of a dataclass of settings; a dataclass in it is a section of its own."""
    yield "# Settings"
    yield (
        "Defaults, then the TOML file of `--config` or `NGOMA_CONFIG`, then the environment, "
        "then flags: the later one counts. Secrets are `file:/path` or `env:NAME`."
    )
    for section in settings_table(settings):
        if section.name:
            yield f"## `[[{section.name}]]`" if section.is_list else f"## `[{section.name}]`"
            yield section.text
        prefix = f"NGOMA_{section.name}_" if section.name else "NGOMA_"
        head = ["setting", "type", "default", "what it is for"]
        rows = [
            [f"`{row.name}`", _type_name(row.kind), _default(row.default), row.text]
            for row in section.rows
        ]
        if section.is_list:  # one that may stand several times has no environment
            yield _table(head, rows)
        else:
            variables = [f"`{prefix}{row.name}`".upper() for row in section.rows]
            lines = [[*row, name] for row, name in zip(rows, variables, strict=True)]
            yield _table([*head, "environment"], lines)


def _default(value: Any) -> str:
    if value is dataclasses.MISSING:
        return "required"
    if value is None or value in ((), [], {}, ""):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


# -- commands -------------------------------------------------------------------------------


def commands(group: click.Command, path: str = "ngoma") -> Iterator[tuple[str, click.Command]]:
    """Give every command below ``group`` with its full name."""
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group, info_name=path)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield from commands(command, f"{path} {name}")


def cli_page(main: click.Command) -> Iterator[str]:
    yield "# Commands"
    for path, command in commands(main):
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        yield f"## {path}"
        usage = [path, *(["[options]"] if options else []), *map(_argument, arguments)]
        if isinstance(command, click.Group):
            usage.append("COMMAND …")
        yield f"```\n{' '.join(usage)}\n```"
        for text in (command.help, command.epilog):
            if text:
                yield _help_text(text)
        if options:
            yield _table(["option", "what it does"], [_option(option) for option in options])


def _help_text(text: str) -> str:
    """Turn click's help into Markdown: a paragraph after ``\\b`` keeps its lines."""
    paragraphs = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            paragraphs.append("```\n" + paragraph.removeprefix("\b").strip("\n") + "\n```")
        elif paragraph.strip():
            paragraphs.append(paragraph.strip())
    return "\n\n".join(paragraphs)


def _argument(argument: click.Argument) -> str:
    name = (argument.metavar or argument.name or "").upper() + ("…" if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _option(option: click.Option) -> list[str]:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if not option.is_flag and not option.count:
        kind = option.type
        choices = "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else ""
        names += f" {option.metavar or choices or kind.name.upper()}"
    text = option.help or ""
    if option.required:
        text += " Required."
    if option.envvar:
        env = option.envvar if isinstance(option.envvar, str) else ", ".join(option.envvar)
        text += f" Environment: `{env}`."
    if isinstance(option.default, str | int | Path) and not isinstance(option.default, bool):
        text += f" Default: `{option.default}`."
    return [f"`{names}`", text.strip()]


PAGES: Final[dict[str, tuple[str, str, Callable[[Any], Iterator[str]]]]] = {
    "events.md": ("domain.events", "Aggregate", events_page),
    "events.schema.json": ("domain.events", "Aggregate", schema_page),
    "errors.md": ("domain.errors", "NgomaError", errors_page),
    "causes.md": ("domain.causes", "CAUSES", causes_page),
    "settings.md": ("adapters.settings", "Settings", settings_page),
    "cli.md": ("worker.cli", "main", cli_page),
}
"""Each page, what it is written from (module and name), and what writes it."""


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or say which ones are stale."""
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if "--write" in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    print(*(stale or ["nothing is stale"]), sep="\n")
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
