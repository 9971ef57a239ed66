"""The network's side of a simulated modem: one line for each segment that really went on the air.

It is the ground truth that tests compare everything else with.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from domain.tpdu import Submit
from domain.values import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SegmentOnAir:
    """One segment as the network got it; ``reference`` is None for a message of one part."""

    time: Instant
    imsi: str
    recipient: str
    text: str
    part: int
    of: int
    reference: int | None
    message_reference: int
    pdu: bytes

    @classmethod
    def of_submit(
        cls, submit: Submit, *, time: Instant, imsi: str, message_reference: int, pdu: bytes
    ) -> "SegmentOnAir":
        """Make the entry of a decoded SMS-SUBMIT; ``pdu`` with its service-centre octets."""
        concat = submit.concat
        return cls(
            time=time,
            imsi=imsi,
            recipient=submit.recipient,
            text=submit.text,
            part=concat.part if concat else 1,
            of=concat.of if concat else 1,
            reference=concat.reference if concat else None,
            message_reference=message_reference,
            pdu=pdu,
        )

    def as_json(self) -> Mapping[str, object]:
        """Give the fields of its line in the log file."""
        moment = _EPOCH + timedelta(microseconds=self.time)
        return {
            "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "imsi": self.imsi,
            "recipient": self.recipient,
            "text": self.text,
            "part": self.part,
            "of": self.of,
            "reference": self.reference,
            "mr": self.message_reference,
            "pdu": self.pdu.hex().upper(),
        }


class NetworkLog(Protocol):
    """Where simulated modems write what they send."""

    def append(self, segment: SegmentOnAir) -> None:
        """Keep one segment; it is kept for good before this returns."""


class MemoryNetworkLog:
    """Keeps the segments in a list, for simulations in one process."""

    def __init__(self) -> None:
        self.segments: list[SegmentOnAir] = []

    def append(self, segment: SegmentOnAir) -> None:
        """Keep one segment."""
        self.segments.append(segment)


class FileNetworkLog:
    """One JSON line a segment, appended by one write, so that several modems can share a file.

    Writers hold the file's lock, so that ``forget_segments`` can put another in its place. The
    line is with the operating system before ``append`` returns: it survives ``kill -9``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _locked(path):  # fails now rather than at the first segment
            pass

    def append(self, segment: SegmentOnAir) -> None:
        """Write one line; raises ``OSError`` when the file takes none, and then nothing counts."""
        line = (json.dumps(segment.as_json()) + "\n").encode("ascii")
        with _locked(self._path) as fd:
            if os.write(fd, line) != len(line):
                raise OSError("the network log took only a part of a line")


def forget_segments(path: Path, is_wanted: Callable[[str, str], bool]) -> int:
    """Take recipient, text and PDU out of the lines for which ``is_wanted(recipient, text)``.

    The lines stay, as word that something was on the air. Emulators may append meanwhile.
    Give how many lines were changed.
    """
    with _locked(path):
        lines = path.read_bytes().splitlines(keepends=True)
        count = 0
        for place, line in enumerate(lines):
            segment = _read_line(line)
            if segment is None or not is_wanted(segment["recipient"] or "", segment["text"] or ""):
                continue
            if segment["recipient"] is None:
                continue
            gone = {"recipient": None, "text": None, "pdu": None, "erased": True}
            lines[place] = (json.dumps({**segment, **gone}) + "\n").encode("ascii")
            count += 1
        if count:
            new = path.with_name(path.name + ".new")
            with new.open("wb") as file:
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
    return count


def _read_line(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:  # a line that a full disk cut short
        return None
    return found if isinstance(found, dict) and "recipient" in found else None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open the file for appending and lock it: the one that has the name once the lock is had."""
    while True:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            if _has_name(fd, path):
                yield fd
                return
        finally:
            os.close(fd)


def _has_name(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False
