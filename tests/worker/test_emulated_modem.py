"""The same over the real AT driver, a real pty and an emulated modem."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from application.messages.explain import explain
from domain.message import State
from domain.reports import SubmitOutcome
from tests.worker.gateway import FAST, Gateway
from worker.sims import SimRunner

SHORT = AtTimeouts(
    sync_s=0.3,
    command_s=1.0,
    prompt_s=0.3,
    answer_s=0.3,
    hard_answer_s=0.4,
    ok_after_cmgs_s=0.2,
    cmgs_after_ok_s=0.2,
    late_answer_s=0.4,
    quiet_s=0.02,
    registration_s=1.0,
    poll_s=0.05,
)


class Prompting(AtModemDriver):
    """The real driver, with something happening while the modem holds its prompt."""

    at_prompt: Callable[[], None]

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        def at_prompt() -> bool:
            self.at_prompt()
            return start()

        return super().submit(tpdu, start=at_prompt)


@contextmanager
def emulated(
    gw: Gateway,
    folder: Path,
    *faults: str,
    name: str = "e",
    at_prompt: Callable[[], None] = lambda: None,
) -> Iterator[SimRunner]:
    """Give a SIM thread's runner over an emulated modem."""
    clock, link = gw.clock, folder / f"{name}.tty"
    card = SimCard(imsi_for(name))
    emulator = Emulator(PROFILES["e173"], card, clock=clock, log=gw.air, faults=faults)
    with EmulatorPty(emulator, link, clock=clock):
        driver = Prompting(lambda: SerialPort(str(link), clock=clock), clock=clock, timeouts=SHORT)
        driver.at_prompt = at_prompt
        sim = gw.sim(driver, name)
        try:
            yield sim
        finally:
            sim.close()


def test_a_long_message_goes_through_an_emulated_modem(gw: Gateway, tmp_path: Path) -> None:
    with emulated(gw, tmp_path) as sim:
        (number,) = gw.send(gw.account(), "x" * 400)
        gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert [segment.part for segment in gw.air.segments] == [1, 2, 3]
    assert gw.events(number) == ["AttemptStarted", "SegmentAccepted", "SegmentAccepted", "Sent"]


def test_a_cancelled_message_is_withdrawn_at_the_prompt_and_the_next_one_goes(
    gw: Gateway, tmp_path: Path
) -> None:
    sender = gw.account()
    prompts: list[list[str]] = []

    def cancel_first() -> None:
        if not prompts:
            command = CancelMessage(
                first, account=sender.account, actor=Actor("x"), at=gw.clock.now()
            )
            gw.system.committer.execute(command)
        prompts.append(gw.events(first))

    with emulated(gw, tmp_path, at_prompt=cancel_first) as sim:
        gw.online(sim)
        first, second = gw.send(sender, count=2)
        gw.until(lambda: gw.message(second).state is State.SENT, sim)
    assert prompts == [["Cancelled"], ["Cancelled"]]
    assert gw.recipients() == [2]


def test_a_modem_that_gives_no_prompt_rests_while_the_other_sends(
    gw: Gateway, tmp_path: Path
) -> None:
    with (
        emulated(gw, tmp_path, "no-prompt", name="dumb") as dumb,
        emulated(gw, tmp_path, name="well") as well,
    ):
        numbers = gw.send(gw.account(), count=4)
        gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers), dumb, well)
    assert sorted(gw.recipients()) == [1, 2, 3, 4]


@pytest.mark.slow
def test_an_answer_after_the_hard_limit_still_settles_the_doubt(
    gw: Gateway, tmp_path: Path
) -> None:
    with emulated(gw, tmp_path, "late=0.6:times=1") as sim:
        (number,) = gw.send(gw.account())
        gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["AttemptStarted", "InDoubt", "Sent"]
    assert gw.recipients() == [1]


def test_a_modem_that_reboots_under_way_leaves_a_doubt_and_comes_back(
    gw: Gateway, tmp_path: Path
) -> None:
    with emulated(gw, tmp_path, "reboot:times=1:sent=yes") as sim:
        first, second = gw.send(gw.account(), count=2)
        gw.until(lambda: gw.message(second).state is State.SENT, sim)
    assert gw.events(first) == ["AttemptStarted", "InDoubt"]
    assert gw.recipients() == [1, 2]


@pytest.mark.parametrize(
    ("fault", "cause", "words"),
    [
        ("cme=30", "CME_30", "The SIM had no network service."),
        ("cms=331", "CMS_331", "The SIM had no network service."),
        ("cms=30", "CMS_30", "The network does not know the recipient."),
        ("cme=10", "CME_10", "There was no SIM in the modem."),
        ("cms=310", "CMS_310", "There was no SIM in the modem."),
        ("cme=8765", "CME_8765", "The modem could not send it."),
        ("error", "MODEM_ERROR", "The modem could not send it."),
    ],
)
@pytest.mark.slow
def test_an_error_keeps_its_table_and_is_told_in_the_words_of_that_table(
    gw: Gateway, tmp_path: Path, fault: str, cause: str, words: str
) -> None:
    with emulated(gw, tmp_path, f"{fault}:times=1") as sim:
        sender = gw.account()
        (number,) = gw.send(sender)
        gw.until(lambda: gw.events(number)[1:2] in (["AttemptFailed"], ["Failed"]), sim)
    told = explain(
        gw.system.reader, gw.system.store, number, account=sender.account, now=gw.clock.now()
    )
    assert told.steps[2].cause == cause
    assert words in told.steps[2].words


def test_the_port_is_free_after_closing(gw: Gateway, tmp_path: Path) -> None:
    with emulated(gw, tmp_path) as sim:
        gw.online(sim)
        sim.close()
        again = gw.sim(sim._driver, "again", waits=FAST)
        gw.online(again)
        again.close()
