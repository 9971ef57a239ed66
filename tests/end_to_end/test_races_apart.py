"""Races for a key and for credits while the committer's process is killed in the middle of them."""

import itertools
import os
import random
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from tests.end_to_end.apart import (
    LATE_S,
    UNDER_WAY,
    UNKNOWN,
    child_of,
    followed,
)
from tests.end_to_end.client import Answer, Unanswered
from tests.end_to_end.gateway import Demo
from tests.end_to_end.load import Recipients, Sms
from tests.end_to_end.truth import Truth, on_air, sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_count

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(5_400, quick=240))]

KILLS: Final = soak_count(200, quick=4)
RACERS: Final = 8
CREDITS: Final = 5


class Race:
    """Senders who begin at once while the committer is killed a moment later."""

    def __init__(self, own_demo: Demo, seed: int) -> None:
        self.own_demo = own_demo
        self.moment = random.Random(seed)
        self._killed = 0
        self.clients = [own_demo.client for _ in range(RACERS)]
        self._pool = ThreadPoolExecutor(RACERS)

    def run(self, entries: Sequence[Sms]) -> list[Answer]:
        """Have each send its own; give what each was told in the end, asked again by its key."""
        committer = self._killed = self._another()
        kill = threading.Timer(self.moment.uniform(0.0, 0.05), os.kill, (committer, signal.SIGKILL))
        kill.start()
        asked = [self._pool.submit(self._ask, *entry) for entry in enumerate(entries)]
        answers = [one.result(LATE_S) for one in asked]
        kill.join()
        return answers

    def _another(self) -> int:
        """Give the committer, once it is not the one that was killed last: that takes a moment."""

        def found() -> int:
            pid = child_of(self.own_demo, "committer")
            return 0 if pid == self._killed else pid

        return wait_until(found, within_s=LATE_S, what="there is another committer")

    def _ask(self, place: int, sms: Sms) -> Answer:
        """Send, and send again as a client does until there is an answer that says what became."""

        def settled() -> Answer | None:
            try:
                answer = sms.send(self.clients[place])
            except Unanswered:  # such as on a connection that was kept for too long
                return None
            return None if answer.status in {UNKNOWN, UNDER_WAY, 503} else answer

        found = wait_until(settled, within_s=LATE_S, what="an answer that is certain")
        assert found is not None
        return found

    def close(self) -> None:
        self._pool.shutdown()
        for client in self.clients:
            client.hang_up()


def test_races_while_the_committer_is_killed_have_one_winner_and_spend_no_credit_twice(
    own_demo: Demo, report_count: Callable[..., None]
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    available = own_demo.start().cli("wallet", "show", own_demo.account)["available"]
    own_demo.cli("wallet", "adjust", own_demo.account, -available, "--reason", "one for each race")
    recipients, keys = Recipients(), itertools.count(1)
    race, faults, messages = Race(own_demo, seed), list[str](), 0
    for number in range(KILLS):
        is_for_a_key = number % 2 == 0
        stake = 1 if is_for_a_key else CREDITS
        own_demo.cli("wallet", "grant", own_demo.account, stake, "--reason", "for one race")
        many = [Sms(recipients.take(), "a race", f"race-{next(keys)}") for _ in range(RACERS)]
        entries = many[:1] * RACERS if is_for_a_key else many
        answers = race.run(entries)
        messages += stake
        won = [answer for answer in answers if answer.is_accepted]
        there = {number for answer in won for number in answer.numbers}
        is_right = len(there) == stake and len(won) == (RACERS if is_for_a_key else stake)
        faults += [] if is_right else [f"race {number} of {entries} came to {answers}"]
    race.close()
    own_demo.cli("wallet", "grant", own_demo.account, 1, "--reason", "to look")
    followed(own_demo.client)
    assert own_demo.stop() == 0
    with sqlite_store(own_demo.folder) as store:
        truth = Truth().read(store)
    faults += [*truth.violations(on_air(own_demo.folder / "modems")), *truth.doubled()]
    if len(truth.contents) != messages + 1:
        faults.append(f"{len(truth.contents)} messages for {messages} credits")
    for fault in faults[:20]:
        print(fault)
    report_count("races while the committer's process is killed", KILLS, len(faults), seed)
