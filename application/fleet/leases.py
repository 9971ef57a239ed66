"""A SIM's lease: how long it holds without renewal, and what its times say besides times."""

from typing import Final

from domain.values import Instant

LEASE_S: Final = 180
"""How long a lease holds without renewal: longer than the longest submission (120 s)."""
NOT_ONLINE: Final = Instant(0)
"""As the time of the last answer: the SIM is held, and does not count as online."""
RELEASED: Final = Instant(0)
"""As the end of a lease: it was given back, and anybody may take it."""
