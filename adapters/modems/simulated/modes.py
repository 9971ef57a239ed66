"""What a simulated modem can be set to, and forgets when it starts anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from adapters.modems.devices.notices import ranges_in
from adapters.modems.simulated.profiles import Profile

ALLOWED: Final = MappingProxyType(
    {
        "+CMGF": "(0,1)",
        "+CMEE": "(0-2)",
        "+CREG": "(0-2)",
        "+CEREG": "(0-2)",
        "+CGREG": "(0-2)",
        "+C5GREG": "(0-2)",
        "+CFUN": "(0,1,4)",
        "+CSMS": "(0,1)",
        "+CMMS": "(0-2)",
        "+CUSD": "(0-2)",
        "+CLIP": "(0,1)",
        "+CRC": "(0,1)",
        "+CSDH": "(0,1)",
    }
)
"""Settings of one number, with what the question ``=?`` is answered."""

CHARACTER_SETS: Final = ("IRA", "GSM", "UCS2")
MEMORIES: Final = ("SM", "ME", "SR")
_CENTRE: Final = "+260970000000"


@dataclass(slots=True)
class Modes:
    """The settings of one modem; numbers by the name of their command."""

    echo: bool
    numbers: dict[str, int]
    notices: list[int] = field(default_factory=lambda: [0] * 5)
    memory: str = "SM"
    character_set: str = "IRA"
    centre: str = _CENTRE

    @classmethod
    def at_start(cls, profile: Profile) -> "Modes":
        """Give what a modem begins with."""
        numbers = dict.fromkeys(ALLOWED, 0)
        numbers |= {
            "+CMGF": int(profile.starts_in_text_mode),
            "+CMEE": profile.starts_with_errors,
            "+CFUN": int(not profile.starts_with_radio_off),
        }
        return cls(echo=profile.starts_with_echo, numbers=numbers)

    @property
    def is_text(self) -> bool:
        """Whether a message is given as text and not as a PDU."""
        return bool(self.numbers["+CMGF"])

    @property
    def is_radio_on(self) -> bool:
        """Whether it may look for the network."""
        return self.numbers["+CFUN"] == 1

    def set_number(self, name: str, value: str) -> bool:
        """Set one; False when the value is none that it takes."""
        first = value.partition(",")[0].strip()
        allowed = ranges_in(f"{name}: {ALLOWED[name]}", fields=1)
        if allowed is None or not first.isdecimal() or int(first) not in allowed[0]:
            return False
        self.numbers[name] = int(first)
        return True

    def set_notices(self, value: str, offered: str) -> bool:
        """Set ``+CNMI``, as far as it is named; False when the device does not offer that."""
        fields = [piece.strip() for piece in value.split(",")]
        ranges = ranges_in(f"+CNMI: {offered}")
        if ranges is None or len(fields) > len(ranges) or not all(map(str.isdecimal, fields)):
            return False
        wanted = [*map(int, fields), *self.notices[len(fields) :]]
        is_offered = all(value in values for value, values in zip(wanted, ranges, strict=True))
        if is_offered or wanted == [0] * 5:
            self.notices = wanted
        return is_offered or wanted == [0] * 5


def quoted(names: Sequence[str]) -> str:
    """Write names as a list in quotation marks."""
    return ",".join(f'"{name}"' for name in names)
