"""The numbers, flags and small tables that encoding and decoding share (3GPP 23.040)."""

from typing import Final

MAX_USER_DATA_OCTETS: Final = 140
"""The most that TP-UD can hold (9.2.3.24)."""

# TP-MTI and the flags of the first octet (9.2.3.1 to 9.2.3.23).
DELIVER: Final = 0x00
SUBMIT: Final = 0x01
STATUS_REPORT: Final = 0x02
VALIDITY_RELATIVE: Final = 0x10
VALIDITY_MASK: Final = 0x18
STATUS_REPORT_REQUESTED: Final = 0x20
HAS_HEADER: Final = 0x40

# Information elements of the header (9.2.3.24).
CONCAT_8: Final = 0x00
CONCAT_16: Final = 0x08
NATIONAL_TABLES: Final = frozenset({0x24, 0x25})

SWAPPED: Final = bytes((octet & 0x0F) << 4 | octet >> 4 for octet in range(256))
"""A ``bytes.translate`` table that swaps the semi-octets of each octet (9.1.2.3)."""


class TpduError(ValueError):
    """Octets that are no TPDU of the expected kind, or values that fit in none."""


def septets_for(header: bytes) -> int:
    """Count the septets that a header and its fill bits take."""
    return (len(header) * 8 + 6) // 7
