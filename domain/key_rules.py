"""API keys: what one looks like, what it may do, and from where it may come.

A key has 32 characters: 8 of public id, 20 of secret (103 bits), 4 of check that only the
server can make, so that junk never reaches the slow hash.
"""

import hmac
import re
import string
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from domain.addresses import Network, read_address, read_network
from domain.errors import InvalidRequest, NotPermitted
from domain.mode import Mode

KEY_CHARACTERS: Final = 32
KEY_ID_CHARACTERS: Final = 8
"""The part of an API key that is no secret, at its beginning."""
KEY_CHECK_CHARACTERS: Final = 4
"""At the end of a key; between its id and them is the secret."""
KEY_ALPHABET: Final = string.ascii_uppercase + string.digits
KEYS_MAX: Final = 50
"""Working keys of one account."""
SOURCES_MAX: Final = 20
"""Addresses and networks that one key may be bound to."""
SOURCE_CHARACTERS_MAX: Final = 50

_KEY_ID: Final = re.compile(rf"[A-Z0-9]{{{KEY_ID_CHARACTERS}}}")


class Scope(StrEnum):
    """What a key with scopes may do; a key without any may do all that a key can."""

    SEND = "send"
    READ = "read"


def stored_scopes(scopes: Iterable[str], mode: Mode) -> tuple[str, ...]:
    """Give the words that are stored of what a key may do and is for.

    A key for tests has the word ``test`` among its scopes: a process of an older version, which
    knows no tests, takes it for a key that may neither send nor read.
    """
    return (*scopes, *((Mode.TEST.value,) if mode is Mode.TEST else ()))


def read_scopes(stored: str | None) -> tuple[tuple[str, ...], Mode]:
    """Read what a key may do, and what it is for."""
    words = (stored or "").split()
    mode = Mode.TEST if Mode.TEST.value in words else Mode.LIVE
    return tuple(word for word in words if word != Mode.TEST.value), mode


def is_key_id(text: str) -> bool:
    """Whether this could be the public part of an API key."""
    return _KEY_ID.fullmatch(text) is not None


def with_key_check(body: str, server_key: bytes) -> str:
    """Give a whole key: its ``body``, and the check at its end."""
    return body + _key_check(body, server_key)


def looks_right(key: str, server_key: bytes) -> bool:
    """Whether a key has the right shape and check; says nothing about its account."""
    if len(key) != KEY_CHARACTERS or not key.isascii():
        return False
    body, check = key[:-KEY_CHECK_CHARACTERS], key[-KEY_CHECK_CHARACTERS:]
    return hmac.compare_digest(_key_check(body, server_key), check)


def _key_check(body: str, server_key: bytes) -> str:
    value = int.from_bytes(hmac.digest(server_key, body.encode(), "sha256")[:8], "big")
    return "".join(
        KEY_ALPHABET[value // len(KEY_ALPHABET) ** place % len(KEY_ALPHABET)]
        for place in range(KEY_CHECK_CHARACTERS)
    )


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
