"""A modem without bytes: the same port in-process, for many modems that answer at once.

Deterministic: the same calls, faults, seed and clock give the same answers.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from adapters.modems.simulated.faults import (
    AFTERWARDS,
    BREAKS,
    ERRORS,
    Fault,
    FaultKind,
    FaultPlan,
    Stage,
)
from adapters.modems.simulated.network_log import NetworkLog, SegmentOnAir
from adapters.modems.simulated.sim_card import SimCard, iccid_for, imsi_for
from adapters.modems.simulated.status_report import ServiceCentre
from adapters.modems.simulated.ussd import answer_to, pay
from application.books.asking import Wait, wait_for
from application.ports import (
    Clock,
    ModemHealth,
    ModemUnavailable,
    SimIdentity,
    UssdReply,
    never,
)
from domain.causes import OwnCause
from domain.reports import (
    Accepted,
    InboundReceived,
    Incoming,
    InDoubt,
    LateAnswer,
    LinkLost,
    ModemReport,
    NotSent,
    Place,
    Rejected,
    StatusReportReceived,
    SubmitOutcome,
)
from domain.tpdu import TpduError, decode_submit

INVALID_PDU: Final = "+CMS ERROR: 304"
SIGNAL_DBM: Final = -79

ErrorTable = Callable[[str, float], Rejected | InDoubt]
"""What an error line (``+CMS ERROR: 38``) means, that many seconds after the segment."""


logger = logging.getLogger("ngoma.modems")


class SimulatedModemDriver:
    """``ModemDriver`` with a script of faults (``faults.py``) and a network log.

    ``error_table`` says what the script's errors mean, so that this driver has no table of its
    own. ``patience_s`` is how long an answer is waited for that does not come, ``latency_s`` how
    long one takes that does. ``wait_until`` lets the clock run on to a moment of ``monotonic_s``;
    without it the thread really waits, and ``receive`` wakes it. ``report_after_s`` is how long
    after a segment the network reports its delivery; None: never. ``airtime_ngwee`` is what the
    SIM may spend; None: no end of it.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        error_table: ErrorTable,
        log: NetworkLog | None = None,
        faults: Sequence[Fault | str] = (),
        seed: int = 0,
        latency_s: float = 0.0,
        patience_s: float = 0.0,
        imsi: str | None = None,
        msisdn: str | None = None,
        first_reference: int = 0,
        report_after_s: float | None = None,
        airtime_ngwee: int | None = None,
        wait_until: Callable[[float], None] | None = None,
    ) -> None:
        self._imsi = imsi or imsi_for(name)
        self._card = SimCard(self._imsi)
        self._card.airtime_ngwee = airtime_ngwee
        self._name = name
        self._msisdn = msisdn
        self._clock = clock
        self._error_table = error_table
        self._log = log
        self._plan = FaultPlan(faults, seed=seed)
        self._latency_s = latency_s
        self._patience_s = patience_s
        self._reference = first_reference & 0xFF
        self._received = threading.Event()
        self._wait_until = wait_until
        self._wait: Wait = wait_for
        self._centre = ServiceCentre(report_after_s)
        self._reports: deque[ModemReport] = deque()
        self._stored: dict[Place, Incoming] = {}
        self._late: tuple[float, LateAnswer] | None = None
        self._is_open = False
        self._away_until_s = 0.0

    def receive(self, report: ModemReport) -> None:
        """Have the modem report something; may be called from any thread."""
        if isinstance(report, StatusReportReceived | InboundReceived) and report.place is not None:
            self._stored[report.place] = report
        self._reports.append(report)
        self._received.set()

    def wait_by(self, wait: Wait) -> None:
        """Have every wait go through ``wait``, so that one thread can step many."""
        self._wait = wait

    # -- ModemDriver ----------------------------------------------------------------------------

    def open(self) -> SimIdentity:
        """Come up, unless the script has this modem unplugged."""
        self.close()
        if self._clock.monotonic_s() < self._away_until_s:
            raise ModemUnavailable("the simulated modem is unplugged")
        kept = [report for report in self._reports if not isinstance(report, LinkLost)]
        kept += [report for report in self._stored.values() if report not in kept]
        self._reports = deque(kept)
        self._is_open = True
        return SimIdentity(
            iccid=iccid_for(self._imsi),
            imsi=self._imsi,
            imei=f"35{self._imsi[-13:]}",
            model="simulated",
            firmware="1",
            msisdn=self._msisdn,
        )

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        """Send one segment as the script says."""
        if not self._is_open:
            return NotSent(OwnCause.LINK_LOST, "the modem is not open")
        self._settle()
        if any(isinstance(report, LateAnswer) for report in self._reports):
            return NotSent(
                OwnCause.WITHHELD,
                "a late answer to the segment before this one is to be fetched first",
            )
        fault = self._plan.next_fault()
        if withheld := self._withheld(fault, start):
            return withheld
        is_sent = fault is None or fault.is_sent
        if is_sent and (refused := pay(self._card)) is not None:
            return self._error_table(f"+CMS ERROR: {refused}", 0.0)
        if not self._send(b"\0" + tpdu, is_sent=is_sent):
            return self._error_table(INVALID_PDU, 0.0)
        self._pass(self._latency_s)
        return Accepted(self._reference) if fault is None else self._answer(fault)

    def step(self, timeout_s: float) -> Sequence[ModemReport]:
        """Give what was reported, as soon as something is."""
        until_s = self._clock.monotonic_s() + timeout_s
        while True:
            self._received.clear()
            now_s = self._clock.monotonic_s()
            if self._late is not None and self._late[0] <= now_s:
                self._reports.append(self._late[1])
                self._late = None
            self._reports.extend(map(StatusReportReceived, self._centre.due(now_s)))
            if self._reports or now_s >= until_s or not self._is_open:
                break
            moments_s = (until_s, self._late and self._late[0], self._centre.next_due_s)
            due_s = min(moment_s for moment_s in moments_s if moment_s is not None)
            if self._wait_until is not None:
                self._wait_until(due_s)
            else:
                self._wait(self._received, due_s - now_s)
        return [self._reports.popleft() for _ in range(len(self._reports))]

    def forget(self, incoming: Incoming) -> None:
        """Delete what is saved."""
        if incoming.place is not None and self._stored.get(incoming.place) == incoming:
            del self._stored[incoming.place]

    def health(self) -> ModemHealth | None:
        """Say that all is well while the modem is open."""
        return ModemHealth(registered=True, signal_dbm=SIGNAL_DBM) if self._is_open else None

    def ussd(
        self,
        code: str,  # noqa: ARG002 - it has one answer to all
        *,
        gives_way: Callable[[], bool] = never,  # noqa: ARG002 - and that at once
    ) -> UssdReply:
        """Answer with a balance, as the network of the SIM words it."""
        if not self._is_open:
            return UssdReply(None, "the modem is not open")
        return UssdReply(answer_to(self._card))

    def close(self) -> None:
        """Let go; an answer that is still to come is nobody's from here on."""
        self._is_open = False
        self._late = None

    def _send(self, pdu: bytes, *, is_sent: bool) -> bool:
        """Put a segment on the air, unless it is lost on the way; False when it cannot be read."""
        try:
            submit = decode_submit(pdu)
        except TpduError:
            return False
        if not is_sent:
            return True
        self._reference = (self._reference + 1) & 0xFF
        if self._log is not None:
            segment = SegmentOnAir.of_submit(
                submit,
                time=self._clock.now(),
                imsi=self._imsi,
                message_reference=self._reference,
                pdu=pdu,
            )
            self._log.append(segment)
        self._centre.take(
            submit,
            message_reference=self._reference,
            at=self._clock.now(),
            now_s=self._clock.monotonic_s(),
        )
        return True

    # -- the script -----------------------------------------------------------------------------

    def _withheld(self, fault: Fault | None, start: Callable[[], bool]) -> SubmitOutcome | None:
        """Say how it ends before the segment is handed over; None when it is."""
        if fault is not None and fault.kind is FaultKind.NO_PROMPT:
            return NotSent(OwnCause.NO_PROMPT, "no prompt")
        if fault is not None and fault.at is Stage.PROMPT:
            return self._refuse_prompt(fault)
        if not _may_start(start):
            return NotSent(OwnCause.WITHHELD, "told to stop")
        return self._break_off(fault) if fault is not None and fault.at is Stage.PDU else None

    def _answer(self, fault: Fault) -> SubmitOutcome:
        if fault.kind in ERRORS:
            return self._answer_late(
                self._error_table(fault.error_line, fault.delay_s), fault.delay_s
            )
        if fault.kind in BREAKS:
            return self._break_off(fault)
        if fault.kind in AFTERWARDS:  # what befalls a modem befalls none without a wire
            return Accepted(self._reference)
        match fault.kind:
            case FaultKind.CMGS_WITHOUT_OK | FaultKind.LATE:
                return self._answer_late(Accepted(self._reference), fault.delay_s)
            case FaultKind.OK_WITHOUT_CMGS:
                return InDoubt(OwnCause.NO_REFERENCE, "the modem said OK without +CMGS")
        self._pass(self._patience_s)
        return InDoubt(OwnCause.NO_ANSWER, "no answer")

    def _answer_late(self, outcome: Accepted | Rejected | InDoubt, delay_s: float) -> SubmitOutcome:
        if delay_s <= self._patience_s:
            self._pass(delay_s)
            return outcome
        if not isinstance(outcome, InDoubt):
            self._late = (self._clock.monotonic_s() + delay_s, LateAnswer(outcome))
        self._pass(self._patience_s)
        return InDoubt(OwnCause.NO_ANSWER, "no answer")

    def _break_off(self, fault: Fault) -> InDoubt:
        self._lose(fault)
        return InDoubt(
            OwnCause.LINK_LOST, f"the link was lost after the segment began: {fault.kind}"
        )

    def _refuse_prompt(self, fault: Fault) -> SubmitOutcome:
        if fault.kind in ERRORS:
            return self._error_table(fault.error_line, 0.0)
        self._lose(fault)
        return NotSent(
            OwnCause.LINK_LOST, f"the link was lost before the segment began: {fault.kind}"
        )

    def _lose(self, fault: Fault) -> None:
        if fault.kind is FaultKind.UNPLUG:
            self._away_until_s = self._clock.monotonic_s() + fault.back_s
        self.close()
        self._reports.append(LinkLost(f"simulated {fault.kind}"))

    def _settle(self) -> None:
        """Let a late answer come before the next segment goes, so that it is nobody else's."""
        if self._late is None:
            return
        due_s, report = self._late
        self._pass(due_s - self._clock.monotonic_s())
        self._late = None
        self._reports.append(report)

    def _pass(self, seconds: float) -> None:
        if seconds <= 0:
            return
        if self._wait_until is not None:
            self._wait_until(self._clock.monotonic_s() + seconds)
        else:
            self._wait(threading.Event(), seconds)


def _may_start(start: Callable[[], bool]) -> bool:
    try:
        return start()
    except Exception:  # whatever the store may raise, as on a real modem
        logger.exception("the attempt could not be recorded; the segment is withheld")
        return False
