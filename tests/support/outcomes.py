"""What modems answer, in few words, for tests that bring an outcome about."""

from typing import Final

from adapters.modems.at.rejections import outcome_of_line
from domain.causes import ErrorCode, ErrorTable, OwnCause
from domain.reports import InDoubt, NotSent, Rejected

SILENCE: Final = InDoubt(OwnCause.NO_ANSWER, "silence")
NO_PROMPT: Final = NotSent(OwnCause.NO_PROMPT, "no prompt")


def cms(number: int) -> ErrorCode:
    """Give the cause that ``+CMS ERROR: number`` is."""
    return ErrorCode(ErrorTable.CMS, number)


def refused(line: str) -> Rejected:
    """Give what an error line means, such as ``+CMS ERROR: 28``, when it comes at once."""
    outcome = outcome_of_line(line, 0.0)
    assert isinstance(outcome, Rejected)
    return outcome
