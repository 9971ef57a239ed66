"""A click group whose commands are imported on demand, and which turns refusals into one line."""

import gc
import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, NamedTuple, cast

import click


class Entry(NamedTuple):
    """Where a command is, and the line that stands for it in the group's help."""

    module: str
    attribute: str
    help: str


class LazyGroup(click.Group):
    """A group that knows its commands by a table; its own help imports none of them."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names in the order of the table."""
        return list(self.entries)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        return cast("click.Command", getattr(_imported(entry.module), entry.attribute))

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the gateway refuses is one line on stderr and exit code 1."""
        from domain.errors import NgomaError  # keeps --help light

        try:
            return super().invoke(ctx)
        except NgomaError as error:
            raise click.ClickException(_lines(error)) from error
        except BrokenPipeError:
            raise  # whoever read the output has enough: click ends quietly
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error


def _imported(name: str) -> ModuleType:
    """Give a module; what it takes to import it stays, so no look for cycles goes through that.

    Such looks, during the import and after it, are a fifth of the time until a server is ready.
    """
    if (known := sys.modules.get(name)) is not None:
        return known
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def _lines(error: Exception) -> str:
    """Give an error as sentences, a line each."""
    lines = [" ".join(line.split()) for line in str(error).splitlines() if line.strip()]
    return "\n".join(map(_sentence, lines or [type(error).__name__]))


def _sentence(text: str) -> str:
    first, _, more = text.partition(" ")
    is_name = any(mark in first for mark in "./_")  # of a file or a setting: as it is written
    if more and first[:1].islower() and not is_name:
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
