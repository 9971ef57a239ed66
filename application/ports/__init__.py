"""What the use cases need of the outside world, as small protocols named for their role."""

from application.ports.host import Clock, KeyHasher, Randomness
from application.ports.jobs import Job, JobKind, JobQueue
from application.ports.modems import (
    ModemDriver,
    ModemHealth,
    ModemSettings,
    ModemUnavailable,
    SimIdentity,
)
from application.ports.truth import (
    AnswerLost,
    ContentRow,
    CredentialRow,
    Forget,
    Lease,
    Save,
    SecretKind,
    SecretRow,
    Store,
    Turn,
    VersionConflict,
)

__all__ = [
    "AnswerLost",
    "Clock",
    "ContentRow",
    "CredentialRow",
    "Forget",
    "Job",
    "JobKind",
    "JobQueue",
    "KeyHasher",
    "Lease",
    "ModemDriver",
    "ModemHealth",
    "ModemSettings",
    "ModemUnavailable",
    "Randomness",
    "Save",
    "SecretKind",
    "SecretRow",
    "SimIdentity",
    "Store",
    "Turn",
    "VersionConflict",
]
