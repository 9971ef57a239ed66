"""From when on something that waits, or that was not heard of, is worth a look."""

from datetime import UTC, datetime
from typing import Final

from domain.values import SECOND, Instant

WAITS_LONG_S: Final = 900
"""A message that could leave and has waited for so long."""
SEAL_LATE_S: Final = 300
"""A sealer seals each minute: what waits for longer was not sealed."""
BACKUP_LATE_S: Final = 26 * 3_600
"""A backup each night, and two hours in which it is made."""
NOTE_EVERY_S: Final = 30
"""Between two notes of its time by a host whose clock is believed."""
HEARD_S: Final = 3 * NOTE_EVERY_S
"""A host that noted nothing for this long says nothing about now."""
EARLIEST: Final = Instant(int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * SECOND)
"""No gateway ran before this: an earlier clock was never set."""
