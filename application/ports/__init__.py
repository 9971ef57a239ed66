"""What the use cases need of the outside world, as small protocols named for their role."""

from application.ports.following import Follower
from application.ports.host import Clock, KeyHasher, Numbers, Randomness
from application.ports.jobs import Job, JobKind, JobQueue
from application.ports.limits import Quota, RateLimiter
from application.ports.modems import (
    ModemDriver,
    ModemHealth,
    ModemSettings,
    ModemUnavailable,
    SimIdentity,
)
from application.ports.observing import AccessLog, Answered, Metrics
from application.ports.people import Codes, Mailer, MailNotSent
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
    StoreIdentity,
    Turn,
    VersionConflict,
)

__all__ = [
    "AccessLog",
    "AnswerLost",
    "Answered",
    "Clock",
    "Codes",
    "ContentRow",
    "CredentialRow",
    "Follower",
    "Forget",
    "Job",
    "JobKind",
    "JobQueue",
    "KeyHasher",
    "Lease",
    "MailNotSent",
    "Mailer",
    "Metrics",
    "ModemDriver",
    "ModemHealth",
    "ModemSettings",
    "ModemUnavailable",
    "Numbers",
    "Quota",
    "Randomness",
    "RateLimiter",
    "Save",
    "SecretKind",
    "SecretRow",
    "SimIdentity",
    "Store",
    "StoreIdentity",
    "Turn",
    "VersionConflict",
]
