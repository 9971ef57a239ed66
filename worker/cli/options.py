"""What the commands share: options, kinds of arguments, and the example at the end of each help."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from domain.credits import CREDITS_MAX
from domain.errors import InvalidRequest
from domain.key_rules import KEY_ID_CHARACTERS, is_key_id
from domain.page_sizes import LIST_PAGE, LIST_PAGE_MAX
from domain.password_rules import check_code
from domain.people import check_email, check_name
from domain.reasons import check_reason
from domain.sender_id_rules import check_sender_id
from domain.written import NUMBER_MAX, read_whole

if TYPE_CHECKING:
    from adapters.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Place:
    """Which gateway a command is about, as far as its flags say."""

    data_dir: Path | None
    config: Path | None
    database_url: str | None = None

    def settings(self, **flags: Any) -> "Settings":
        """Read the settings: defaults < file < environment < flags.

        Raises:
            InvalidRequest: a setting cannot be used.
        """
        from adapters.settings import load_settings

        return load_settings(
            config=self.config,
            data_dir=self.data_dir,
            **{"database_url": self.database_url, **flags},
        )


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


def kind(check: Callable[[str], R], *, name: str = "text") -> Callable[[str], R]:
    """Make a kind of argument of a check: what HTTP refuses is wrong usage here."""

    def read(value: str) -> R:
        try:
            return check(value)
        except InvalidRequest as error:
            raise click.BadParameter(str(error)) from error

    read.__name__ = name  # stands for the value in help
    return read


class Whole(click.IntRange):
    """A whole number within bounds, in digits 0 to 9: ``int`` would also take 1_000 and ٣."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it."""
        number = read_whole(value)
        if number is None:
            self.fail(f"{value!r} is not a whole number in digits 0 to 9.", param, ctx)
        return super().convert(number, param, ctx)


def key_id(value: str) -> str:
    """Read the public part of an API key; a whole key would stay in the shell's history."""
    found = value.strip().upper()
    if not is_key_id(found):
        msg = f"is not a key id: give the first {KEY_ID_CHARACTERS} characters of the key."
        raise click.BadParameter(msg)
    return found


ACCOUNT: Final = Whole(1, NUMBER_MAX)
NUMBER: Final = Whole(1, NUMBER_MAX)
POSITION: Final = Whole(0, NUMBER_MAX)
CREDITS: Final = Whole(1, CREDITS_MAX)
SIGNED_CREDITS: Final = Whole(-CREDITS_MAX, CREDITS_MAX)
CODE: Final = kind(check_code)
EMAIL: Final = kind(check_email, name="email")
NAME: Final = kind(check_name)
REASON: Final = kind(check_reason)
SENDER_ID: Final = kind(check_sender_id)

list_limit_option = click.option(
    "--limit",
    type=Whole(1, LIST_PAGE_MAX),
    default=LIST_PAGE,
    show_default=True,
    help="How many are listed.",
)
reason_option = click.option(
    "--reason", type=REASON, required=True, help="Why; kept with the event, beside the log."
)
