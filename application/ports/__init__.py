"""What the use cases need of the outside world, as small protocols named for their role."""

from application.ports.changes import (
    Change,
    ClockMark,
    ClockMarksForgotten,
    ContentErased,
    ContentRow,
    CredentialRevoked,
    CredentialRow,
    KeysUnnamed,
    KeyUsed,
    Lease,
    Repeatable,
    RepeatableForgotten,
    SecretKind,
    SecretRow,
    SecretsForgotten,
    TextErased,
)
from application.ports.effects import BadEvent, EffectPositions, Standing
from application.ports.following import Follower
from application.ports.host import Clock, KeyHasher, Numbers, Randomness
from application.ports.jobs import Job, JobQueue
from application.ports.limits import Quota, RateLimiter
from application.ports.modem_settings import ModemSettings
from application.ports.modems import (
    ANSWER_MAX_S,
    ModemDriver,
    ModemHealth,
    ModemUnavailable,
    SimIdentity,
)
from application.ports.observing import AccessLog, Answered, Metrics
from application.ports.people import Codes, Mailer, MailNotSent, MailServerAway
from application.ports.truth import (
    AnswerLost,
    Inspection,
    Save,
    Store,
    StoreIdentity,
    StoreUnusable,
    Turn,
    VersionConflict,
)

__all__ = [
    "ANSWER_MAX_S",
    "AccessLog",
    "AnswerLost",
    "Answered",
    "BadEvent",
    "Change",
    "Clock",
    "ClockMark",
    "ClockMarksForgotten",
    "Codes",
    "ContentErased",
    "ContentRow",
    "CredentialRevoked",
    "CredentialRow",
    "EffectPositions",
    "Follower",
    "Inspection",
    "Job",
    "JobQueue",
    "KeyHasher",
    "KeyUsed",
    "KeysUnnamed",
    "Lease",
    "MailNotSent",
    "MailServerAway",
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
    "Repeatable",
    "RepeatableForgotten",
    "Save",
    "SecretKind",
    "SecretRow",
    "SecretsForgotten",
    "SimIdentity",
    "Standing",
    "Store",
    "StoreIdentity",
    "StoreUnusable",
    "TextErased",
    "Turn",
    "VersionConflict",
]
