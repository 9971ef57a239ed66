"""How many requests a minute are allowed, unless the settings or an account say otherwise."""

from dataclasses import dataclass
from typing import Final

from domain.credits import CREDITS_MAX
from domain.written import check_whole

PER_MINUTE_MAX: Final = 1_000_000
"""The highest limit of an account's own; none is 0."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a minute; 0 is no limit (contract decision 10)."""

    single: int = 120
    """Single sends of an account, in the dialect with the key in the body."""
    bulk: int = 10
    """Its bulk sends."""
    read: int = 300
    """Its questions: balance and logs together."""
    ip: int = 60
    """Requests of a client's address, in the dialect with a Bearer key."""
    ip_wide: int = 600
    """What counts by address, for all of an IPv6 /48: 65,536 times what is one client."""
    auth_ip: int = 5
    """Registrations, logins and the like of a client's address."""
    failed_ip: int = 20
    """Wrong keys of a client's address, before it has to wait."""
    failed_key: int = 5
    """Wrong keys of a client's address for one key id."""


def check_limit(written: object, name: str) -> int:
    """Give an account's own limit; ``name`` as in its event. 0 is no limit.

    Raises:
        InvalidRequest: with field ``name``: it is none, or too high.
    """
    most = CREDITS_MAX if name == "daily_credits" else PER_MINUTE_MAX
    return check_whole(written, name, least=0, most=most)
