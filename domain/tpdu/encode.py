"""Turns a message into the octets of its SMS-SUBMITs (3GPP 23.040).

Clause numbers are those of 3GPP TS 23.040, unless 23.038 is named.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from domain.segments import ESCAPE, GSM7_BASIC, GSM7_EXTENSION
from domain.tpdu.fields import (
    CONCAT_8,
    DELIVER,
    HAS_HEADER,
    MAX_USER_DATA_OCTETS,
    STATUS_REPORT_REQUESTED,
    SUBMIT,
    SWAPPED,
    VALIDITY_RELATIVE,
    TpduError,
    septets_for,
)
from domain.values import SECOND, Encoding, Instant

LONGEST_VALIDITY_MINUTES: Final = 63 * 7 * 24 * 60
"""The most that a relative TP-VP can say: 63 weeks (9.2.3.12.1)."""

_RECIPIENT: Final = re.compile(r"\+[0-9]{1,20}")
_INTERNATIONAL: Final = 0x91  # type of number 1, ISDN numbering plan
_UNKNOWN: Final = 0x81
_NAME: Final = 0xD0
_NAME_MAX: Final = 11
_DIGITS_MAX: Final = 20
_NO_MORE: Final = 0x04  # TP-MMS: no more messages wait
_BITS: Final = tuple(f"{septet:07b}" for septet in range(128))
_DCS: Final[Mapping[Encoding, int]] = MappingProxyType({Encoding.GSM7: 0x00, Encoding.UCS2: 0x08})

# Every ASCII character that has no septet of its own becomes one that no alphabet has, so
# that the strict encoding to ASCII refuses it.
_SEPTETS: Final[Mapping[int, str]] = MappingProxyType(
    dict.fromkeys(range(128), "\uffff")
    | {ord(character): chr(septet) for septet, character in enumerate(GSM7_BASIC)}
    | {ord(character): ESCAPE + chr(septet) for character, septet in GSM7_EXTENSION.items()}
    | {ord(ESCAPE): "\uffff"}
)


def encode_submit(
    recipient: str,
    parts: Sequence[str],
    encoding: Encoding,
    *,
    concat_ref: int | None,
    validity_minutes: int | None = None,
    status_report: bool = False,
) -> tuple[bytes, ...]:
    """Encode every part as ``encode_segment`` does."""
    return tuple(
        encode_segment(
            recipient,
            parts,
            index,
            encoding,
            concat_ref=concat_ref,
            validity_minutes=validity_minutes,
            status_report=status_report,
        )
        for index in range(len(parts))
    )


def encode_segment(
    recipient: str,
    parts: Sequence[str],
    index: int,
    encoding: Encoding,
    *,
    concat_ref: int | None,
    validity_minutes: int | None = None,
    status_report: bool = False,
) -> bytes:
    """Encode ``parts[index]`` as an SMS-SUBMIT without service-centre octets (9.2.2.2).

    ``recipient`` is ``+260…``; ``concat_ref`` (0..255) is only used with more than one part;
    ``validity_minutes`` is rounded up to what TP-VP can say, None leaves it to the network.
    TP-MR is 0: modems put in their own.

    Raises:
        TpduError: the recipient, the reference, the text or the number of parts does not fit.
    """
    header = _concat_header(concat_ref, index + 1, len(parts)) if len(parts) > 1 else b""
    flags = (
        SUBMIT
        | (STATUS_REPORT_REQUESTED if status_report else 0)
        | (HAS_HEADER if header else 0)
        | (0 if validity_minutes is None else VALIDITY_RELATIVE)
    )
    validity = b"" if validity_minutes is None else bytes((_relative_validity(validity_minutes),))
    return b"".join(
        (
            bytes((flags, 0)),
            _address(recipient),
            bytes((0, _DCS[encoding])),  # TP-PID 0: plain mobile to mobile (9.2.3.9)
            validity,
            _user_data(parts[index], encoding, header),
        )
    )


def encode_deliver(
    sender: str,
    parts: Sequence[str],
    index: int,
    encoding: Encoding,
    *,
    concat_ref: int,
    taken_at: Instant,
) -> bytes:
    """Write ``parts[index]`` as the SMS-DELIVER that a centre would bring (9.2.2.1), which names
    no centre; for what came by another way than a modem. A sender that is no number is a name.

    Raises:
        TpduError: the time, the text or the number of parts does not fit.
    """
    header = _concat_header(concat_ref, index + 1, len(parts)) if len(parts) > 1 else b""
    first = DELIVER | (HAS_HEADER if header else 0) | _NO_MORE
    return b"".join(
        (
            bytes((0, first)),
            _sender_address(sender),
            bytes((0, _DCS[encoding])),
            _timestamp(taken_at),
            _user_data(parts[index], encoding, header),
        )
    )


def _sender_address(sender: str) -> bytes:
    """Give TP-OA: a number, else the first characters of a name (9.1.2.5)."""
    digits = sender.removeprefix("+")
    if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX:
        kind = _INTERNATIONAL if sender.startswith("+") else _UNKNOWN
        padded = digits + "f" if len(digits) % 2 else digits
        return bytes((len(digits), kind)) + bytes.fromhex(padded).translate(SWAPPED)
    name = "".join(c if c in GSM7_BASIC and c != ESCAPE else "?" for c in sender[:_NAME_MAX])
    data = _user_data(name, Encoding.GSM7, b"")[1:]
    return bytes((-(-len(name) * 7 // 4), _NAME)) + data


def _timestamp(at: Instant) -> bytes:
    """Give TP-SCTS in UTC (9.2.3.11)."""
    try:
        moment = datetime.fromtimestamp(at // SECOND, UTC)
    except (OverflowError, ValueError, OSError):
        raise TpduError("no centre's clock shows this time") from None
    return bytes.fromhex(moment.strftime("%y%m%d%H%M%S") + "00").translate(SWAPPED)


def validity_in_minutes(tp_vp: int) -> int:
    """Give the minutes that a relative TP-VP (0..255) says (9.2.3.12.1)."""
    if tp_vp <= 143:
        return (tp_vp + 1) * 5
    if tp_vp <= 167:
        return 12 * 60 + (tp_vp - 143) * 30
    if tp_vp <= 196:
        return (tp_vp - 166) * 24 * 60
    return (tp_vp - 192) * 7 * 24 * 60


def _address(recipient: str) -> bytes:
    if _RECIPIENT.fullmatch(recipient) is None:
        raise TpduError("a recipient is + and 1 to 20 digits")
    digits = recipient[1:]
    padded = digits + "f" if len(digits) % 2 else digits
    return bytes((len(digits), _INTERNATIONAL)) + bytes.fromhex(padded).translate(SWAPPED)


def _concat_header(reference: int | None, part: int, of: int) -> bytes:
    if reference is None or not 0 <= reference <= 255:
        raise TpduError("more than one part needs a reference from 0 to 255")
    if of > 255:
        raise TpduError("a message has at most 255 parts")
    return bytes((5, CONCAT_8, 3, reference, of, part))


def _relative_validity(minutes: int) -> int:
    """Give the first TP-VP that lasts ``minutes`` or longer, at most 63 weeks (9.2.3.12.1)."""
    if minutes < 0:
        raise TpduError("a message whose validity is over cannot be encoded")
    minutes = min(minutes, LONGEST_VALIDITY_MINUTES)
    if minutes <= 12 * 60:
        return max(0, -(-minutes // 5) - 1)
    if minutes <= 24 * 60:
        return 143 + -(-(minutes - 12 * 60) // 30)
    if minutes <= 30 * 24 * 60:
        return 166 + -(-minutes // (24 * 60))
    return max(197, 192 + -(-minutes // (7 * 24 * 60)))


def _user_data(text: str, encoding: Encoding, header: bytes) -> bytes:
    """Give TP-UDL and TP-UD; GSM-7 text starts at the first whole septet after the header."""
    try:
        if encoding is Encoding.UCS2:
            data = header + text.encode("utf-16-be")
            length = len(data)
        else:
            septets = text.translate(_SEPTETS).encode("ascii")
            header_septets = septets_for(header)
            length = header_septets + len(septets)
            # TP-UD is one little-endian number in which septet n begins at bit 7n (23.038 6.1.2.1).
            bits = int("".join([_BITS[septet] for septet in reversed(septets)]) or "0", 2)
            number = bits << (7 * header_septets) | int.from_bytes(header, "little")
            data = number.to_bytes((length * 7 + 7) // 8, "little")
    except UnicodeEncodeError:
        raise TpduError(f"the text has a character that {encoding} lacks") from None
    if len(data) > MAX_USER_DATA_OCTETS:
        raise TpduError("the text is longer than one segment")
    return bytes((length,)) + data
