"""The parts of all processes, in the order of starting within a stage; a new one is listed here."""

from collections.abc import Sequence
from typing import Final

from worker.parts.clock import CLOCK
from worker.parts.committer import COMMITTER
from worker.parts.follower import FOLLOWER
from worker.parts.health import HEALTH
from worker.parts.housekeeping import HOUSEKEEPING
from worker.parts.inspection import INSPECTION
from worker.parts.jobs import JOBS
from worker.parts.keyring import KEYRING
from worker.parts.listener import LISTENER
from worker.parts.local_phones import LOCAL_PHONES
from worker.parts.notices import NOTICES
from worker.parts.part import Part
from worker.parts.relay import RELAY
from worker.parts.sealing import SEALING
from worker.parts.sims import SIMS
from worker.parts.upkeep import UPKEEP
from worker.parts.uploads import UPLOADS
from worker.parts.webhooks import WEBHOOKS

PARTS: Final[Sequence[Part]] = (
    COMMITTER,
    FOLLOWER,
    LISTENER,
    NOTICES,
    KEYRING,
    CLOCK,
    JOBS,
    RELAY,
    WEBHOOKS,
    UPLOADS,
    HOUSEKEEPING,
    UPKEEP,
    SEALING,
    SIMS,
    LOCAL_PHONES,
    INSPECTION,
    HEALTH,
)
