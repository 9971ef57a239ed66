"""An event as it is stored, as bytes: what tags, leaves and exports are made of."""

from collections.abc import Iterable
from struct import Struct
from typing import Final, NamedTuple

_FIXED: Final = Struct(">16sQI")
_LENGTH: Final = Struct(">I")


class RawEvent(NamedTuple):
    """An event as it is stored, without a look inside."""

    position: int
    originator: bytes
    """The 16 bytes of its aggregate's id."""
    version: int
    topic: str
    state: bytes


def joined(events: Iterable[tuple[bytes, int, str, bytes]]) -> list[bytes]:
    """Give what is stored of events (originator, version, topic, state), so that no two lists of
    events give the same bytes: the originator's 16 bytes, the version in 64 bits, topic and state
    with their lengths in 32 bits before them, all big endian."""
    parts: list[bytes] = []
    for originator, version, topic, state in events:
        name = topic.encode()
        parts += (
            _FIXED.pack(originator, version, len(name)),
            name,
            _LENGTH.pack(len(state)),
            state,
        )
    return parts
