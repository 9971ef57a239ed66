"""What can go wrong with an emulated phone, as a small script; ``GRAMMAR`` describes it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GRAMMAR: Final = """\
NAME[=VALUE][:p=CHANCE]      for example lost-report:p=0.3

lost-pull       what the phone pulled never reaches it
lost-report     a report never reaches the gateway, as after the app's ten tries
lost-answer     a report reaches it, its answer does not: the phone says it again
twice           a report comes twice
late            a report says what was right then, and comes a minute after newer ones
foreign         with a report comes one of a message that is nobody's
restart         the app starts anew after a pull
forget          the app's memory of messages is gone after a pull, and its token is not
clock=SECONDS   its clock is so much ahead (or behind: -900) from a pull on
silent=SECONDS  after a pull it does nothing for so long
no-result       Android sends, and never says so
result=NUMBER   Android says that it failed, by a number of SmsManager; nothing is on the air
half            of a message in parts the last one fails
no-report       the network reports no delivery
undelivered     the network reports that it gave up
"""
"""The words of a script, for help texts."""


class PhoneFault(StrEnum):
    """The names."""

    LOST_PULL = "lost-pull"
    LOST_REPORT = "lost-report"
    LOST_ANSWER = "lost-answer"
    TWICE = "twice"
    LATE = "late"
    FOREIGN = "foreign"
    RESTART = "restart"
    FORGET = "forget"
    CLOCK = "clock"
    SILENT = "silent"
    NO_RESULT = "no-result"
    RESULT = "result"
    HALF = "half"
    NO_REPORT = "no-report"
    UNDELIVERED = "undelivered"


_WITH_VALUE: Final = frozenset({PhoneFault.CLOCK, PhoneFault.SILENT, PhoneFault.RESULT})


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault, its value, and how often it strikes where it may."""

    fault: PhoneFault
    value: int
    chance: float


def parse_phone_fault(spec: str) -> Struck:
    """Read one fault.

    Raises:
        ValueError: it is none.
    """
    head, _, option = spec.partition(":")
    name, has_value, value = head.partition("=")
    key, _, chance = option.partition("=")
    msg = f"{spec!r} is no fault of a phone"
    try:
        fault = PhoneFault(name)
        found = Struck(fault, int(value or 0), float(chance) if option else 1.0)
    except ValueError:
        raise ValueError(msg) from None
    is_whole = bool(has_value) is (fault in _WITH_VALUE) and key in ({"p"} if option else {""})
    if not is_whole or not 0 <= found.chance <= 1:
        raise ValueError(msg)
    return found


class PhoneFaults:
    """Says what strikes, by chance from a seed."""

    def __init__(self, specs: Sequence[str], *, seed: int) -> None:
        self._struck = [parse_phone_fault(spec) for spec in specs]
        self._chance = random.Random(seed)  # noqa: S311 - chance that comes back

    def strikes(self, fault: PhoneFault) -> bool:
        """Say whether a fault strikes here and now."""
        return self.value(fault) is not None

    def value(self, fault: PhoneFault) -> int | None:
        """Give the value of one that strikes; None when it does not."""
        for each in self._struck:
            if each.fault is fault and self._chance.random() < each.chance:
                return each.value
        return None

    def heal(self) -> None:
        """Let no more faults strike."""
        self._struck = []
