"""Turns what a modem hands over into values: deliveries, reports, and submissions read back.

Clause numbers are those of 3GPP TS 23.040, unless 23.038 is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from domain.segments import ESCAPE, GSM7_BASIC, GSM7_EXTENSION
from domain.tpdu.fields import (
    CONCAT_8,
    CONCAT_16,
    DELIVER,
    HAS_HEADER,
    MAX_USER_DATA_OCTETS,
    NATIONAL_TABLES,
    STATUS_REPORT,
    STATUS_REPORT_REQUESTED,
    SUBMIT,
    SWAPPED,
    VALIDITY_MASK,
    VALIDITY_RELATIVE,
    TpduError,
    septets_for,
)
from domain.values import Encoding

_SILENT: Final = 0x40
_DISCARD: Final = 0xC
_MAX_ADDRESS_DIGITS: Final = 20  # semi-octets (9.1.2.5)
_DIGITS: Final = MappingProxyType({ord(a): b for a, b in zip("abcde", "*#abc", strict=True)})
_EXTENSION: Final[Mapping[int, str]] = MappingProxyType(
    {septet: character for character, septet in GSM7_EXTENSION.items()}
)


class AddressType(Enum):
    """The type of number in an address (9.1.2.5); the value is that of bits 6 to 4."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


class StatusClass(StrEnum):
    """What a TP-ST says of the message (9.2.3.15)."""

    DELIVERED = "delivered"
    STILL_TRYING = "still_trying"
    PERMANENT_FAILURE = "permanent_failure"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of which long message; ``part`` runs from 1 (9.2.3.24.1, 9.2.3.24.8)."""

    reference: int
    part: int
    of: int
    reference_bits: int = 8


@dataclass(frozen=True, slots=True)
class Deliver:
    """An SMS-DELIVER (9.2.2.1).

    ``sender`` is ``+260…`` where the address type is international. ``service_centre_time`` is
    None where the network wrote no possible time. ``lossy`` says that ``text`` may not be what
    was sent: a national table, half a pair, or octets that are not text at all.
    """

    sender: str
    sender_type: AddressType
    service_centre_time: datetime | None
    dcs: int
    text: str
    concat: Concat | None
    lossy: bool
    pid: int = 0

    @property
    def is_signal(self) -> bool:
        """Whether it is to be acknowledged and not shown: type 0 (9.2.3.9), or a voice-mail sign.

        Of the signs only those are none for people that say so (23.038 section 4, group 1100).
        """
        return self.pid == _SILENT or self.dcs >> 4 == _DISCARD


@dataclass(frozen=True, slots=True)
class StatusReport:
    """An SMS-STATUS-REPORT (9.2.2.3); times are None where the network wrote no possible time."""

    message_reference: int
    recipient: str
    recipient_type: AddressType
    service_centre_time: datetime | None
    discharge_time: datetime | None
    tp_status: int


@dataclass(frozen=True, slots=True)
class Submit:
    """An SMS-SUBMIT (9.2.2.2); ``validity`` is TP-VP as it stands: 0, 1 or 7 octets."""

    recipient: str
    text: str
    concat: Concat | None
    dcs: int
    status_report: bool
    validity: bytes
    message_reference: int


def decode_deliver(pdu: bytes) -> Deliver:
    """Read an SMS-DELIVER with its service-centre octets.

    The text can always be stored: no NUL and no lone surrogate is left in it.

    Raises:
        TpduError: the octets are no SMS-DELIVER.
    """
    octets = _Octets(pdu)
    # The reserved type 3 is to be read as a DELIVER (9.2.3.1).
    first = octets.begin({DELIVER, 3}, "SMS-DELIVER")
    sender, sender_type = _read_address(octets)
    pid = octets.one("TP-PID")
    dcs = octets.one("TP-DCS")
    received = _timestamp(octets.some(7, "TP-SCTS"))
    text, concat, lossy = _read_user_data(octets, dcs, has_header=bool(first & HAS_HEADER))
    storable = text.replace("\0", "\ufffd")
    return Deliver(
        sender, sender_type, received, dcs, storable, concat, lossy or storable != text, pid
    )


def decode_status_report(pdu: bytes) -> StatusReport:
    """Read an SMS-STATUS-REPORT with its service-centre octets; optional fields are left aside.

    Raises:
        TpduError: the octets are no SMS-STATUS-REPORT.
    """
    octets = _Octets(pdu)
    octets.begin({STATUS_REPORT}, "SMS-STATUS-REPORT")
    message_reference = octets.one("TP-MR")
    recipient, recipient_type = _read_address(octets)
    received = _timestamp(octets.some(7, "TP-SCTS"))
    discharged = _timestamp(octets.some(7, "TP-DT"))
    tp_status = octets.one("TP-ST")
    return StatusReport(
        message_reference, recipient, recipient_type, received, discharged, tp_status
    )


def decode_submit(pdu_with_sca: bytes) -> Submit:
    """Read an SMS-SUBMIT with its service-centre octets, as a modem is given it.

    Raises:
        TpduError: the octets are no SMS-SUBMIT, or more octets follow it.
    """
    octets = _Octets(pdu_with_sca)
    first = octets.begin({SUBMIT}, "SMS-SUBMIT")
    message_reference = octets.one("TP-MR")
    recipient, _ = _read_address(octets)
    octets.one("TP-PID")
    dcs = octets.one("TP-DCS")
    form = first & VALIDITY_MASK
    size = 0 if form == 0 else 1 if form == VALIDITY_RELATIVE else 7
    validity = octets.some(size, "TP-VP")
    text, concat, _ = _read_user_data(octets, dcs, has_header=bool(first & HAS_HEADER))
    octets.end()
    requested = bool(first & STATUS_REPORT_REQUESTED)
    return Submit(recipient, text, concat, dcs, requested, validity, message_reference)


def status_class(tp_status: int) -> StatusClass:
    """Say what a TP-ST (0..255) means; reserved values are a refusal of service (9.2.3.15)."""
    if tp_status < 0x20:
        return StatusClass.DELIVERED
    if tp_status < 0x40:
        return StatusClass.STILL_TRYING
    if tp_status < 0x60:
        return StatusClass.PERMANENT_FAILURE
    return StatusClass.GAVE_UP


class _Octets:
    """The octets of a PDU, read from the front; reading past the end is a TpduError."""

    __slots__ = ("_at", "_pdu")

    def __init__(self, pdu: bytes) -> None:
        self._pdu = pdu
        self._at = 0

    def begin(self, types: set[int], name: str) -> int:
        """Skip the service-centre address and give the first octet of a TPDU of these types."""
        self.some(self.one("the service centre's length"), "the service centre")
        first = self.one("the first octet")
        if first & 0x03 not in types:
            raise TpduError(f"not an {name}: the message type is {first & 0x03}")
        return first

    def one(self, name: str) -> int:
        return self.some(1, name)[0]

    def some(self, count: int, name: str) -> bytes:
        taken = self._pdu[self._at : self._at + count]
        if len(taken) < count:
            raise TpduError(f"the PDU ends within {name}, after {len(self._pdu)} octets")
        self._at += count
        return taken

    def end(self) -> None:
        if self._at < len(self._pdu):
            raise TpduError(f"{len(self._pdu) - self._at} octets follow the end of the TPDU")


def _read_address(octets: _Octets) -> tuple[str, AddressType]:
    length = octets.one("the address length")
    if length > _MAX_ADDRESS_DIGITS:
        raise TpduError(f"an address has at most 20 semi-octets, this one {length}")
    kind = AddressType(octets.one("the address type") >> 4 & 0x07)
    value = octets.some((length + 1) // 2, "the address")
    if kind is AddressType.ALPHANUMERIC:
        text, _ = _from_septets(_unpacked(value, length * 4 // 7))
        return text, kind
    # Some centres count the fill digit of an odd number as one of its digits.
    digits = value.translate(SWAPPED).hex()[:length].rstrip("f")
    if "f" in digits:
        raise TpduError("an address has a fill digit among its digits")
    digits = digits.translate(_DIGITS)
    return ("+" + digits if kind is AddressType.INTERNATIONAL else digits), kind


def _timestamp(octets: bytes) -> datetime | None:
    """Read seven octets of time with its zone in quarters of an hour (9.2.3.11).

    None when they are no time: a report must not be lost because a clock is wrong.
    """
    digits = octets[:6].translate(SWAPPED).hex()
    zone = octets[6]
    if not digits.isdecimal() or zone >> 4 > 9:
        return None
    offset = timedelta(minutes=15 * ((zone & 0x07) * 10 + (zone >> 4)))
    year, month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(0, 12, 2))
    try:
        zone_of = timezone(-offset if zone & 0x08 else offset)
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone_of)
    except ValueError:
        return None


def _read_user_data(
    octets: _Octets, dcs: int, *, has_header: bool
) -> tuple[str, Concat | None, bool]:
    """Give the text, the concatenation and whether the text may differ from what was sent."""
    length = octets.one("TP-UDL")
    encoding = _encoding_of(dcs)
    size = (length * 7 + 7) // 8 if encoding is Encoding.GSM7 else length
    if size > MAX_USER_DATA_OCTETS:
        raise TpduError(f"TP-UD has at most 140 octets, this one {size}")
    data = octets.some(size, "TP-UD")
    header = data[: data[0] + 1] if has_header and data else b""
    if has_header and (not header or len(header) <= data[0]):
        raise TpduError("the header is longer than TP-UD")
    concat, has_national_table = _read_header(header)
    if encoding is None:
        is_compressed = dcs >> 4 < 0x8 and bool(dcs & 0x20)
        return "" if is_compressed else _plain(data[len(header) :]), concat, True
    if encoding is Encoding.UCS2:
        body = data[len(header) :]
        text = body[: len(body) & ~1].decode("utf-16-be", "replace")
        return text, concat, len(body) % 2 == 1 or "\ufffd" in text
    text, is_broken = _from_septets(_unpacked(data, length)[septets_for(header) :])
    return text, concat, is_broken or has_national_table


def _plain(octets: bytes) -> str:
    """Give 8-bit data as text where all of it is ASCII that can be read: its alphabet is unsaid."""
    text = octets.decode("ascii", "replace")
    is_read = octets.isascii() and all(one.isprintable() or one in "\r\n" for one in text)
    return text if is_read else ""


def _encoding_of(dcs: int) -> Encoding | None:
    """Give the alphabet of a TP-DCS; None for what is no plain text (23.038 section 4)."""
    group = dcs >> 4
    if group < 0x8:  # general, also with automatic deletion
        if dcs & 0x20:
            return None  # compressed
        return (Encoding.GSM7, None, Encoding.UCS2, Encoding.GSM7)[dcs >> 2 & 0x03]
    if group == 0xE:
        return Encoding.UCS2
    if group == 0xF and dcs & 0x04:
        return None
    return Encoding.GSM7  # also every reserved group


def _read_header(header: bytes) -> tuple[Concat | None, bool]:
    """Give the concatenation and whether a national table is asked for (9.2.3.24).

    Of repeated elements the last counts; a header that does not add up is left aside whole.
    """
    concat, has_national_table = None, False
    at = 1
    while at < len(header):
        kind, *size = header[at : at + 2]
        element = header[at + 2 : at + 2 + sum(size)]
        if not size or len(element) < size[0]:
            return None, False
        if (kind, len(element)) in {(CONCAT_8, 3), (CONCAT_16, 4)}:
            *reference, of, part = element
            if 1 <= part <= of:
                concat = Concat(int.from_bytes(reference, "big"), part, of, 8 * len(reference))
        has_national_table = has_national_table or kind in NATIONAL_TABLES
        at += 2 + len(element)
    return concat, has_national_table


def _unpacked(data: bytes, count: int) -> bytes:
    """Give the first ``count`` septets, one to an octet."""
    number = int.from_bytes(data, "little")
    return bytes(number >> 7 * place & 0x7F for place in range(count))


def _from_septets(septets: bytes) -> tuple[str, bool]:
    """Give the text, and whether an escape in it led to no character (23.038 6.2.1.1)."""
    characters = []
    is_escaped = is_broken = False
    for septet in septets:
        if GSM7_BASIC[septet] == ESCAPE and not is_escaped:
            is_escaped = True
            continue
        # A receiver shows the default table's character where the extension has none.
        character = _EXTENSION.get(septet) if is_escaped else None
        is_broken = is_broken or (is_escaped and character is None)
        characters.append(character or GSM7_BASIC[septet].replace(ESCAPE, " "))
        is_escaped = False
    return "".join(characters), is_broken or is_escaped
