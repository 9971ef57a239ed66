"""Keeps what was said to providers in a file of bounded size, a JSON line for each exchange."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from application.ports import WireExchange

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
"""Of one of two files: the older one goes when the newer one is full."""
LOOK_S: Final = 1.0
"""For how long a file is written to before somebody looks whether it still is the newer one."""
FOUND_MAX: Final = 1_000
"""Exchanges of one payment that are read back."""

_decoder: Final = msgspec.json.Decoder(WireExchange)


def wire_folder(data_dir: Path) -> Path:
    """Give where a gateway keeps it."""
    return data_dir / "wire"


class FileWireLog:
    """``application.ports.WireLog`` in ``FOLDER/wire.jsonl`` and the older ``wire.1.jsonl``.

    Several processes may write: a line is written at once, and each looks every second whether
    another has replaced the file.
    """

    def __init__(self, folder: Path, *, bytes_max: int = FILE_BYTES_MAX) -> None:
        self._newer, self._older = folder / "wire.jsonl", folder / "wire.1.jsonl"
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._descriptor = -1
        self._bytes = 0
        """Of the file that is open, as far as this process knows."""
        self._looked_at_s = float("-inf")

    def note(self, exchange: WireExchange) -> None:
        """Keep one; a full disk loses the line and nothing else."""
        line = msgspec.json.encode(exchange) + b"\n"
        with self._lock, contextlib.suppress(OSError):
            if time.monotonic() >= self._looked_at_s + LOOK_S:
                self._look()
            os.write(self._descriptor, line)
            self._bytes += len(line)
            if self._bytes >= self._bytes_max:
                if self._newer.stat().st_size >= self._bytes_max:  # nobody was faster
                    self._newer.replace(self._older)
                self._looked_at_s = float("-inf")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _look(self) -> None:
        """Open the file that stands there now: another process may have replaced it."""
        self._let_go()
        self._newer.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self._newer, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        self._bytes = os.fstat(self._descriptor).st_size
        self._looked_at_s = time.monotonic()

    def _let_go(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._looked_at_s = -1, float("-inf")

    def of(self, reference: str) -> Sequence[WireExchange]:
        """Give what is kept of a payment, oldest first."""
        mark = msgspec.json.encode(reference)
        found = [
            exchange
            for line in self._lines()
            if mark in line and (exchange := _read(line)) and exchange.reference == reference
        ]
        return found[-FOUND_MAX:]

    def _lines(self) -> Iterator[bytes]:
        for path in (self._older, self._newer):
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                yield from file


def _read(line: bytes) -> WireExchange | None:
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        return None  # a line that a full disk cut
