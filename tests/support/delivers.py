"""SMS-DELIVER PDUs as a network would bring them, for tests (3GPP 23.040, 9.2.2.1)."""

from domain.segments import segment
from domain.tpdu import encode_submit
from domain.tpdu.fields import HAS_HEADER, SWAPPED
from domain.values import Encoding

_CENTRE = bytes.fromhex("07916290070000F1")
TAKEN = "62111221004080"
"""2026-11-21, 12:00:04 by Lusaka's clock, as semi-octets."""


def delivers(
    sender: str, text: str, *, reference: int = 7, taken: str = TAKEN, pid: int = 0
) -> list[bytes]:
    """Write a text from a number as the PDUs of its parts."""
    cut = segment(text)
    tpdus = encode_submit("+260960000000", cut.parts, cut.text.encoding, concat_ref=reference)
    return [_deliver(tpdu, _address(sender), taken=taken, pid=pid) for tpdu in tpdus]


def _deliver(submit: bytes, address: bytes, *, taken: str, pid: int) -> bytes:
    """Turn an SMS-SUBMIT's user data into a DELIVER's."""
    digits = submit[2]
    at = 2 + 2 + (digits + 1) // 2 + 1  # first octet, TP-MR, the recipient, TP-PID
    dcs, rest = submit[at], submit[at + 1 :]
    has_validity = bool(submit[0] & 0x10)
    user_data = rest[has_validity:]
    first = 0x04 | (submit[0] & HAS_HEADER)
    return _CENTRE + bytes([first]) + address + bytes([pid, dcs]) + bytes.fromhex(taken) + user_data


def _address(sender: str) -> bytes:
    digits = sender.removeprefix("+")
    if not digits.isdecimal():
        (packed,) = encode_submit("+260960000000", (sender,), Encoding.GSM7, concat_ref=0)
        septets = packed[-((len(sender) * 7 + 7) // 8) :]
        return bytes([(len(sender) * 7 + 3) // 4, 0xD0]) + septets
    padded = digits + "f" * (len(digits) % 2)
    kind = 0x91 if sender.startswith("+") else 0x81
    return bytes([len(digits), kind]) + bytes.fromhex(padded).translate(SWAPPED)
