"""What a service centre reports of a segment: an SMS-STATUS-REPORT (3GPP TS 23.040, 9.2.2.3)."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from domain.tpdu import Submit
from domain.tpdu.fields import STATUS_REPORT, SWAPPED
from domain.values import SECOND, Instant

DELIVERED: Final = 0x00

_CENTRE: Final = bytes.fromhex("07916290070000F1")
_LAST: Final = 0x04  # TP-MMS: nothing more waits at the centre (9.2.3.2)
_INTERNATIONAL: Final = 0x91
_LUSAKA: Final = timezone(timedelta(hours=2))
_QUARTER: Final = timedelta(minutes=15)


class ServiceCentre:
    """Reports each segment that asks for it as delivered, ``after_s`` later; None: never."""

    def __init__(self, after_s: float | None) -> None:
        self._after_s = after_s
        self._reports: deque[tuple[float, bytes]] = deque()

    @property
    def next_due_s(self) -> float | None:
        """When the next report leaves; None when there is none to come."""
        return self._reports[0][0] if self._reports else None

    def take(self, submit: Submit, *, message_reference: int, at: Instant, now_s: float) -> None:
        """Take a segment on: ``at`` by the wall, ``now_s`` by the clock of ``due``."""
        if self._after_s is None or not submit.status_report:
            return
        report = status_report(
            submit,
            message_reference=message_reference,
            taken_at=at,
            ended_at=Instant(at + int(self._after_s * SECOND)),
        )
        self._reports.append((now_s + self._after_s, report))

    def due(self, now_s: float) -> Iterator[bytes]:
        """Give the reports that leave by now, once, with their service-centre octets."""
        while self._reports and self._reports[0][0] <= now_s:
            yield self._reports.popleft()[1]


def status_report(
    submit: Submit,
    *,
    message_reference: int,
    taken_at: Instant,
    ended_at: Instant,
    tp_status: int = DELIVERED,
) -> bytes:
    """Give the report of a segment, with service-centre octets."""
    digits = submit.recipient.removeprefix("+")
    padded = digits + "f" if len(digits) % 2 else digits
    return b"".join(
        (
            _CENTRE,
            bytes((STATUS_REPORT | _LAST, message_reference, len(digits), _INTERNATIONAL)),
            bytes.fromhex(padded).translate(SWAPPED),
            _timestamp(taken_at),
            _timestamp(ended_at),
            bytes((tp_status,)),
        )
    )


def _timestamp(at: Instant) -> bytes:
    """Write a moment by the clock of Lusaka (9.2.3.11)."""
    moment = datetime.fromtimestamp(at // SECOND, tz=UTC).astimezone(_LUSAKA)
    zone = (moment.utcoffset() or timedelta()) // _QUARTER
    return bytes.fromhex(f"{moment:%y%m%d%H%M%S}{zone:02d}").translate(SWAPPED)
