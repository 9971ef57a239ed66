"""An event as it is stored, as bytes: what tags, leaves and exports are made of."""

import struct
from collections.abc import Callable, Iterable
from functools import lru_cache
from struct import Struct
from typing import Final, NamedTuple

STORED: Final = slice(9, None)
"""The part of a leaf that is stored: what stands before it is 0x00, and the position."""
TOPICS_KEPT: Final = 512
"""More than there are; a forged log may have any number."""

_LENGTH: Final = Struct(">I")
_UNREADABLE: Final = (struct.error, AttributeError, TypeError, UnicodeEncodeError)
"""What comes of fields that are none: an embedded database takes anything into any column."""


Stored = tuple[int, bytes, int, str, bytes]
"""What is in a ``RawEvent``, for many that are made only to be packed."""


class RawEvent(NamedTuple):
    """An event as it is stored, without a look inside."""

    position: int
    originator: bytes
    """The 16 bytes of its aggregate's id."""
    version: int
    topic: str
    state: bytes


class NoEvent(ValueError):
    """What stands in the log is no event: its fields are not of their types."""


def packed(events: Iterable[Stored]) -> list[bytes]:
    """Give of each event what its leaf is the SHA-256 of; nothing (b"") for what is no event.

    That is 0x00, then position, originator and version (64 bits each but the 16 bytes of the
    originator), topic and state with their lengths before them (32 bits), all big endian. Of
    it a tag covers what is ``STORED``. Both are made of the same bytes, at once.
    """
    leaves: list[bytes] = []
    for position, originator, version, topic, state in events:
        try:
            pack, name = _packing(topic)
            leaves.append(pack(position, originator, version, name, len(state)) + state)
        except _UNREADABLE:
            leaves.append(b"")
    return leaves


@lru_cache(maxsize=TOPICS_KEPT)
def _packing(topic: str) -> tuple[Callable[..., bytes], bytes]:
    """Give what packs events of a topic, and the topic with its length before it."""
    name = topic.encode()
    name = _LENGTH.pack(len(name)) + name
    return Struct(f">xQ16sQ{len(name)}sI").pack, name
