"""The core of the modem emulator: bytes in, bytes out, and a log of what it really sent.

No I/O and no waiting: whoever serves it says what time it is. It reads each PDU by itself and
writes the segment to the network log before it answers, so the log is the truth about the air.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adapters.modems.simulated.commands import CMS_SIM_PIN_REQUIRED, Commands
from adapters.modems.simulated.deliveries import Deliveries
from adapters.modems.simulated.faults import AFTERWARDS, ERRORS, Fault, FaultKind, FaultPlan, Stage
from adapters.modems.simulated.mishaps import Mishaps
from adapters.modems.simulated.network_log import NetworkLog, SegmentOnAir
from adapters.modems.simulated.profiles import Profile
from adapters.modems.simulated.sim_card import SimCard
from adapters.modems.simulated.status_report import ServiceCentre
from adapters.modems.simulated.submitted import read_pdu, read_text
from adapters.modems.simulated.ussd import pay
from adapters.modems.simulated.voice import Voice
from application.ports import Clock
from domain.tpdu import Submit

BOOT_S: Final = 0.05
"""How long a start takes here; a real modem takes 5 to 60 s."""

REGISTERED: Final = frozenset({1, 5})
MAX_INPUT: Final = 4_096
"""Octets of a command or PDU; what is longer is dropped, as by a real modem's small buffer."""

CTRL_Z: Final = b"\x1a"
_LINE_OR_ESC: Final = re.compile(rb"[\r\x1b]")
_PDU_END: Final = re.compile(rb"[\x1a\x1b]")
_INVALID_PDU: Final = 304
_NO_NETWORK: Final = 331


class Emulator:
    """One modem with one SIM. Not for several threads at once."""

    def __init__(
        self,
        profile: Profile,
        sim: SimCard,
        *,
        clock: Clock,
        log: NetworkLog,
        faults: Sequence[Fault | str] = (),
        seed: int = 0,
        latency_s: float = 0.0,
        first_reference: int = 0,
        report_after_s: float | None = None,
    ) -> None:
        """``report_after_s`` is how long after a segment its delivery is reported; None: never."""
        self._plan = FaultPlan(faults, seed=seed)
        profile = replace(profile, refused=profile.refused | self._plan.refused)
        self.profile = profile
        self._clock = clock
        self._log = log
        self._latency_s = latency_s
        self._reference = first_reference & 0xFF
        self._centre = ServiceCentre(report_after_s)
        self._commands = Commands(profile, sim)
        self._commands.ussd_goes = self._plan.ussd_goes
        self._voice = Voice(profile, self._plan)
        self._deliveries = Deliveries(profile, self._commands, self._say)
        self._held = b""
        self._busy_until_s = 0.0
        self._input = b""
        self._segment: str | None = None
        self._fault: Fault | None = None
        self._now_s = clock.monotonic_s()
        self._deaf_until_s = 0.0
        self._away_until_s: float | None = None
        self._ready_at_s: float | None = None
        self.mishaps = Mishaps(self)
        self._begin()

    # -- the wire -------------------------------------------------------------------------------

    @property
    def next_due_s(self) -> float | None:
        """When there will be bytes to fetch; None when nothing is to come by itself."""
        heard_s = [self._busy_until_s] if self._held else []
        is_away = self._away_until_s is not None
        by_radio_s = () if is_away else (self._centre.next_due_s, self._deliveries.next_due_s)
        moments_s = (
            *heard_s,
            *(max(at_s, self._deaf_until_s) for at_s in by_radio_s if at_s is not None),
            self._voice.next_due_s,
            self.mishaps.well_at_s,
        )
        return min((moment_s for moment_s in moments_s if moment_s is not None), default=None)

    @property
    def away_until_s(self) -> float | None:
        """Until when the device is unplugged; None while it is there."""
        return self._away_until_s

    def feed(self, data: bytes, now_s: float) -> None:
        """Take bytes from the host; while a segment is under way they wait, as in real modems."""
        if not self._is_there(now_s) or self.mishaps.reads_nothing:
            return
        self._held = (self._held + data)[-MAX_INPUT:]
        self._work(now_s)

    def due(self, now_s: float) -> bytes:
        """Give what the modem has said by now."""
        self._work(now_s)
        return self._voice.due(now_s)

    def _work(self, now_s: float) -> None:
        self._now_s = now_s
        while self._held and now_s >= self._busy_until_s:
            data, self._held = self._held, b""
            rest = self._take_pdu(data) if self._segment is not None else self._take_line(data)
            self._held = rest if self._is_there(now_s) else b""
        self.mishaps.pass_by(now_s)
        if self._is_there(now_s):
            self._deliveries.go_on(now_s)
        for report in self._centre.due(now_s) if self._is_there(now_s) else ():
            self._relay(report)

    def _is_there(self, now_s: float) -> bool:
        return self._away_until_s is None and now_s >= self._deaf_until_s

    @property
    def sim(self) -> SimCard | None:
        """The card that is in it."""
        return self._commands.sim

    def change_sim(self, sim: SimCard | None) -> None:
        """Take the card out, and put another one in its place."""
        self._commands.sim = sim

    def stand_at_prompt(self) -> None:
        """Wait for a PDU that nobody announced."""
        self._segment = "0"

    def plug_in(self) -> None:
        """Come back after an unplug: powered up anew, nothing remembered."""
        self._away_until_s = None
        self._restart()

    # -- the network ----------------------------------------------------------------------------

    def say(self, line: str, now_s: float) -> None:
        """Say something unasked."""
        self._now_s = now_s
        self._say(line)

    def deliver(self, pdu: bytes, now_s: float) -> None:
        """Receive an SMS-DELIVER (with service-centre octets), as +CNMI says to report it."""
        self._now_s = now_s
        self._deliveries.bring(pdu, is_report=False, now_s=now_s)

    def report(self, pdu: bytes, now_s: float) -> None:
        """Receive an SMS-STATUS-REPORT; lost when +CNMI does not ask for it."""
        self._now_s = now_s
        self._deliveries.bring(pdu, is_report=True, now_s=now_s)

    def register(self, status: int, now_s: float) -> None:
        """Gain or lose the network (+CREG stat)."""
        self._commands.registration = status
        for domain in ("+CREG", "+CEREG"):
            state = self._commands.state_of(domain)
            if self._commands.modes.numbers[domain]:
                self.say(self._commands.registration_line(domain, state), now_s)

    def reboot(self, now_s: float) -> None:
        """Start anew by itself."""
        self._now_s = now_s
        self._reboot()

    # -- commands -------------------------------------------------------------------------------

    def _take_line(self, data: bytes) -> bytes:
        end = _LINE_OR_ESC.search(data)
        if end is None:
            self._echo(data)
            self._input = (self._input + data)[-MAX_INPUT:]
            return b""
        self._echo(data[: end.end()])
        line, self._input = self._input + data[: end.start()], b""
        if end.group() == b"\r":
            self._obey(line.decode("latin-1").strip())
        return data[end.end() :]

    def _obey(self, line: str) -> None:
        if not line.strip("\0 "):
            return
        commands = self._commands
        commands.is_busy = self._ready_at_s is not None and self._now_s < self._ready_at_s
        for answer in [*commands.answer(line), *commands.afterwards]:
            self._say(answer)
        if commands.segment is not None:
            self._begin_segment(commands.segment)
        elif commands.starts_anew:
            self._reboot()

    def _echo(self, data: bytes) -> None:
        if self._commands.modes.echo:
            self._put(data.replace(b"\x1b", b"").replace(CTRL_Z, b""), 0.0)

    # -- segments -------------------------------------------------------------------------------

    def _begin_segment(self, announced: str) -> None:
        fault = self._fault = self._plan.next_fault()
        if self.sim is None or self.sim.state != "READY":
            self._say(self._commands.cms_error(CMS_SIM_PIN_REQUIRED))
        elif not announced.strip('"+').partition(",")[0].strip('"').isdecimal():
            self._say(self._commands.cms_error(_INVALID_PDU))
        elif fault is not None and fault.kind is FaultKind.NO_PROMPT:
            pass
        elif fault is not None and fault.at is Stage.PROMPT:
            self._strike(fault)
        else:
            self._segment = announced
            self._voice.storm(self._now_s)
            self._put(self.profile.prompt, 0.0)

    def _take_pdu(self, data: bytes) -> bytes:
        if self._fault is not None and self._fault.at is Stage.PDU and data[:1] != b"\x1b":
            self._strike(self._fault)
            return b""
        end = _PDU_END.search(data) if self.mishaps.heeds_esc else None
        piece = data if end is None else data[: end.end()]
        if self.profile.echoes_pdu:
            self._echo(piece)
        self._input = (self._input + piece)[-MAX_INPUT:]
        if end is None:
            return b""
        announced, self._segment = self._segment or "", None
        text, self._input = self._input[:-1], b""
        if end.group() == CTRL_Z:
            self._submit(text, announced)
        else:
            self._say("OK")  # ESC: nothing is sent
        return data[end.end() :]

    def _submit(self, text: bytes, announced: str) -> None:
        self._busy_until_s = self._now_s + self._latency_s
        is_text = self._commands.modes.is_text
        read = read_text(text, announced) if is_text else read_pdu(text, announced)
        fault = self._fault
        states = {self._commands.state_of(domain) for domain in ("+CREG", "+CEREG")}
        if read is None:
            self._say(self._commands.cms_error(_INVALID_PDU))
        elif states.isdisjoint(REGISTERED):
            self._say(self._commands.cms_error(_NO_NETWORK))
        elif (number := pay(self.sim)) is not None:
            self._say(self._commands.cms_error(number), self._latency_s)
        else:
            if fault is None or fault.is_sent:
                self._send(*read)
            if fault is None:
                self._accept(is_complete=True)
            else:
                self._strike(fault)

    def _send(self, submit: Submit, pdu: bytes) -> None:
        self._reference = (self._reference + 1) & 0xFF
        segment = SegmentOnAir.of_submit(
            submit,
            time=self._clock.now(),
            imsi=self.sim.imsi if self.sim else "",
            message_reference=self._reference,
            pdu=pdu,
        )
        self._log.append(segment)  # before any answer
        self._centre.take(
            submit, message_reference=self._reference, at=segment.time, now_s=self._now_s
        )
        if self._plan.reports_go == "early":
            for report in self._centre.due(float("inf")):
                self._relay(report)

    def _relay(self, report: bytes) -> None:
        """Hand a status report on, as the script has it."""
        if self._plan.reports_go == "empty":
            self._say('+CDSI: "SM",0')
        for each in self._plan.reports_of(report):
            self.report(each, self._now_s)

    def _accept(self, *, is_complete: bool, delay_s: float = 0.0) -> None:
        delay_s += self._latency_s
        self._say(f"+CMGS: {self._reference}", delay_s)
        if is_complete:
            self._say("OK", delay_s)

    def _strike(self, fault: Fault) -> None:
        """Do what the fault says in place of what the modem would."""
        delay_s = self._latency_s + fault.delay_s
        match fault.kind:
            case FaultKind.LATE:
                self._accept(is_complete=True, delay_s=fault.delay_s)
            case FaultKind.CMGS_WITHOUT_OK:
                self._accept(is_complete=False, delay_s=fault.delay_s)
            case FaultKind.OK_WITHOUT_CMGS:
                self._say("OK", delay_s)
            case kind if kind in ERRORS:
                self._say(self._commands.error_line(fault), delay_s)
            case kind if kind in AFTERWARDS:
                self._accept(is_complete=True, delay_s=fault.delay_s)
                self.mishaps.befall(fault, self._now_s)
            case FaultKind.REBOOT:
                self._reboot()
            case FaultKind.UNPLUG:
                self._restart()
                self._away_until_s = self._now_s + fault.back_s

    def _reboot(self) -> None:
        self._restart()
        self._deaf_until_s = self._now_s + BOOT_S
        for line in self.profile.boot:
            self._put(self._voice.as_line(line.format(boot=self._voice.boots)), BOOT_S)
        self._begin()

    def _begin(self) -> None:
        """Begin to run: some devices take no SMS commands for a while, and say when they do."""
        if self.profile.busy_s:
            self._ready_at_s = self._now_s + self.profile.busy_s
            for line in self.profile.ready_words:
                self._put(self._voice.as_line(line), self.profile.busy_s)

    def _restart(self) -> None:
        self._voice.boots += 1
        self._commands.restart()
        self._deliveries.restart()
        self._voice.clear()
        self._held = b""
        self._busy_until_s = 0.0
        self._input = b""
        self._segment = None
        self._fault = None

    # -- saying ---------------------------------------------------------------------------------

    def _say(self, line: str, delay_s: float = 0.0) -> None:
        self._voice.say(line, self._now_s + delay_s)

    def _put(self, data: bytes, delay_s: float) -> None:
        self._voice.put(data, self._now_s + delay_s)
