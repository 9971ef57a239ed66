"""Remembers the one segment that was given up, so that its late answer is nobody else's."""

import re
from typing import Final

from adapters.modems.at.dialogue import Line, Result, Token
from adapters.modems.at.rejections import outcome_of
from domain.reports import Accepted, LateAnswer, Rejected

_CMGS: Final = re.compile(r"\+CMGS: ?(\d{1,3})(?!\d)")


def message_reference(text: str) -> int | None:
    """Give TP-MR of a ``+CMGS: <mr>[,<ack pdu>]`` line; None when it has none."""
    found = _CMGS.match(text)
    return int(found[1]) & 0xFF if found else None


class Unsettled:
    """At most one segment is unsettled: none is handed over before ``settled_at_s``.

    Nor while ``is_answer_waiting``: so a late answer is always about the last segment that was
    handed over, and whoever fetches it need not guess.
    """

    def __init__(self) -> None:
        self._handed_over_s: float | None = None
        self._until_s = 0.0
        self.is_answer_waiting = False
        """Set by a late answer, until it is fetched."""

    @property
    def settled_at_s(self) -> float:
        """When no answer can come any more; in the past when there is nothing to wait for."""
        return self._until_s

    def give_up(self, handed_over_s: float, *, until_s: float) -> None:
        """Note that the segment of ``handed_over_s`` is in doubt; it may be answered a while."""
        self._handed_over_s = handed_over_s
        self._until_s = until_s

    def part(self) -> None:
        """Note that the port was closed: an answer cannot be told from a stranger's any more.

        It is still waited for, since it must not be taken for the next segment's either.
        """
        self._handed_over_s = None

    def forget(self) -> None:
        """Note that the modem started anew, or the next segment begins: no answer can be its."""
        self._handed_over_s = None
        self._until_s = 0.0

    def answered_by(self, token: Token, *, now_s: float) -> LateAnswer | None:
        """Settle the segment by a token that answers nothing else; None when that says nothing."""
        if self._handed_over_s is None:
            return None
        match token:
            case Line(text) if (reference := message_reference(text)) is not None:
                self.forget()
                self.is_answer_waiting = True
                return LateAnswer(Accepted(reference))
            case Result() if not token.ok:
                outcome = outcome_of(token, after_s=now_s - self._handed_over_s)
                self.forget()  # an error that leaves it in doubt is its last word too
                if isinstance(outcome, Rejected):
                    self.is_answer_waiting = True
                    return LateAnswer(outcome)
        return None
