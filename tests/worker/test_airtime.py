"""A SIM's airtime is asked of its network on a schedule and on suspicion, and in nobody's way."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import BytePort, SerialPort
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from adapters.modems.simulated.profiles import SIM800
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.books.actors import Actor
from application.fleet.airtime import SUSPECTED_AGAIN_S, WORDS_MAX, NoteAirtime
from application.fleet.duty import SetQuarantine
from application.fleet.waits import SimWaits
from application.ports import UssdReply
from application.ports.queries import AirtimeRow
from domain.contents import ContentKind
from domain.message import State
from domain.reports import SubmitOutcome
from domain.sim import Sim, sim_id
from domain.values import Lane, Network
from tests.worker.gateway import Gateway, gateway
from tests.worker.taking_turns import TakingTurns
from worker.sims import SimRunner

CODE: Final = "*114#"
HOUR_S: Final = 3_600.0
LATENCY_S: Final = 2.0
STEP_S: Final = 0.5
PER_MINUTE: Final = 6
PAUSE_S: Final = 60 / PER_MINUTE


class AskingDriver(AtModemDriver):
    """Notes when its network was asked, and that nothing was under way then."""

    def __init__(self, open_port: Callable[[], BytePort], *, time: TakingTurns) -> None:
        super().__init__(open_port, clock=time)
        self.time = time
        self.tried_s: list[float] = []
        self.asked_s: list[float] = []
        """Without those that were put off."""
        self.is_submitting = False

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        self.is_submitting = True
        try:
            return super().submit(tpdu, start=start)
        finally:
            self.is_submitting = False

    def ussd(self, code: str, *, gives_way: Callable[[], bool] = lambda: False) -> UssdReply:
        assert code == CODE
        assert not self.is_submitting
        began_s = self.time.monotonic_s()
        self.tried_s.append(began_s)
        reply = super().ussd(code, gives_way=gives_way)
        if not reply.is_put_off:
            self.asked_s.append(began_s)
        return reply


class TimedAir(MemoryNetworkLog):
    """Notes when each segment was on the air."""

    def __init__(self, time: TakingTurns) -> None:
        super().__init__()
        self.time = time
        self.moments_s: list[float] = []

    def append(self, segment: SegmentOnAir) -> None:
        super().append(segment)
        self.moments_s.append(self.time.monotonic_s())


class Bench:
    """One SIM800 under a virtual clock."""

    def __init__(self, gw: Gateway, time: TakingTurns, faults: Sequence[str]) -> None:
        self.gw, self.time = gw, time
        self.air = TimedAir(time)
        self.card = SimCard(imsi_for("a"))
        self.emulator = Emulator(
            SIM800, self.card, clock=time, log=self.air, faults=faults, latency_s=LATENCY_S
        )
        self.sender = gw.account()
        self.driver, self.sim = self.begin()

    def begin(self) -> tuple[AskingDriver, SimRunner]:
        """Start a process anew, as far as the SIM is concerned."""
        time, emulator = self.time, self.emulator
        self.driver = AskingDriver(
            lambda: MemoryPort(emulator, clock=time, wait_until=time.wait_until), time=time
        )
        self.sim = self.gw.sim(
            self.driver, per_minute=PER_MINUTE, airtime_code=CODE, waits=SimWaits()
        )
        return self.driver, self.sim

    def run(self, seconds: float, *, step_s: float = STEP_S) -> None:
        until_s = self.time.monotonic_s() + seconds

        def steps() -> None:
            while self.time.monotonic_s() < until_s:
                self.gw.reached()
                self.sim.step(0.0)
                self.time.sleep(step_s)

        self.time.run([steps])

    def send(self, *, parts: int = 1, count: int = 1, lane: Lane | None = None) -> range:
        return self.gw.send(self.sender, "x" * (150 * parts), count=count, lane=lane)

    @property
    def known(self) -> AirtimeRow:
        self.gw.reached()
        self.gw.system.follower.catch_up(timeout_s=5)
        (row,) = self.gw.system.queries.sims(self.time.now())
        assert row.airtime is not None
        return row.airtime


@contextmanager
def bench(folder: Path, *faults: str) -> Iterator[Bench]:
    time = TakingTurns()
    with gateway(folder, is_threaded=False, clock=time) as gw:
        yield Bench(gw, time, faults)


# -- when ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_is_asked_once_a_day_and_a_restart_is_no_reason_to_ask_again(tmp_path: Path) -> None:
    with bench(tmp_path) as b:
        b.run(50 * HOUR_S, step_s=600.0)
        days = [round(moment_s / (24 * HOUR_S), 1) for moment_s in b.driver.asked_s]
        assert days == [0.0, 1.0, 2.0]
        b.sim.close()
        b.begin()
        b.run(20 * HOUR_S, step_s=600.0)
        assert b.driver.asked_s == []
        assert b.known.ngwee == 10_000
        b.run(4 * HOUR_S, step_s=600.0)
        assert len(b.driver.asked_s) == 1


@pytest.mark.parametrize(
    "fault",
    ["no-answer:sent=no", "cms=38:times=3", "cms=500:times=3", "cms=21:times=1"],
)
@pytest.mark.slow
def test_a_sim_that_looks_as_if_it_had_no_airtime_is_asked_at_once(
    tmp_path: Path, fault: str
) -> None:
    with bench(tmp_path, fault) as b:
        b.run(30.0)
        b.time.advance(2 * SUSPECTED_AGAIN_S)
        assert len(b.driver.asked_s) == 1
        b.send(count=3)
        b.run(600.0)
        assert b.sim.carrier.condition.suspicions >= 1
        assert len(b.driver.asked_s) >= 2


@pytest.mark.slow
def test_a_modem_that_takes_nothing_three_times_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, "no-prompt:times=3") as b:
        b.run(30.0)
        b.time.advance(2 * SUSPECTED_AGAIN_S)
        b.send()
        b.run(120.0)
        assert len(b.driver.asked_s) == 2


@pytest.mark.slow
def test_however_often_it_is_suspected_the_network_is_not_asked_all_the_time(
    tmp_path: Path,
) -> None:
    with bench(tmp_path, "cms=38") as b:
        b.send(count=10)
        b.run(2 * HOUR_S, step_s=5.0)
        assert b.sim.carrier.condition.suspicions > 8
        apart_s = [
            later - sooner
            for sooner, later in zip(b.driver.asked_s, b.driver.asked_s[1:], strict=False)
        ]
        assert 4 <= len(apart_s) <= 8
        assert min(apart_s) >= SUSPECTED_AGAIN_S


# -- in nobody's way -----------------------------------------------------------------------------


def test_an_otp_that_comes_while_the_network_takes_its_time_leaves_at_once(tmp_path: Path) -> None:
    with bench(tmp_path, "ussd=silent") as b:
        sent_s = 0.0

        def asker() -> None:
            while not b.air.segments:
                b.gw.reached()
                b.sim.step(0.0)
                b.time.sleep(STEP_S)

        def sender() -> None:
            nonlocal sent_s
            b.time.sleep(20.0)  # by now it is asked
            assert len(b.driver.tried_s) == 1
            sent_s = b.time.monotonic_s()
            b.send(lane=Lane.OTP)
            b.gw.desk().ring()

        b.time.run([asker, sender])
        assert b.air.moments_s[0] - sent_s <= LATENCY_S + 1.0
        assert b.gw.events(1)[-1] == "Sent"


def test_a_question_that_made_way_is_put_again_once_there_is_room(tmp_path: Path) -> None:
    with bench(tmp_path, "ussd=silent") as b:
        b.send()
        b.run(120.0)
        assert b.known.why_not == "no answer in 45 s"


@pytest.mark.slow
def test_between_the_parts_of_a_message_nothing_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path) as b:
        b.run(30.0)
        b.time.advance(24 * HOUR_S)
        for _ in range(4):
            b.send(parts=3)
        b.run(3 * 60.0)
        assert len(b.air.segments) == 12
        _, asked_s = b.driver.asked_s
        sent_before = sum(moment_s < asked_s for moment_s in b.air.moments_s)
        assert sent_before in {3, 6, 9}


@pytest.mark.slow
def test_a_backlog_does_not_wait_and_the_question_finds_a_pause_of_the_pace(
    tmp_path: Path,
) -> None:
    with bench(tmp_path) as b:
        b.send(count=40)
        b.run(5 * 60.0)
        assert len(b.driver.asked_s) == 1
        gaps_s = [
            later - sooner
            for sooner, later in zip(b.air.moments_s, b.air.moments_s[1:], strict=False)
        ]
        assert max(gaps_s) <= PAUSE_S + LATENCY_S
        assert len(b.air.segments) >= 0.98 * PER_MINUTE * 5


@pytest.mark.slow
def test_a_sim_in_quarantine_is_not_asked(tmp_path: Path) -> None:
    with bench(tmp_path, "ussd=refused") as b:
        b.run(30.0)
        assert len(b.driver.asked_s) == 1
        b.gw.execute(
            SetQuarantine(1, quarantined=True, actor=Actor("test"), reason="odd", at=b.time.now())
        )
        b.run(24 * HOUR_S, step_s=600.0)
        assert len(b.driver.asked_s) == 1


# -- what is said of it --------------------------------------------------------------------------


def test_a_low_balance_is_said_until_airtime_was_loaded(tmp_path: Path) -> None:
    with bench(tmp_path) as b:
        b.card.airtime_ngwee = 120
        b.run(30.0)
        assert b.sim.airtime.trouble == (
            "the SIM in modem has K1.20 of airtime left, less than K10.00: load airtime"
        )
        b.card.airtime_ngwee = 5_000
        b.run(1.1 * HOUR_S, step_s=30.0)
        assert (b.sim.airtime.trouble or "none") == "none"
        assert (b.known.ngwee, b.known.why_not) == (5_000, None)


@pytest.mark.parametrize(
    ("fault", "why_not"),
    [
        ("ussd=silent", "no answer in 45 s"),
        ("ussd=refused", "the network knows no such question"),
        ("refuses=+CUSD", "the modem refuses AT+CUSD: +CME ERROR: 4"),
    ],
)
@pytest.mark.slow
def test_a_balance_that_cannot_be_read_is_said_so_and_asked_for_again(
    tmp_path: Path, fault: str, why_not: str
) -> None:
    with bench(tmp_path, fault) as b:
        b.run(120.0)
        assert b.known.why_not == why_not
        assert why_not in (b.sim.airtime.trouble or "")
        b.run(0.5 * HOUR_S, step_s=10.0)
        assert len(b.driver.asked_s) == 2


def test_words_that_tell_no_balance_are_kept_as_they_are(tmp_path: Path) -> None:
    with bench(tmp_path) as b:
        b.run(30.0)
        duty = b.sim.carrier.lease.duty
        assert duty is not None
        words = "Offer of the day! " * 40
        reply = UssdReply(words)
        b.sim.airtime.hear(reply, duty)
        assert "tells none that we know" in (b.sim.airtime.trouble or "")
        assert (b.known.ngwee, b.known.words) == (None, words[:WORDS_MAX])
        told = b.gw.system.reader.events(sim_id(b.card.imsi))[-1]
        assert isinstance(told, Sim.AirtimeTold)
        assert "Offer" not in str(told)
        row = b.gw.system.store.content(ContentKind.NETWORK_WORDS, 2)
        assert row is not None
        assert row.body == words[:WORDS_MAX]


def test_an_answer_to_a_question_of_an_earlier_holder_is_kept_too(tmp_path: Path) -> None:
    with bench(tmp_path) as b:
        b.run(30.0)
        duty = b.sim.carrier.lease.duty
        assert duty is not None
        b.sim.close()
        note = NoteAirtime(
            duty, UssdReply("Your balance is K3.00"), network=Network.MTN, at=b.time.now()
        )
        b.gw.execute(note)
        assert b.known.ngwee == 300


# -- the real thing ------------------------------------------------------------------------------


def test_over_a_real_port_a_low_balance_is_found_and_kept(gw: Gateway, tmp_path: Path) -> None:
    link, clock, card = tmp_path / "a.tty", gw.clock, SimCard(imsi_for("a"))
    card.airtime_ngwee = 55
    with EmulatorPty(Emulator(SIM800, card, clock=clock, log=gw.air), link, clock=clock):
        driver = AtModemDriver(lambda: SerialPort(str(link), clock=clock), clock=clock)
        sim = gw.sim(driver, airtime_code=CODE)
        gw.until(lambda: sim.airtime.known is not None, sim)
        assert "has K0.55 of airtime left" in (sim.airtime.trouble or "")
        (number,) = gw.send(gw.account())
        gw.until(lambda: gw.message(number).state is State.SENT, sim)
        assert card.airtime_ngwee == 30
        gw.until(lambda: bool(gw.system.queries.sims(clock.now())[0].airtime), sim)
        (row,) = gw.system.queries.sims(clock.now())
        assert row.airtime is not None
        assert (row.airtime.ngwee, row.airtime.told_at) == (55, row.airtime.asked_at)
        assert (row.airtime.words or "").startswith("Your balance is K0.55.")
        sim.close()
