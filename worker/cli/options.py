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
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
KEY_ID: Final = re.compile(r"[A-Z0-9]{8}")


@dataclass(frozen=True, slots=True)
class Place:
    """Which gateway a command is about, as far as its flags say."""

    data_dir: Path | None
    config: Path | None

    def settings(self, **flags: Any) -> "Settings":
        """Read the settings: defaults < file < environment < flags.

        Raises:
            InvalidRequest: a setting cannot be used.
        """
        from adapters.settings import load_settings

        return load_settings(config=self.config, data_dir=self.data_dir, **flags)


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
    def with_place(*args: Any, data_dir: Path | None, config: Path | None, **values: Any) -> Any:
        return function(*args, place=Place(data_dir, config), **values)

    return with_place


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def example(*lines: str) -> str:
    """Give the end of a help text: how the command is called."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def text(characters_max: int = 200) -> Callable[[str], str]:
    """Make a kind of argument: what a person typed, not blank, of limited length."""

    def text(value: str) -> str:
        found = value.strip()
        if not found:
            raise click.BadParameter("must not be blank.")
        if len(found) > characters_max:
            raise click.BadParameter(f"has more than {characters_max} characters.")
        try:
            found.encode()
        except UnicodeEncodeError as error:
            raise click.BadParameter("is not valid UTF-8.") from error
        return found

    return text


def email_address(value: str) -> str:
    """Read an e-mail address, as far as one can tell by looking."""
    found = text(254)(value)
    if EMAIL.fullmatch(found) is None:
        raise click.BadParameter("is not an e-mail address.")
    return found


def key_id(value: str) -> str:
    """Read the public part of an API key; a whole key would stay in the shell's history."""
    found = value.strip().upper()
    if KEY_ID.fullmatch(found) is None:
        raise click.BadParameter("is not a key id: give the first 8 characters of the key.")
    return found


ACCOUNT: Final = click.IntRange(1, INTEGER_MAX)
NUMBER: Final = click.IntRange(1, INTEGER_MAX)
POSITION: Final = click.IntRange(0, INTEGER_MAX)
CREDITS: Final = click.IntRange(1, CREDITS_MAX)
REASON: Final = text(1_000)

reason_option = click.option(
    "--reason", type=REASON, required=True, help="Why; kept with the event, beside the log."
)
