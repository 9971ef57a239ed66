"""What the commands share: options, kinds of arguments, and the example at the end of each help."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from adapters.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

INTEGER_MAX: Final = 2**63 - 1
"""The largest number that both stores hold."""
CREDITS_MAX: Final = 10**12
KEY_ID: Final = re.compile(r"[A-Z0-9]{8}")


@dataclass(frozen=True, slots=True)
class Place:
    """Which gateway a command is about, as far as its flags say."""

    data_dir: Path | None
    config: Path | None

    def settings(self) -> "Settings":
        """Read the settings: defaults < file < environment < flags.

        Raises:
            InvalidRequest: a setting cannot be used.
        """
        from adapters.settings import load_settings

        return load_settings(config=self.config, data_dir=self.data_dir)


def place_options(function: F) -> Callable[..., Any]:
    """Add ``--data-dir`` and ``--config``; the command gets a ``Place`` named ``place``."""

    @click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="NGOMA_DATA_DIR",
        help="Folder of the embedded store; ./ngoma-data unless the settings say otherwise.",
    )
    @click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        envvar="NGOMA_CONFIG",
        help="TOML file of settings.",
    )
    @functools.wraps(function)
    def with_place(*, data_dir: Path | None, config: Path | None, **values: Any) -> Any:
        return function(place=Place(data_dir, config), **values)

    return with_place


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def example(*lines: str) -> str:
    """Give the end of a help text: how the command is called."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


class Text(click.ParamType):
    """One line or more that a person typed: not blank, at most ``characters_max`` characters."""

    name = "text"

    def __init__(self, characters_max: int = 200) -> None:
        self._characters_max = characters_max

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse what no store could keep."""
        text = value.strip()
        if not text:
            self.fail("must not be blank.", param, ctx)
        if len(text) > self._characters_max:
            self.fail(f"has more than {self._characters_max} characters.", param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail("is not valid UTF-8.", param, ctx)
        return text


class KeyId(click.ParamType):
    """The public part of an API key."""

    name = "key_id"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse a whole key: what is typed stays in the shell's history."""
        key_id = value.strip().upper()
        if KEY_ID.fullmatch(key_id) is None:
            self.fail("is not a key id: give the first 8 characters of the key.", param, ctx)
        return key_id


ACCOUNT: Final = click.IntRange(1, INTEGER_MAX)
NUMBER: Final = click.IntRange(1, INTEGER_MAX)
POSITION: Final = click.IntRange(0, INTEGER_MAX)
CREDITS: Final = click.IntRange(1, CREDITS_MAX)
REASON: Final = Text(1_000)

reason_option = click.option(
    "--reason", type=REASON, required=True, help="Why; kept with the event, beside the log."
)
