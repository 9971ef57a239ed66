"""What a modem keeps until it is saved: read where it lies, and deleted or acknowledged after that.

At bring-up, and whenever the modem says that it is full, all that is stored is listed: it may have
come before us, or its notice was lost. Nothing is deleted but what was saved as it was read there.
"""

import logging
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from adapters.modems.at.dialogue import ResultKind
from adapters.modems.at.link import AtLink, Reply
from application.ports import Clock
from domain.reports import InboundReceived, Incoming, MemoryFreed, Place, StatusReportReceived

MAX_WAITING: Final = 1_000
"""Places and acknowledgements kept; no SIM or modem has so many."""
MAX_TRIES: Final = 5
"""How often a place is tried that cannot be read, or emptied."""
AT_ONCE: Final = 10
"""Messages read, and deleted, between two segments: more would keep others waiting."""

_ANNOUNCED: Final = re.compile(r"\+CMGR:.*?(\d{1,3})$")
_LISTED: Final = re.compile(r"\+CMGL: ?(\d{1,5}),")
_PDU: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_AGAIN_S: Final = 30.0
_SUBMIT: Final = 1  # TP-MTI, 23.040 9.2.3.1
_STATUS_REPORT: Final = 2
_NO_SUCH_PLACE: Final = 321

logger = logging.getLogger("ngoma.modems")


class Storage:
    """What one modem has stored, for the life of one link; ``report`` hears what was read."""

    def __init__(self, clock: Clock, report: Callable[[Incoming | MemoryFreed], None]) -> None:
        self._clock = clock
        self._report = report
        self.begin()

    def begin(self) -> None:
        """Begin a new link: what came by an earlier one is another modem's, perhaps."""
        self._memory = ""
        self._unlisted: deque[str] = deque()
        self._unread: deque[Place] = deque()
        self._reported: dict[Place, bytes] = {}
        self._passed_over: set[Place] = set()
        self._undeleted: deque[Place] = deque()
        self._direct: deque[bytes] = deque(maxlen=MAX_WAITING)
        self._unacknowledged = 0
        self._notices: str | None = None
        self._tries: dict[Place, int] = {}
        self._again_at_s = 0.0
        self._is_full = False
        self._memories: Sequence[str] = ()

    def came_up(self, memories: Sequence[str], *, notices: str | None) -> None:
        """Have all that is stored listed. With ``notices`` what is told directly is acknowledged.

        That is the command that sets them anew, should an acknowledgement have come too late.
        """
        self._memories, self._notices = memories, notices
        self._unlisted.extend(memories)

    # -- as it is said --------------------------------------------------------------------------

    def note(self, place: Place) -> None:
        """Note that the modem says it stored something there."""
        self._passed_over.discard(place)
        if place not in self._unread and len(self._unread) < MAX_WAITING:
            self._unread.append(place)

    def note_direct(self, pdu: bytes) -> None:
        """Note that something was told and stored nowhere."""
        self._direct.append(pdu)

    def note_full(self) -> None:
        """Note that the modem has no place left: notices may have been lost."""
        self._is_full = True
        self._unlisted.extend(name for name in self._memories if name not in self._unlisted)

    def forget(self, incoming: Incoming) -> None:
        """Note that it is saved; what this link did not report is passed over."""
        place = incoming.place
        if place is None:
            if incoming.pdu in self._direct:
                self._direct.remove(incoming.pdu)
                self._unacknowledged += self._notices is not None
        elif self._reported.get(place) == incoming.pdu and place not in self._undeleted:
            self._undeleted.append(place)

    # -- asking the modem -----------------------------------------------------------------------

    @property
    def has_work(self) -> bool:
        """Whether there is something to ask the modem now."""
        queues = (self._unacknowledged, self._unlisted, self._unread, self._undeleted)
        return any(queues) and self._clock.monotonic_s() >= self._again_at_s

    def work(self, link: AtLink, *, timeout_s: float) -> None:
        """Acknowledge and delete what is saved, list and read what is new; a little at a time."""
        while self._unacknowledged and not link.is_unsure:
            self._unacknowledged -= 1
            self._acknowledge(link, timeout_s=timeout_s)
        self._go_through(self._undeleted, self._delete, link, timeout_s)
        self._list(link, timeout_s=timeout_s)
        self._go_through(self._unread, self._read, link, timeout_s)
        if link.is_unsure:
            self._again_at_s = self._clock.monotonic_s() + _AGAIN_S

    def _go_through(
        self,
        queue: deque[Place],
        do: Callable[[AtLink, Place, float], bool],
        link: AtLink,
        timeout_s: float,
    ) -> None:
        for _ in range(min(len(queue), AT_ONCE)):
            if link.is_unsure:
                return
            place = queue.popleft()
            if do(link, place, timeout_s):
                self._tries.pop(place, None)
            else:
                self._try_again(queue, place)

    def _acknowledge(self, link: AtLink, *, timeout_s: float) -> None:
        reply = link.command("AT+CNMA", timeout_s=timeout_s)
        if reply is not None and not reply.ok and self._notices is not None:
            # Too late: the modem has stopped telling by now (27.005 3.4.4).
            link.command(self._notices, timeout_s=timeout_s)

    def _list(self, link: AtLink, *, timeout_s: float) -> None:
        while self._unlisted and not link.is_unsure:
            memory = self._unlisted.popleft()
            if not self._choose(link, memory, timeout_s=timeout_s):
                continue
            reply = link.command("AT+CMGL=4", timeout_s=timeout_s)
            for line in reply.lines if reply else ():
                found = _LISTED.match(line)
                place = Place(memory, int(found[1])) if found else None
                if place and place not in self._reported and place not in self._passed_over:
                    self.note(place)

    def _read(self, link: AtLink, place: Place, timeout_s: float) -> bool:
        """Read one message, which stays where it is; False when it is to be tried again.

        Nothing is read from a memory that was not chosen: its places hold other messages.
        """
        if not self._choose(link, place.memory, timeout_s=timeout_s):
            return False
        # Not a query: an empty place answers OK alone.
        reply = link.command(f"AT+CMGR={place.index}", timeout_s=timeout_s)
        if reply is None or not reply.ok:
            return False
        octets = _pdu_in(reply.lines)
        if octets is None:
            return not reply.lines  # the place is empty
        kind = octets[1 + octets[0]] & 0b11
        if kind == _SUBMIT:
            self._passed_over.add(place)  # somebody's own, and his to delete
        elif octets not in self._reported.values():
            if place in self._undeleted:  # what was saved is not there any more
                self._undeleted.remove(place)
            self._reported[place] = octets
            is_report = kind == _STATUS_REPORT
            self._report((StatusReportReceived if is_report else InboundReceived)(octets, place))
        return True

    def _delete(self, link: AtLink, place: Place, timeout_s: float) -> bool:
        if not self._choose(link, place.memory, timeout_s=timeout_s):
            return False
        if not _is_gone(link.command(f"AT+CMGD={place.index}", timeout_s=timeout_s)):
            return False
        del self._reported[place]
        if self._is_full:
            self._is_full = False
            self._report(MemoryFreed())
        if not self._reported:  # one listing may not have shown all
            self._unlisted.extend(name for name in self._memories if name == place.memory)
        return True

    def _choose(self, link: AtLink, memory: str, *, timeout_s: float) -> bool:
        if memory == self._memory:
            return True
        self._memory = ""
        command = f'AT+CPMS="{memory}"'
        chosen = link.command(command, timeout_s=timeout_s, is_query=True, may_be_bare=True)
        if chosen is None or not chosen.ok:
            return False
        self._memory = memory
        return True

    def _try_again(self, queue: deque[Place], place: Place) -> None:
        tries = self._tries[place] = self._tries.get(place, 0) + 1
        self._again_at_s = self._clock.monotonic_s() + _AGAIN_S
        if tries < MAX_TRIES:
            queue.append(place)
            return
        del self._tries[place]
        self._passed_over.add(place)
        what = "read" if queue is self._unread else "deleted"
        logger.error("stored message %s,%s cannot be %s", place.memory, place.index, what)


def _is_gone(reply: Reply | None) -> bool:
    """Whether a place is empty after AT+CMGD; some refuse to empty one that is."""
    if reply is None:
        return False
    result = reply.result
    return reply.ok or (result.kind is ResultKind.CMS and result.code == _NO_SUCH_PLACE)


def _pdu_in(lines: Sequence[str]) -> bytes | None:
    """Find the PDU in the answer to AT+CMGR: the line of hex that has the announced length."""
    announced: int | None = None
    for line in lines:
        if found := _ANNOUNCED.match(line):
            announced = int(found[1])
        elif announced is not None and _PDU.fullmatch(line):
            octets = bytes.fromhex(line)
            # Some pad it, or count wrongly: what is at least as long as announced is it.
            if len(octets) - 1 - octets[0] >= max(announced, 1):
                return octets
    return None
