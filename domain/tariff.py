"""What a message costs, by version: each charge is proved by the tariff that it was made under."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from domain.values import Credits


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of the price; a version that events name never changes."""

    version: str
    credits_per_segment: Credits

    def charge(self, segments: int) -> Credits:
        """Give what a message of ``segments`` costs."""
        return Credits(segments * self.credits_per_segment)


FIRST_TARIFF: Final = "2026-1"
"""The tariff of messages that were queued before their events named one."""

TARIFFS: Final[Mapping[str, Tariff]] = MappingProxyType(
    {tariff.version: tariff for tariff in (Tariff(FIRST_TARIFF, Credits(1)),)}
)
"""Every tariff that a message was ever charged under, by version."""

TARIFF: Final = TARIFFS["2026-1"]
"""The one in force."""
