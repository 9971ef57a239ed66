"""Why a message failed or is in doubt: every code with its class and its words, in one table."""

from domain.causes.meaning import Cause, ErrorCode, ErrorTable, Meaning, OwnCause, RejectionClass
from domain.causes.tables import CAUSES, meaning_of

__all__ = [
    "CAUSES",
    "Cause",
    "ErrorCode",
    "ErrorTable",
    "Meaning",
    "OwnCause",
    "RejectionClass",
    "meaning_of",
]
