"""Where checkpoints are kept outside the database: an append-only file, and people's mail."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from adapters.settings import Settings
from application.ports import AnchorAway, Mailer, MailNotSent
from domain.proof.notes import BadNote, notes_in

MINUTE_S: Final = 60
DAY_S: Final = 86_400
MAIL: Final = "mail"
TAIL_BYTES: Final = 64 * 1024
"""Of the file, in which the newest checkpoint is looked for."""


def anchor_file(settings: Settings) -> Path:
    """Name the file that checkpoints are appended to: in a folder that is not the store's."""
    data_dir = settings.data_dir.absolute()
    beside = data_dir.with_name(f"{data_dir.name}-anchors") / "checkpoints"
    return settings.seal_anchor or beside


def mailed_file(settings: Settings) -> Path:
    """Name the file that says which checkpoints went out by mail: nobody can read that there."""
    return settings.data_dir / "mailed-checkpoints"


class FileAnchor:
    """Checkpoints one after the other in a file that is only appended to, each on the disk."""

    every_s = MINUTE_S

    def __init__(self, path: Path, *, name: str | None = None) -> None:
        self._path = path
        self.name = name or f"file {path}"

    def put(self, note: str) -> None:
        """Append a checkpoint."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(note.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise AnchorAway(error.strerror or type(error).__name__) from error

    def newest(self) -> str | None:
        """Read the checkpoint that was appended last."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, self._path.stat().st_size - TAIL_BYTES))
                tail = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AnchorAway(error.strerror or type(error).__name__) from error
        try:
            *_, newest = (None, *notes_in(tail))
        except BadNote as error:
            msg = "it holds what is no checkpoint"
            raise AnchorAway(msg) from error
        return None if newest is None else str(newest)


class MailAnchor:
    """A checkpoint a day by mail, to somebody who has nothing to do with the database."""

    every_s = DAY_S

    name = MAIL

    def __init__(self, mailer: Mailer, *, to: str, sent: Path) -> None:
        """``sent`` is a file that says what was sent."""
        self._mailer = mailer
        self._to = to
        self._sent = FileAnchor(sent)

    def put(self, note: str) -> None:
        """Send a checkpoint."""
        text = (
            "Keep this message. With it you can show later that nothing which was in the log of\n"
            "the gateway today has been changed: `ngoma audit verify --checkpoint FILE`.\n\n"
        )
        try:
            asyncio.run(self._mailer.send(to=self._to, subject="Checkpoint", text=text + note))
        except (MailNotSent, OSError) as error:
            raise AnchorAway(type(error).__name__) from error
        with suppress(AnchorAway):  # it is out; that is what counts
            self._sent.put(note)

    def newest(self) -> str | None:
        """Give the checkpoint that was sent last; whether it came, nobody can tell."""
        return self._sent.newest()


def kept_by(settings: Settings) -> Sequence[FileAnchor]:
    """Give what says, for each anchor that is set up, which checkpoint it took last."""
    kept = [FileAnchor(anchor_file(settings))]
    return [*kept, FileAnchor(mailed_file(settings), name=MAIL)] if settings.seal_mail else kept
