"""Nobody serves an embedded store twice, and nobody serves it while it is restored."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a server off the embedded store in a folder: a second one would take its modems.

    The lock ends with the process, however it ends.

    Raises:
        click.ClickException: a server runs on it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "serve.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"Another ngoma serve runs on {folder} already."
            raise click.ClickException(msg) from error
        yield


def is_served(folder: Path) -> bool:
    """Whether a server runs on the embedded store in a folder."""
    try:
        file = (folder / "serve.lock").open("rb")
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
