"""What an API key may be told: what it may do, and from where it may come."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from domain.addresses import Network, read_address, read_network
from domain.errors import InvalidRequest, NotPermitted
from domain.published import KEY_ID_CHARACTERS, SOURCE_CHARACTERS_MAX, SOURCES_MAX

_KEY_ID: Final = re.compile(rf"[A-Z0-9]{{{KEY_ID_CHARACTERS}}}")


class Scope(StrEnum):
    """What a key with scopes may do; a key without any may do all that a key can."""

    SEND = "send"
    READ = "read"


def is_key_id(text: str) -> bool:
    """Whether this could be the public part of an API key."""
    return _KEY_ID.fullmatch(text) is not None


def check_scopes(scopes: Iterable[object]) -> tuple[str, ...]:
    """Give scopes each once, in their own order.

    Raises:
        InvalidRequest: with field ``scopes``: there is no such scope.
    """
    asked = list(scopes)
    known = [scope.value for scope in Scope]
    if any(scope not in known for scope in asked):
        msg = f"A scope is one of {' and '.join(known)}."
        raise InvalidRequest(msg, field="scopes")
    return tuple(scope for scope in known if scope in asked)


def check_sources(sources: Sequence[object]) -> tuple[str, ...]:
    """Give addresses and networks (CIDR) each once, in their usual form.

    Raises:
        InvalidRequest: with field ``sources``: one is neither, or there are too many.
    """
    if len(sources) > SOURCES_MAX:
        msg = f"A key has at most {SOURCES_MAX} sources."
        raise InvalidRequest(msg, field="sources")
    return tuple(dict.fromkeys(check_source(source) for source in sources))


def check_source(source: object) -> str:
    """Give an address or a network (CIDR) in its usual form.

    Raises:
        InvalidRequest: with field ``sources``: it is neither.
    """
    msg = (
        "A source is an IP address, or a network such as 192.0.2.0/24 without bits set behind "
        "its prefix."
    )
    if not isinstance(source, str) or len(source) > SOURCE_CHARACTERS_MAX or "%" in source:
        raise InvalidRequest(msg, field="sources")
    try:
        return str(read_network(source) if "/" in source else read_address(source))
    except ValueError as error:
        raise InvalidRequest(msg, field="sources") from error


def is_from(sources: Sequence[str], address: str) -> bool:
    """Whether an address is one of the sources, or in one; no source is anywhere."""
    if not sources:
        return True
    try:
        found = read_address(address)
    except ValueError:  # a Unix socket has none
        return False
    return any(found in network for network in _networks(tuple(sources)))


def check_no_wider(sources: Sequence[str], own: Sequence[str]) -> None:
    """Refuse a key that may come from where the key that makes it may not (``own``).

    Raises:
        NotPermitted: some of it is outside.
    """
    if not own:
        return
    inside = [
        any(_is_within(new, old) for old in _networks(tuple(own)))
        for new in _networks(tuple(sources))
    ]
    if not (inside and all(inside)):
        msg = f"This API key works from {', '.join(own)} alone: what it makes may do no more."
        raise NotPermitted(msg)


def _is_within(new: Network, old: Network) -> bool:
    if isinstance(new, IPv4Network):
        return isinstance(old, IPv4Network) and new.subnet_of(old)
    return isinstance(old, IPv6Network) and new.subnet_of(old)


@lru_cache(maxsize=4_096)
def _networks(sources: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(read_network(source) for source in sources)
