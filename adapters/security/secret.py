"""Secrets: values that never show themselves, and the files and variables that they come from."""

import contextlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidRequest


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value whose repr is ``***``; only ``reveal`` gives it."""

    _value: str

    def reveal(self) -> str:
        """Give the value, at the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"


def read_secret(reference: str) -> Secret:
    """Read a secret named by ``file:PATH`` or ``env:NAME``.

    Raises:
        InvalidRequest: it is neither, or there is nothing there.
    """
    scheme, _, place = reference.partition(":")
    if scheme not in {"file", "env"}:  # not quoted: it may be the secret itself
        msg = "A secret is written file:PATH or env:NAME."
        raise InvalidRequest(msg, field="secret")
    try:
        text = os.environ.get(place, "") if scheme == "env" else Path(place).read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        msg = f"The secret {reference} cannot be read: {reason}."
        raise InvalidRequest(msg, field="secret") from error
    if not text.strip():
        msg = f"The secret {reference} is empty, or not there."
        raise InvalidRequest(msg, field="secret")
    return Secret(text.strip())


def is_open_to_others(path: Path) -> bool:
    """Whether somebody besides the owner can read the file."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def keep_private(path: Path, text: str) -> None:
    """Write a file with mode 0600, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def kept_or_made(path: Path, *, length: int = 32) -> Secret:
    """Read the secret in a file, or draw one and keep it there with mode 0600.

    Processes that start together end up with the same one: the first link wins.
    """
    if not path.exists():
        drawn = path.with_name(f".{path.name}.drawn.{os.getpid()}")
        keep_private(drawn, secrets.token_hex(length))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(drawn)
        drawn.unlink()
    return Secret(path.read_text(encoding="utf-8").strip())
