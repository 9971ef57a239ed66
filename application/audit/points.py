"""Moments of a log: which position it had at a time."""

from typing import Final

import msgspec

from application.ports import Store
from domain.values import Instant


class _Timed(msgspec.Struct, gc=False):
    timestamp: int


_TIME: Final = msgspec.json.Decoder(_Timed)


def position_before(store: Store, at: Instant) -> int:
    """Give the position of the last event before a moment; 0 when there is none.

    Halving finds it. It halves a power of two, so that a clock that was set back never makes a
    later moment end before an earlier one: what one stretch of time leaves out, the next has.

    Raises:
        StoreDown: the log cannot be read.
    """
    head = store.head()
    low, high = 0, 1 << head.bit_length()
    while low < high:
        middle = (low + high) // 2
        found = store.states_after(middle - 1, limit=1)
        if not found or _TIME.decode(found[0][2]).timestamp >= at:
            high = middle
        else:
            low = middle + 1
    return min(low - 1, head) if low else 0
