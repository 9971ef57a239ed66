"""A demo gateway that is killed again and again under load, and judged while it is dead."""

import itertools
import random
import time
from enum import Enum, auto
from pathlib import Path
from typing import Final

from application.ports.queries import Balance
from domain.message import Message, State
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.load import Load, Recipients, Said, Sms
from tests.end_to_end.read_models import unequal_read_models
from tests.end_to_end.truth import Segment, Truth, on_air, repeated, sqlite_store
from tests.end_to_end.waiting import wait_until

SLOW_MS: Final = 150
CREDITS: Final = 1_000_000
BULK: Final = 100
LONG: Final = " and so on" * 40
"""Makes a text of three segments."""


class Moment(Enum):
    """What the gateway is about when it is killed."""

    ACCEPTING = auto()
    PROMPTED = auto()
    """A segment is on the air, and its modem has not answered."""
    IN_BULK = auto()
    STARTING = auto()


class Siege:
    """One data folder, many lives; ``faults`` collects what should never be.

    With ``ends_in_order`` it is asked to end (SIGTERM) instead of killed.
    """

    def __init__(self, folder: Path, *, seed: int, ends_in_order: bool = False) -> None:
        self._ends_in_order = ends_in_order
        self.demo = Demo(folder, settings=UNLIMITED)
        self.said = Said()
        self.truth = Truth()
        self.faults: list[str] = []
        self._random = random.Random(seed)
        self._recipients = Recipients()
        self._numbers = itertools.count(1)
        self._poor_key = ""
        self._owed: list[Sms] = []
        self._sending: dict[int, int] = {}

    def open(self) -> None:
        """Make the demo's account rich, and a poor one."""
        self.demo.start()
        reason = "for the siege"
        self.demo.cli("wallet", "grant", self.demo.account, CREDITS, "--reason", reason)
        poor = self.demo.cli("account", "create", "Poor", "--email", "poor@example.test")
        self._poor_key = poor["api_key"]
        self.demo.kill9()

    def round(self, moment: Moment) -> None:
        """Start, load, kill at the moment, judge."""
        self._set_latency(SLOW_MS if moment is Moment.PROMPTED else 0)
        if moment is Moment.STARTING:
            self.demo.spawn()
            self._pause(0.2, 1.5)
            self._die()
            return
        client = self.demo.start().client
        self._see_doubts(client)
        self._send_again(client)
        before = len(self._on_air())
        bulk = Load([client], self._next_bulk, threads=1, said=self.said)
        with Load([client], self._next_sms, threads=3, said=self.said, pause_s=0.01) as load:
            load.wait_for_an_answer()
            self._refuse_the_poor(client.base_url)
            if moment is Moment.PROMPTED:
                wait_until(
                    lambda: len(self._on_air()) > before, poll_s=0.002, what="one is on the air"
                )
                self._pause(0.0, SLOW_MS / 1_000)
            elif moment is Moment.IN_BULK:
                bulk.start()
                self._pause(0.0, 0.06)
            else:
                self._pause(0.0, 0.15)
            self._die()
        bulk.stop()
        self._owed = [sms for sms in self.said.unanswered if sms.key is not None]
        self.said.unanswered.clear()

    def close(self) -> None:
        """Let everything leave that can, end in order, and judge for the last time."""
        self._set_latency(0)
        client = self.demo.start().client
        self._see_doubts(client)
        self._send_again(client)
        doubts = len(self._sending) + self.doubts
        wait_until(
            lambda: client.log(status="QUEUED", limit=1)["total"] <= doubts,
            within_s=90 + len(self.truth.open) / 20,
            poll_s=0.2,
            what=f"everything but {doubts} doubts has ended",
        )
        balance = Balance(self.demo.account, **client.full_balance())
        if self.demo.stop() != 0:
            self._note(["it did not end in order"])
        self._judge(balance)
        self._note(self.truth.unaired(self._on_air()))
        states = {state for state, numbers in self.truth.states().items() if numbers}
        if not states <= {State.SENT, State.DELIVERED, State.IN_DOUBT}:
            self._note([f"messages are {states}"])
        self._note(unequal_read_models(self.demo.folder, self.demo.folder.with_name("anew")))

    @property
    def doubts(self) -> int:
        """How many messages were being sent when the gateway died, and are in doubt since."""
        return len(self.truth.states()[State.IN_DOUBT])

    # -- what is sent -----------------------------------------------------------------------------

    def _sms(self, recipients: int, text: str = "") -> Sms:
        number = next(self._numbers)
        key = f"key-{number}" if number % 2 else None
        return Sms(self._recipients.take(recipients), f"Nr {number}{text}", key)

    def _next_sms(self) -> Sms:
        kind = self._random.random()
        if kind < 0.1:
            return self._sms(10)
        return self._sms(1, LONG if kind < 0.3 else "")

    def _next_bulk(self) -> Sms:
        return self._sms(BULK)

    def _send_again(self, client: Client) -> None:
        """Ask anew under their keys for what was unanswered: the client's part of the deal."""
        for sms in self._owed:
            self.said.note(sms, sms.send(client))
        self._owed = []

    def _refuse_the_poor(self, base_url: str) -> None:
        sms = self._sms(1)
        poor = Client(base_url, self._poor_key)
        answer = sms.send(poor)
        poor.hang_up()
        if answer.status != 402:
            self._note([f"without credits: {answer}"])
        self.said.note(sms, answer)

    # -- life and death ---------------------------------------------------------------------------

    def _set_latency(self, milliseconds: int) -> None:
        self.demo.settings["NGOMA_MODEM_LATENCY_MS"] = str(milliseconds)

    def _pause(self, least_s: float, most_s: float) -> None:
        time.sleep(self._random.uniform(least_s, most_s))  # the moment of the kill is the test

    def _die(self) -> None:
        if not self._ends_in_order:
            self.demo.kill9()
            self._judge()
            return
        code = self.demo.stop()
        if code != 0:
            self._note([f"it ended with {code}"])
        self._judge()
        if self._sending or self.doubts:
            self._note([f"{len(self._sending)} cut short, {self.doubts} in doubt"])

    def _on_air(self) -> list[Segment]:
        return on_air(self.demo.folder / "modems")

    # -- judgement --------------------------------------------------------------------------------

    def _see_doubts(self, client: Client) -> None:
        """What was being sent at the last death is shown in doubt, and not as failed or sent."""
        for number in list(self._sending)[:3]:
            wait_until(
                lambda n=number: "InDoubt" in str(client.explain(n)),  # type: ignore[misc]
                what=f"message {number} is shown in doubt",
            )
            if client.status(number) != "pending":
                self._note([f"message {number} was in doubt and is {client.status(number)}"])

    def _judge(self, *balances: Balance) -> None:
        """Compare the log, the air and what was answered, with nobody writing."""
        with sqlite_store(self.demo.folder) as store:
            if not store.is_migrated():
                return
            self.truth.read(store)
        air = self._on_air()
        self._note(self.truth.violations(air, balances))
        self._note(repeated(air))
        self._note(self.truth.lost(self.said))
        self._note(self.truth.doubled())
        self._note(self.truth.uncalled(self.said))
        self._note(self.said.faults)
        for number, seen in self._sending.items():
            after = self.truth.histories[number][seen:]
            if after and not isinstance(after[0], Message.InDoubt):
                self._note([f"message {number} was being sent, then {after[0]}"])
        self._sending = {
            number: len(self.truth.histories[number])
            for number in self.truth.states()[State.SENDING]
        }

    def _note(self, faults: list[str]) -> None:
        self.faults += [fault for fault in faults if fault not in self.faults]
