"""Hands one segment to the modem: AT+CMGS, the prompt, the caller's word, the PDU, the answer."""

import logging
from collections.abc import Callable
from typing import Final

from adapters.modems.at.dialogue import Line, Prompt, Result, ResultKind
from adapters.modems.at.link import CTRL_Z, ESC, AtLink, LinkGone
from adapters.modems.at.modes import Modes
from adapters.modems.at.rejections import outcome_of, refusal
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.at.unsettled import Unsettled, message_reference
from domain.causes import OwnCause
from domain.reports import Accepted, InDoubt, NotSent, Rejected, SubmitOutcome

OWN_SERVICE_CENTRE: Final = "00"
"""Before the TPDU: use the service centre that the SIM knows (27.005 3.1, <pdu>)."""

_FETCH_FIRST: Final = NotSent(
    OwnCause.WITHHELD, "a late answer to the segment before this one is to be fetched first"
)

logger = logging.getLogger("ngoma.modems")


def resync(link: AtLink, timeouts: AtTimeouts, modes: Modes) -> bool:
    """Leave a prompt that may stand, and get question and answer in step again.

    False when the modem is silent. Raises ``LinkGone`` when it started anew.
    """
    link.write(ESC)
    reply = link.command("AT+CMGF?", timeout_s=timeouts.command_s, is_query=True)
    if reply is None:
        return False
    if not reply.ok:  # cannot say, or this is an older command's error
        link.listen(link.now_s() + timeouts.quiet_s)
        reply = link.command("AT+CMGF=0", timeout_s=timeouts.command_s)
        if reply is None or not reply.ok:
            return False
    elif not reply.lines[0].endswith("0"):
        raise LinkGone("PDU mode is off: the modem started anew", rebooted=True)
    if not modes.are_kept(link, timeout_s=timeouts.command_s):
        return False
    link.is_unsure = False
    return True


class SegmentExchange:
    """One submission. Both halves raise ``LinkGone``; what that means is known by which did."""

    def __init__(
        self,
        link: AtLink,
        timeouts: AtTimeouts,
        unsettled: Unsettled,
        modes: Modes,
        *,
        pdu_chunk: int | None,
    ) -> None:
        self._link = link
        self._timeouts = timeouts
        self._unsettled = unsettled
        self._modes = modes
        self._pdu_chunk = pdu_chunk

    def prepare(self, octets: int, start: Callable[[], bool]) -> NotSent | Rejected | None:
        """Get the prompt for ``octets`` of TPDU and the caller's word; None is a go.

        Whatever else comes of this, no byte of the segment was written.
        """
        return self._settle() or self._reach_prompt(octets) or self._ask_to_start(start)

    def hand_over(self, tpdu: bytes) -> SubmitOutcome:
        """Write the PDU and wait for the answer, at most until the hard limit."""
        link = self._link
        self._unsettled.forget()  # from here on a +CMGS could be this segment's
        link.awaits_segment = True
        handed_over_s = link.now_s()
        try:
            self._write_pdu(OWN_SERVICE_CENTRE + tpdu.hex().upper())
            handed_over_s = link.now_s()
            return self._await_answer(handed_over_s)
        except LinkGone:
            self._give_up(handed_over_s, self._timeouts.late_answer_s)
            raise
        finally:
            link.awaits_segment = False

    # -- before the first byte ------------------------------------------------------------------

    def _settle(self) -> NotSent | None:
        """Hear out the segment that was given up, so that its answer is never taken for ours."""
        link = self._link
        link.drain()
        while link.now_s() < (until_s := self._unsettled.settled_at_s):
            link.next_unasked(until_s)
        if self._unsettled.is_answer_waiting:
            return _FETCH_FIRST
        if link.is_unsure and not resync(link, self._timeouts, self._modes):
            return NotSent(OwnCause.NO_PROMPT, "the modem does not answer")
        if not self._modes.are_certain(link, timeout_s=self._timeouts.command_s):
            return NotSent(OwnCause.NO_PROMPT, "the modem does not say that it is in PDU mode")
        return None

    def _reach_prompt(self, octets: int) -> NotSent | Rejected | None:
        link = self._link
        link.ask(f"AT+CMGS={octets}")
        until_s = link.now_s() + self._timeouts.prompt_s
        while (token := link.next(until_s)) is not None:
            match token:
                case Prompt():
                    return None
                case Result() if not token.ok:
                    link.is_unsure = True  # if that was an older answer, the prompt still comes
                    return refusal(token)
        self._withdraw()
        return NotSent(OwnCause.NO_PROMPT, f"no prompt in {self._timeouts.prompt_s:g} s")

    def _ask_to_start(self, start: Callable[[], bool]) -> NotSent | None:
        withheld = self._withhold(start)
        if withheld is not None:
            self._withdraw()
        return withheld

    def _withhold(self, start: Callable[[], bool]) -> NotSent | None:
        if self._unsettled.is_answer_waiting:
            return _FETCH_FIRST
        try:
            if not start():
                return NotSent(OwnCause.WITHHELD, "told to stop")
        except Exception:  # whatever the store may raise: the modem must leave its prompt
            logger.exception("the attempt could not be recorded; the segment is withheld")
            return NotSent(OwnCause.WITHHELD, "the attempt could not be recorded")
        if any(isinstance(token, Result) for token in self._link.drain()):
            return NotSent(OwnCause.NO_PROMPT, "the modem left its prompt")
        return _FETCH_FIRST if self._unsettled.is_answer_waiting else None

    def _withdraw(self) -> None:
        self._link.write(ESC)
        self._link.is_unsure = True

    # -- from the first byte on -----------------------------------------------------------------

    def _write_pdu(self, pdu: str) -> None:
        link = self._link
        link.expect_echo(pdu)
        data = pdu.encode("ascii") + CTRL_Z
        size = self._pdu_chunk or len(data)
        for place in range(0, len(data), size):
            if place:
                link.gather(link.now_s() + self._timeouts.chunk_pause_s)
            link.write(data[place : place + size])

    def _await_answer(self, handed_over_s: float) -> SubmitOutcome:
        link = self._link
        until_s = handed_over_s + self._timeouts.answer_s
        hard_s = handed_over_s + self._timeouts.hard_answer_s
        while (token := link.next(until_s)) is not None or until_s < hard_s:
            match token:
                case None:
                    logger.warning("no answer in %s s; still waiting", self._timeouts.answer_s)
                    until_s = hard_s
                case Line(text) if text.startswith("+CMGS:"):
                    return self._accepted(text)
                case Result(kind=ResultKind.OK):
                    self._give_up(handed_over_s, self._timeouts.cmgs_after_ok_s)
                    return InDoubt(OwnCause.NO_REFERENCE, "the modem said OK without +CMGS")
                case Result():
                    return outcome_of(token, after_s=link.now_s() - handed_over_s)
        link.is_unsure = True
        self._give_up(handed_over_s, self._timeouts.late_answer_s)
        return InDoubt(OwnCause.NO_ANSWER, f"no answer in {self._timeouts.hard_answer_s:g} s")

    def _accepted(self, text: str) -> Accepted | InDoubt:
        link = self._link
        reference = message_reference(text)
        until_s = link.now_s() + self._timeouts.ok_after_cmgs_s
        try:
            while not isinstance(token := link.next(until_s), Result):
                if token is None:
                    link.is_unsure = True
                    break
        except LinkGone:
            logger.warning("the link was lost between +CMGS and OK")  # and will be reported
        if reference is None:
            return InDoubt(OwnCause.NO_REFERENCE, "the modem's +CMGS has no message reference")
        return Accepted(reference)

    def _give_up(self, handed_over_s: float, wait_s: float) -> None:
        self._unsettled.give_up(handed_over_s, until_s=self._link.now_s() + wait_s)
