"""Tells a PDU that the modem could not read because the line was disturbed from a fault of ours."""

from collections import deque
from dataclasses import replace
from typing import Final

from domain.causes import ErrorCode, ErrorTable, RejectionClass
from domain.reports import Rejected, SubmitOutcome
from domain.tpdu import TpduError, decode_submit

_UNREADABLE: Final = frozenset(ErrorCode(ErrorTable.CMS, number) for number in (304, 305))
_REMEMBERED: Final = 64


class Disturbed:
    """What one modem said it cannot read, though our own decoder can: tried again, once.

    Another program that writes into an open prompt, or noise, has the modem see what we did not
    say. The same segment refused a second time is a fault of ours.
    """

    def __init__(self) -> None:
        self._tried: deque[int] = deque(maxlen=_REMEMBERED)

    def judge(self, tpdu: bytes, outcome: SubmitOutcome) -> SubmitOutcome:
        """Give the outcome as it is to be understood."""
        if not isinstance(outcome, Rejected) or outcome.cause not in _UNREADABLE:
            return outcome
        try:
            read = decode_submit(b"\0" + tpdu)
        except TpduError:
            return outcome
        segment = hash((read.recipient, read.text, read.concat))
        if segment in self._tried:
            return outcome
        self._tried.append(segment)
        return replace(
            outcome,
            rejection=RejectionClass.TRANSIENT,
            reason=f"{outcome.reason}; the line was disturbed, perhaps by another program",
        )
