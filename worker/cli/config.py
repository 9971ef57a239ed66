"""``ngoma config``: the settings in force and where each comes from, and a file to begin with."""

import os
import shlex
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

import click

from worker.cli.group import Group
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import print_json, print_table

if TYPE_CHECKING:
    from adapters.settings import Settings

HIDDEN: Final = "***"
URLS: Final = frozenset({"database_url", "redis_url", "mail_url"})
SECRETS: Final = frozenset({"server_secret", "writer_key", "mail_password", "seal_key"})


@click.group(cls=Group)
def config() -> None:
    """Look at the settings in force, and begin a file of them."""


@config.command("init", epilog=example("ngoma config init /etc/ngoma/ngoma.toml"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=Path("ngoma.toml"))
def init(file: Path) -> None:
    """Write a file of all settings, commented out, with what each is for; ./ngoma.toml if none.

    It is made with mode 0600, where nothing is yet, and changes nothing until you edit it.
    """
    from adapters.settings.writing import write_starting_file

    path = file.absolute()
    try:
        write_starting_file(path)
    except FileExistsError as error:
        msg = f"{path} is there already, and is left alone."
        raise click.ClickException(msg) from error
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}."
        raise click.ClickException(msg) from error
    click.echo(f"Made {path}. Edit it, then see what is in force by")
    click.echo(f"  ngoma config show --config {shlex.quote(str(path))}")


@config.command("show", epilog=example("ngoma config show --config /etc/ngoma.toml"))
@json_option
@place_options
def show(place: Place, *, as_json: bool) -> None:
    """Show each setting and where its value comes from; secrets and passwords are masked."""
    settings = place.settings()
    sources = _sources(place, settings)
    values = {
        field.name: {
            "value": shown(field.name, getattr(settings, field.name)),
            "from": sources[field.name],
        }
        for field in fields(settings)
    }
    if as_json:
        print_json(values)
        return
    print_table(
        ["setting", "value", "from"],
        [[name, _plain(entry["value"]), entry["from"]] for name, entry in values.items()],
    )


def shown(name: str, value: Any) -> Any:
    """Give a setting's value for JSON, without anything secret."""
    from adapters.security.secret import Secret

    if name in URLS and isinstance(value, str):
        return masked_url(value)
    if isinstance(value, Secret) or (name in SECRETS and value is not None):
        return value if str(value).startswith(("file:", "env:")) else HIDDEN
    if isinstance(value, tuple):
        return [shown("", item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: shown(item.name, getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def masked_url(url: str) -> str:
    """Give a URL without its password, wherever it stands."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return HIDDEN
    if not parts.scheme or (not parts.netloc and "=" in parts.path):
        return HIDDEN
    user, at, place = parts.netloc.rpartition("@")
    if password is not None:
        user = f"{user.partition(':')[0]}:{HIDDEN}"
    query = f"{HIDDEN}" if "password" in parts.query.lower() else parts.query
    return urlunsplit((parts.scheme, f"{user}{at}{place}", parts.path, query, ""))


def _plain(value: Any) -> str | None:
    """Give a value in one cell: parts of a section by name, entries of a list in turn."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return "; ".join(str(_plain(item)) for item in value) or None
    return None if value is None else str(value)


def _sources(place: Place, settings: "Settings") -> dict[str, str]:
    """Say of each setting whether flag, environment, file or default decided it."""
    from adapters.settings import ENVIRONMENT_PREFIX, Settings, load_settings

    defaults = Settings()
    file = load_settings(config=place.config, environment={})

    def source(name: str) -> str:
        variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
        if name == "data_dir" and place.data_dir not in {None, _path(os.environ.get(variable))}:
            return "flag"
        if any(known == variable or known.startswith(f"{variable}_") for known in os.environ):
            return "environment"
        return "file" if getattr(file, name) != getattr(defaults, name) else "default"

    return {field.name: source(field.name) for field in fields(settings)}


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
