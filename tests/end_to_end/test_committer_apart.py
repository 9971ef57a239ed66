"""The committer's process dies or is left alone: nothing is lost, doubled or told wrongly."""

import itertools
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import pytest

from application.ports import Store
from tests.end_to_end.apart import (
    ANOTHER,
    LATE_S,
    UNDER_WAY,
    UNKNOWN,
    child_of,
    children_of,
    cradle_of,
    drained,
    faults_of,
    followed,
    is_dead,
    kill_child,
    said,
)
from tests.end_to_end.client import Answer, Client
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.gateway import Demo
from tests.end_to_end.load import Load, Recipients, Said, Sms
from tests.end_to_end.truth import (
    Segment,
    Truth,
    on_air,
    postgres_store,
    repeated,
    sqlite_store,
)
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_cases, soak_count
from tests.support.processes import is_alive

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(5_400, quick=240))]

COMMITTER: Final = "committer"
UNCERTAIN: Final = {UNKNOWN, UNDER_WAY}
"""Who has a key is told that it is under way where the answer takes long."""
TOO_LATE: Final = 503
"""No committer came within four seconds, and nothing was stored; a busy machine takes so long."""
KILLS: Final = soak_count(200, quick=4)
CREDITS: Final = 10_000_000


def next_sms(recipients: Recipients, numbers: Iterator[int]) -> Sms:
    """Give singles and bulks, each second one with a key."""
    number = next(numbers)
    count = 20 if number % 7 == 0 else 1
    return Sms(recipients.take(count), f"Nr {number}", f"k{number}" if number % 2 else None)


def ask_again(client: Client, heard: Said) -> list[str]:
    """Ask by its key for each send whose outcome is unknown; give what was not told then."""
    untold = []
    for sms, answer in list(heard.refused):
        if answer.status in UNCERTAIN and sms.key is not None:
            again = wait_until(partial(_settled, client, sms), within_s=LATE_S, what="an answer")
            if again and again.is_accepted:
                heard.refused.remove((sms, answer))
                heard.note(sms, again)
            else:
                untold.append(f"{sms} is still unknown: {again}")
    return untold


def _settled(client: Client, sms: Sms) -> Answer | None:
    answer = sms.send(client)
    return None if answer.status == UNDER_WAY else answer


def certain(heard: Said) -> Said:
    """Give the answers that say what became of the message."""
    kept = [(sms, answer) for sms, answer in heard.refused if answer.status not in UNCERTAIN]
    return Said(heard.accepted, kept, heard.unanswered)


@pytest.mark.parametrize("store", ["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.servers)])
def test_a_committer_that_is_killed_under_load_again_and_again_loses_and_doubles_nothing(
    own_demo: Demo,
    store: str,
    request: pytest.FixtureRequest,
    report_count: Callable[..., None],
) -> None:
    kept = partial(sqlite_store, own_demo.folder)
    if store == "PostgreSQL":
        own_demo.settings["NGOMA_DATABASE_URL"] = url = request.getfixturevalue("database_url")
        kept = partial(postgres_store, url)
    seed = random.SystemRandom().randrange(2**32)
    client = own_demo.start().client
    own_demo.cli("wallet", "grant", own_demo.account, CREDITS, "--reason", "for the siege")
    recipients, numbers, moment = Recipients(), itertools.count(1), random.Random(seed)
    asked = partial(next_sms, recipients, numbers)
    with Load([client], asked, threads=4, pause_s=0.02) as load:
        load.wait_for_an_answer()
        for _ in range(KILLS):
            kill_child(own_demo, COMMITTER, after_s=moment.uniform(0.0, 0.2))
    heard = load.said
    faults = ask_again(client, heard)
    unknown = sum(answer.status in UNCERTAIN for _, answer in heard.refused)
    followed(client)
    wait_until(
        lambda: own_demo.checks["threads"] == "ok", within_s=LATE_S, what="all is well again"
    )
    drained(client)
    assert faults_of(own_demo, COMMITTER) == KILLS
    assert own_demo.stop() == 0
    with kept() as found:
        faults += faults_in(found, on_air(own_demo.folder / "modems"), heard)
    assert not heard.unanswered
    assert "Traceback" not in own_demo.log.read_text()
    print(f"{unknown} sends of which nobody knows; seed {seed}", *faults[:20], sep="\n")
    report_count(f"kill -9 of the committer's process, {store}", KILLS, len(faults), seed)


@pytest.mark.servers
def test_committers_of_two_web_processes_killed_by_turns_lose_and_double_nothing(
    scaled: Scaled, report_count: Callable[..., None]
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    clients = scaled.clients(scaled.create_account(credits=CREDITS))
    moment = random.Random(seed)
    asked = partial(next_sms, Recipients(), itertools.count(1))
    with Load(clients, asked, threads=4, pause_s=0.02) as load:
        load.wait_for_an_answer()
        for web in itertools.islice(itertools.cycle(scaled.apis), KILLS):
            kill_child(web, COMMITTER, after_s=moment.uniform(0.0, 0.2))
    assert [children_of(web) for web in scaled.apis] == [{f"ngoma-{COMMITTER}"}] * 2
    heard = load.said
    faults = ask_again(clients[-1], heard)  # whichever it was sent to
    unknown = sum(answer.status in UNCERTAIN for _, answer in heard.refused)
    followed(clients[0])
    drained(clients[0])
    with scaled.store() as store:
        faults += faults_in(store, on_air(scaled.folder / "modems"), heard)
    assert not heard.unanswered
    scaled.must_run()
    print(f"{unknown} sends of which nobody knows; seed {seed}", *faults[:20], sep="\n")
    report_count("kill -9 of committers of two web processes", KILLS, len(faults), seed)


def faults_in(store: Store, air: Sequence[Segment], heard: Said) -> list[str]:
    """Compare what is stored and what was on the air with what senders were told."""
    truth, known = Truth().read(store), certain(heard)
    return [
        *(*truth.violations(air), *truth.lost(heard), *truth.doubled()),
        *(*truth.uncalled(known), *truth.unaired(air), *repeated(air)),
        *Said(refused=[each for each in known.refused if each[1].status != TOO_LATE]).faults,
    ]


# -- how it is told -------------------------------------------------------------------------------


def test_a_committer_that_died_is_told_of_and_so_is_that_it_is_over(own_demo: Demo) -> None:
    client = own_demo.start().client
    assert faults_of(own_demo, COMMITTER) == 0
    os.kill(child_of(own_demo, COMMITTER), signal.SIGKILL)
    followed(client)
    assert len(said(own_demo, "committer waits: its process", ANOTHER)) == 1
    assert len(said(own_demo, "committer goes on")) == 1
    wait_until(lambda: faults_of(own_demo, COMMITTER) == 1, within_s=LATE_S, what="it is counted")
    wait_until(lambda: client.get("/readyz").status == 200, within_s=LATE_S, what="all is well")


def test_a_cradle_that_is_gone_leaves_the_saving_to_a_thread(own_demo: Demo) -> None:
    client = own_demo.start().client
    asked = Client(own_demo.operations_url, "")
    committer = child_of(own_demo, COMMITTER)
    os.kill(cradle_of(own_demo), signal.SIGKILL)
    wait_until(partial(is_dead, committer), what="its children are gone with it")
    followed(client)
    assert said(own_demo, "saved by a thread from now on")
    wait_until(lambda: client.get("/readyz").status == 200, within_s=LATE_S, what="all is well")
    assert "start ngoma serve again" in asked.get("/readyz").json["notes"][COMMITTER]
    assert own_demo.stop() == 0
    assert "Traceback" not in own_demo.log.read_text()


def test_a_send_while_no_committer_can_be_made_is_answered_with_what_became_of_it(
    own_demo: Demo,
) -> None:
    client = own_demo.start().client
    cradle, committer = cradle_of(own_demo), child_of(own_demo, COMMITTER)
    os.kill(cradle, signal.SIGSTOP)  # it forks nothing
    os.kill(committer, signal.SIGKILL)
    answer = client.send("0977000001", "now?")
    os.kill(cradle, signal.SIGCONT)
    followed(client)
    with sqlite_store(own_demo.folder) as store:
        sent = [text for _, text in Truth().read(store).contents.values()].count("now?")
    assert answer.is_accepted or answer.status in {UNKNOWN, TOO_LATE}, answer
    assert sent == 1 if answer.is_accepted else sent <= (answer.status == UNKNOWN)


# -- at the end -----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_killed", soak_cases(False, True, quick=1))
def test_what_is_in_hand_at_the_end_is_still_saved(own_demo: Demo, is_killed: bool) -> None:
    client = own_demo.start().client
    asked = partial(next_sms, Recipients(), itertools.count(1))
    with Load([client], asked, threads=4) as load:
        load.wait_for_an_answer()
        if is_killed:
            child = child_of(own_demo, COMMITTER)
            threading.Timer(0.05, os.kill, (child, signal.SIGKILL)).start()
        assert own_demo.stop() == 0
    with sqlite_store(own_demo.folder) as store:
        truth = Truth().read(store)
    assert not truth.lost(load.said) + truth.doubled() + truth.uncalled(certain(load.said))
    assert not any(map(is_alive, [own_demo.pid] if own_demo.is_running else []))
    assert "Traceback" not in own_demo.log.read_text()
