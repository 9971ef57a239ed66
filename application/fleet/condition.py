"""Whether a SIM is fit to send: what its modem answers decides how long it rests."""

import logging
from typing import Final

from application.books.alarms import Alarms
from application.fleet.pacing import BackOff
from application.fleet.waits import SimWaits
from application.ports import Clock
from domain.causes import ErrorCode, ErrorTable, OwnCause, RejectionClass
from domain.reports import Rejected

VAGUE_CAUSES: Final = frozenset(
    {
        ErrorCode(ErrorTable.CMS, 38),
        ErrorCode(ErrorTable.CMS, 500),
        ErrorCode(ErrorTable.CME, 100),
        OwnCause.MODEM_ERROR,
    }
)
"""Errors that say nothing: of one number, of the network, or of a SIM without airtime."""
VAGUE_IN_A_ROW: Final = 3
DOUBTS_IN_A_ROW: Final = 2
SILENCES_IN_A_ROW: Final = 3

logger = logging.getLogger("ngoma.sims")


class Condition:
    """One SIM's rest after trouble. A rest keeps nobody else from sending."""

    def __init__(self, name: str, *, clock: Clock, alarms: Alarms, waits: SimWaits) -> None:
        self._name = name
        self._clock = clock
        self._alarms = alarms
        self._alarm = f"modem {name}"
        self._rests = BackOff(waits.rest_s)
        self._silences = BackOff(waits.silence_s)
        self._until_s = float("-inf")
        self._doubts = 0
        self._vague = 0
        self._silent = 0
        self.suspicions = 0
        """How often what came back looked as if the SIM had no airtime."""
        self.reason: str | None = None
        """Why it rests, or rested last; None since a segment was accepted."""

    @property
    def rests_for_s(self) -> float:
        """Seconds until it may try again; 0.0 when it may."""
        return max(0.0, self._until_s - self._clock.monotonic_s())

    def accepted(self) -> None:
        """The network took a segment: all is well."""
        self._doubts = self._vague = self._silent = 0
        self._rests.reset()
        self._silences.reset()
        if self.reason is not None:
            self.reason = None
            self._alarms.clear(self._alarm)

    def rejected(self, rejected: Rejected) -> None:
        """The network or the modem refused a segment."""
        self._doubts = 0
        self._vague = self._vague + 1 if rejected.cause in VAGUE_CAUSES else 0
        what = f"{rejected.rejection.value.replace('_', ' ')} ({rejected.reason})"
        match rejected.rejection:
            case RejectionClass.SENDER_BLOCKED:
                self.suspicions += 1
                self._rest(what)
            case RejectionClass.MODEM_OR_SIM:
                self._rest(what)
            case RejectionClass.BUG_IN_REQUEST:
                self._rest(f"our encoding is wrong: {what}")
            case RejectionClass.TRANSIENT | RejectionClass.PERMANENT_MESSAGE:
                if self._vague >= VAGUE_IN_A_ROW:
                    self.suspicions += 1
                    self._rest(f"{self._vague} vague errors in a row: {what}")

    def doubted(self, reason: str) -> None:
        """A segment is in doubt."""
        self._vague = 0
        self._doubts += 1
        if self._doubts >= DOUBTS_IN_A_ROW:
            self.suspicions += 1
            self._rest(f"{self._doubts} doubts in a row ({reason}): ask its balance")

    def silent(self, reason: str) -> None:
        """The modem did not take a segment that it should have taken."""
        self._silent += 1
        self.suspicions += self._silent == SILENCES_IN_A_ROW
        self._begin(self._silences, reason)
        logger.warning("modem %s took nothing: %s", self._name, reason)

    def hold(self, seconds: float) -> None:
        """Wait a moment for a reason that is not the modem's."""
        self._until_s = max(self._until_s, self._clock.monotonic_s() + seconds)

    def _rest(self, reason: str) -> None:
        rest_s = self._begin(self._rests, reason)
        self._alarms.set(self._alarm, f"{reason}; it rests")
        logger.warning("modem %s rests for %g s: %s", self._name, rest_s, reason)

    def _begin(self, back_off: BackOff, reason: str) -> float:
        rest_s = back_off.next_s()
        self._until_s = self._clock.monotonic_s() + rest_s
        self.reason = reason
        return rest_s
