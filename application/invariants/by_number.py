"""Small integers by message number, for logs of any length."""

from array import array
from typing import Final

_CHUNK_BITS: Final = 12


class ByNumber:
    """Small integers by number, a few bytes for each message however many there are."""

    def __init__(self) -> None:
        self._chunks: dict[int, array[int]] = {}

    def __getitem__(self, number: int) -> int:
        chunk = self._chunks.get(number >> _CHUNK_BITS)
        return 0 if chunk is None else chunk[number & ((1 << _CHUNK_BITS) - 1)]

    def __setitem__(self, number: int, value: int) -> None:
        chunk = self._chunks.get(number >> _CHUNK_BITS)
        if chunk is None:
            chunk = self._chunks[number >> _CHUNK_BITS] = array("I", bytes(4 << _CHUNK_BITS))
        chunk[number & ((1 << _CHUNK_BITS) - 1)] = value
