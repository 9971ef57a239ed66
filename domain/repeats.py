"""A request that comes again after its 503: how long it is known (contract decision 8)."""

from typing import Final

REPEATS_KEPT_S: Final = 10 * 60
"""After its last 503, and in any case while one of its messages is open."""
