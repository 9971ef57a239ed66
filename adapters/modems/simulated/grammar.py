"""Cuts a command line into its commands, as a modem does (V.250 5.2 to 5.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_EXTENDED: Final = re.compile(r'(?P<name>[+^$*#%_][A-Z0-9]+)(?P<rest>(?:"[^"]*"?|[^;"])*);?')
_BASIC: Final = re.compile(r"(?P<name>S\d+|&?[A-Z])(?P<rest>=\d*|\?|\d*)")
_QUOTED: Final = re.compile(r'("[^"]*"?)')
_MAX_COMMANDS: Final = 16  # in one line; what stands behind them is refused


@dataclass(frozen=True, slots=True)
class Command:
    """One command: ``+CMGF`` with ``=0``, ``?``, ``=?`` or nothing; ``E`` with ``0``."""

    name: str
    rest: str = ""

    @property
    def is_test(self) -> bool:
        """Whether it only asks what could be set; that changes nothing."""
        return self.rest == "=?"

    @property
    def is_read(self) -> bool:
        """Whether it asks what is set."""
        return self.rest == "?"

    @property
    def value(self) -> str | None:
        """What it sets; None when it sets nothing."""
        return self.rest[1:].strip() if self.rest.startswith("=") and not self.is_test else None


def commands_in(line: str) -> Iterator[Command]:
    """Give the commands of a line; what stands before AT is passed over.

    Control characters count for nothing, and small letters are capitals outside quotation marks.
    An empty line is the command with the empty name; what cannot be read has the name ``?``.
    """
    plain = _CONTROLS.sub("", line)
    upper = "".join(
        piece if piece.startswith('"') else piece.upper() for piece in _QUOTED.split(plain)
    )
    start = upper.find("AT")
    if start < 0:
        yield Command("?")
        return
    rest = upper[start + 2 :].strip()
    if not rest:
        yield Command("")
    for _ in range(_MAX_COMMANDS):
        rest = rest.lstrip(" ;")
        if not rest:
            return
        found = _EXTENDED.match(rest) or _BASIC.match(rest)
        if found is None:
            break
        yield Command(found["name"], found["rest"].strip())
        rest = rest[found.end() :]
    if rest:
        yield Command("?")
