"""How modems tell of messages and reports (``+CNMI``, 27.005 3.4.1), and which form is the best."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

_MODES: Final = (2, 1, 3)  # forward to the host at once; 0 would keep all back
_MT_AND_DS: Final = (
    *((1, 1), (1, 2), (1, 0)),  # stored and told by +CMTI: it outlives a crash of ours
    *((2, 1), (2, 2), (2, 0)),  # told by +CMT alone
    *((0, 1), (0, 2)),  # no messages at all
)
"""<mt> and <ds>, the best first: reports by +CDS, else stored and told by +CDSI, else none."""

STORED_REPORTS: Final = 2
"""<ds>: reports are stored and told by +CDSI."""
_DIRECT_MESSAGES: Final = 2

_BFR: Final = (0, 1)
FIELDS: Final = 5
"""mode, mt, bm, ds and bfr."""

_GROUP: Final = re.compile(r"\(([^)]*)\)|(?<=,)(\d)(?=,|$)")


@dataclass(frozen=True, slots=True)
class Notices:
    """The values of one ``AT+CNMI``."""

    mode: int
    mt: int
    bm: int
    ds: int
    bfr: int

    @property
    def is_enough(self) -> bool:
        """Whether reports are told, and messages so that they outlive a crash of ours."""
        return self.mt not in (0, _DIRECT_MESSAGES) and self.ds != 0

    @property
    def gain(self) -> int:
        """How many of the two, messages and reports, are told at all."""
        return (self.mt != 0) + (self.ds != 0)

    @property
    def command(self) -> str:
        """How it is asked for."""
        return f"AT+CNMI={self.mode},{self.mt},{self.bm},{self.ds},{self.bfr}"


def ladder(offered: str | None) -> Iterator[Notices]:
    """Give what to ask for, the best first; ``offered`` is the line that answers ``AT+CNMI=?``.

    Without such a line what devices commonly take is tried. A device may refuse what it offers:
    what it takes is what counts.
    """
    ranges = ranges_in(offered) if offered else None
    for (mt, ds), bfr, mode in product(_MT_AND_DS, _BFR, _MODES):
        wanted = (mode, mt, 0, ds, bfr)
        if ranges is None or all(
            value in values for value, values in zip(wanted, ranges, strict=True)
        ):
            yield Notices(*wanted)


def ranges_in(line: str, *, fields: int = FIELDS) -> list[set[int]] | None:
    """Read ``+CNMI: (0-2),(0,1),(0,2),(0,1),(0)``; None when it is no such line."""
    groups = [found[1] or found[2] or "" for found in _GROUP.finditer(line.partition(":")[2])]
    if len(groups) != fields:
        return None
    ranges = [_values(group) for group in groups]
    return ranges if all(ranges) else None


def _values(group: str) -> set[int]:
    values: set[int] = set()
    for piece in group.split(","):
        first, dash, last = piece.strip().partition("-")
        if first.isdecimal() and (not dash or last.isdecimal()) and len(first + last) <= 4:
            values.update(range(int(first), int(last if dash else first) + 1))
    return values
