"""The network's side of a simulated modem: one line for each segment that really went on the air.

It is the ground truth that tests compare everything else with.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

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

    The line is with the operating system before ``append`` returns: it survives ``kill -9``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        os.close(self._open())  # fails now rather than at the first segment

    def append(self, segment: SegmentOnAir) -> None:
        """Write one line; raises ``OSError`` when the file takes none, and then nothing counts."""
        line = (json.dumps(segment.as_json()) + "\n").encode("ascii")
        fd = self._open()
        try:
            if os.write(fd, line) != len(line):
                raise OSError("the network log took only a part of a line")
        finally:
            os.close(fd)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
