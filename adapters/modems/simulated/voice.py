"""What a simulated modem says, each piece at its moment, and what the line makes of it."""

import heapq
from typing import Final

from adapters.modems.simulated.faults import STORM, FaultKind, FaultPlan
from adapters.modems.simulated.profiles import Profile

_OLD_ANSWERS: Final = b"\x00\xf8+CMGS: 77\r\n\r\nOK\r\n\xfe\r\n"
_NOISE: Final = (b"\x00", b"\xff", b"\x00\xff")


class Voice:
    """The bytes that are still to be said, in the order of their moments."""

    def __init__(self, profile: Profile, plan: FaultPlan) -> None:
        self._plan = plan
        self._chatter = [*STORM, *profile.chatter]
        self._chatter += [profile.handshake] if profile.handshake else []
        self._ends_lines_thrice = FaultKind.CRCRLF in plan.standing
        self._queue: list[tuple[float, int, bytes]] = []
        self._said = 0
        self._has_old_answers = FaultKind.GARBAGE in plan.standing
        self.boots = 1
        """The number that a handshake tells."""

    @property
    def next_due_s(self) -> float | None:
        """When there is something to say; None when nothing waits."""
        return self._queue[0][0] if self._queue else None

    def clear(self) -> None:
        """Forget what was to be said: the modem starts anew."""
        self._queue.clear()
        self._has_old_answers = FaultKind.GARBAGE in self._plan.standing

    def say(self, line: str, at_s: float) -> None:
        """Say a line, after a report that nobody asked for when a storm rages."""
        if self._has_old_answers:
            self._has_old_answers = False
            self.put(_OLD_ANSWERS, at_s)
        self.storm(at_s)
        self.put(self.as_line(line), at_s)

    def storm(self, at_s: float) -> None:
        """Let a report be said, by the script's chance."""
        storm, random = self._plan.storm, self._plan.storm_random
        if storm is not None and random.random() < storm.chance:
            line = random.choice(self._chatter)
            self.put(self.as_line(line.format(boot=self.boots)), at_s)

    def as_line(self, text: str) -> bytes:
        """Put line ends around a text."""
        end = "\r\r\n" if self._ends_lines_thrice else "\r\n"
        return f"{end}{text}{end}".encode("latin-1")

    def put(self, data: bytes, at_s: float) -> None:
        """Say bytes as they are."""
        self._said += 1
        heapq.heappush(self._queue, (at_s, self._said, data))

    def due(self, now_s: float) -> bytes:
        """Give what is said by now: all of it, or the next byte where the line crumbles."""
        if FaultKind.CRUMBS in self._plan.standing:
            return self._crumb(now_s)
        said = []
        while self._queue and self._queue[0][0] <= now_s:
            said.append(heapq.heappop(self._queue)[2])
        return b"".join(map(self._soiled, said))

    def _crumb(self, now_s: float) -> bytes:
        if not self._queue or self._queue[0][0] > now_s:
            return b""
        at_s, place, data = heapq.heappop(self._queue)
        if data[1:]:
            heapq.heappush(self._queue, (at_s, place, data[1:]))
        return data[:1]

    def _soiled(self, data: bytes) -> bytes:
        """Put line noise between the bytes of a piece, by the script's chance."""
        noise = self._plan.standing.get(FaultKind.NOISE)
        if noise is None:
            return data
        random = self._plan.storm_random
        soiled = bytearray()
        for byte in data:
            if random.random() < noise.chance:
                soiled += random.choice(_NOISE)
            soiled.append(byte)
        return bytes(soiled)
