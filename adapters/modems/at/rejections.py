"""What an error result means for a message: classes and words are those of ``domain.causes``."""

from typing import Final

from adapters.modems.at.dialogue import Result, ResultKind, result_of
from domain.causes import Cause, ErrorCode, ErrorTable, OwnCause, RejectionClass, meaning_of
from domain.reports import InDoubt, Rejected

_TABLES: Final = {ResultKind.CMS: ErrorTable.CMS, ResultKind.CME: ErrorTable.CME}


def cause_of(result: Result) -> Cause:
    """Give the cause that an error result names: a number of its table, or that it has none."""
    table = _TABLES.get(result.kind)
    if table is None or result.code is None:
        return OwnCause.MODEM_ERROR
    return ErrorCode(table, result.code)


def refusal(result: Result) -> Rejected:
    """Say what an error means when nothing was handed over: there is no doubt to have."""
    cause = cause_of(result)
    meaning = meaning_of(cause)
    rejection = meaning.rejection or RejectionClass.TRANSIENT  # every error has one
    return Rejected(cause, rejection, f"{result} ({meaning.name})")


def outcome_of(result: Result, *, after_s: float) -> Rejected | InDoubt:
    """Say what an error means that came ``after_s`` seconds after Ctrl-Z.

    One in words that nobody knows says nothing, so it is doubt whenever it comes.
    """
    if result.is_in_words:
        return InDoubt(OwnCause.UNKNOWN_ERROR, f"{result} in words that no table knows")
    rejected = refusal(result)
    limit_s = meaning_of(rejected.cause).in_doubt_after_s
    if limit_s is not None and after_s >= limit_s:
        return InDoubt(
            rejected.cause,
            f"{rejected.reason}, {after_s:.1f} s after the segment was handed over",
        )
    return rejected


def outcome_of_line(line: str, after_s: float) -> Rejected | InDoubt:
    """Say the same of an error as it stands on the wire; the simulated modem is given this."""
    return outcome_of(result_of(line) or Result(ResultKind.ERROR), after_s=after_s)
