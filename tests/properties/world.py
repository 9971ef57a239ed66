"""A gateway with its networks, driven by hand: what SIMs do, and what is really on the air."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from application.books.actors import Actor
from application.books.commands import Command
from application.fleet.duty import BringOnline, OnDuty, RenewLease, SetQuarantine, TakeOffline
from application.fleet.liveness import LeaseWatch
from application.invariants import DeliveryChecker
from application.messages.attempts import RecordOutcome, StartAttempt
from application.messages.settling import DoubtAttempt, LateAnswerArrived
from application.ports import SimIdentity, VersionConflict
from domain.causes import CAUSES, OwnCause
from domain.errors import NgomaError, OutcomeUnknown, Refused, Unavailable
from domain.message import Message, message_id
from domain.reports import Accepted, Rejected, SubmitOutcome
from domain.values import Network
from domain.wallet import CreditWallet, wallet_id
from tests.support.outcomes import NO_PROMPT, SILENCE, refused
from tests.support.virtual import Answer, Gateway, virtual_gateway

R = TypeVar("R")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NETWORKS = tuple(Network)


@dataclass
class Flight:
    """A segment that a SIM has been told to send."""

    number: int
    index: int


@dataclass
class Sim:
    """A SIM, as the network knows it."""

    imsi: str
    network: Network
    duty: OnDuty | None = None
    flight: Flight | None = None
    unanswered: tuple[Flight, bool] | None = None
    """A segment whose answer never came, and whether it left."""


@dataclass
class Told:
    """What a sender was told of an accepted message, and what it should be in parts."""

    account: int
    recipient: str
    texts: list[str]


@dataclass
class Sender:
    """An account as its owner knows it."""

    number: int
    key_id: str
    keys: int = 1
    is_suspended: bool = False
    available: int = 0


@dataclass
class World:
    """Everything that the machine's rules change."""

    seed: int
    senders: list[Sender] = field(default_factory=list)
    told: dict[int, Told] = field(default_factory=dict)
    air: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self.gateway: Gateway = self._stack.enter_context(virtual_gateway(self.seed))
        self.clock = self.gateway.clock
        self.reader = self.gateway.system.reader
        self.delivery = DeliveryChecker()
        self.sims = [
            Sim(f"64502000000000{place}", network) for place, network in enumerate(NETWORKS * 2)
        ]
        self.imsis: dict[int, str] = {}
        self.leases = LeaseWatch(self.gateway.system.store, self.clock)

    def close(self) -> None:
        self._stack.close()

    # -- commands ----------------------------------------------------------------------------

    def run(self, command: Command[R]) -> R | None:
        """Run a command by itself; None when it was refused, which must leave no event (I12)."""
        head = self.gateway.system.store.head()
        is_faulty = bool(self.gateway.store.faults)
        answer = self.gateway.submit(command)
        self.gateway.step()
        error = answer.outcome.error
        if isinstance(error, Refused | Unavailable | VersionConflict):
            assert is_faulty or not isinstance(error, VersionConflict)
            assert self.gateway.system.store.head() == head, f"{error!r} left an event"
        elif error is not None and not (is_faulty and isinstance(error, OutcomeUnknown)):
            raise error
        return answer.outcome.result

    def run_together(self, commands: list[Command[Any]]) -> list[Answer[Any]]:
        """Run commands as one batch."""
        answers = [self.gateway.submit(command) for command in commands]
        while not all(answer.is_there for answer in answers):
            self.gateway.step()
        for answer in answers:
            error = answer.outcome.error
            assert error is None or isinstance(error, NgomaError | VersionConflict), repr(error)
        return answers

    # -- SIMs --------------------------------------------------------------------------------

    def bring_online(self, sim: Sim, *, has_left: bool) -> None:
        """A modem (re)starts: a segment that it was sending left, or did not; nobody knows."""
        flight, sim.flight = sim.flight, None
        if flight is not None and has_left:
            self.radiate(sim, flight)
        duty = self.run(
            BringOnline(
                SimIdentity(sim.imsi, sim.imsi, "35", "E173", "11"),
                network=sim.network,
                modem=sim.imsi,
                holder="host",
                at=self.clock.now(),
            )
        )
        if duty is None:
            return
        sim.duty, sim.unanswered = duty, None
        self.imsis[duty.sim] = sim.imsi
        if flight is not None:
            self.run(
                DoubtAttempt(
                    flight.number,
                    sim=duty.sim,
                    new_fence=duty.fence,
                    cause=OwnCause.RESTARTED,
                    at=self.clock.now(),
                )
            )

    def renew(self, sim: Sim) -> None:
        if sim.duty is not None:
            now = self.clock.now()
            self.run(RenewLease(sim.duty, answered_at=now, at=now))

    def take_offline(self, sim: Sim) -> None:
        if sim.duty is not None and sim.flight is None:
            self.run(TakeOffline(sim.duty, reason="test", at=self.clock.now()))

    def quarantine(self, sim: Sim, *, quarantined: bool) -> None:
        if sim.duty is not None:
            actor, now = Actor("test"), self.clock.now()
            self.run(
                SetQuarantine(
                    sim.duty.sim, quarantined=quarantined, actor=actor, reason="r", at=now
                )
            )

    def start(self, sim: Sim, number: int) -> None:
        """A SIM has its prompt and asks whether it may go on; once told yes, it does."""
        if sim.duty is None or sim.flight is not None:
            return
        load = self.run(
            StartAttempt(
                number,
                duty=sim.duty,
                concat_ref=number % 256,
                at=self.clock.now(),
            )
        )
        if load is not None:
            sim.flight = Flight(number, load.next_index)

    def finish(self, sim: Sim, kind: str, *, has_left: bool) -> None:
        """The modem's answer: one of the four outcomes of a submission."""
        flight, duty = sim.flight, sim.duty
        assert flight is not None
        assert duty is not None
        sim.flight = None
        if kind == "accepted" or (kind == "in_doubt" and has_left):
            self.radiate(sim, flight)
        settled = self.run(
            RecordOutcome(
                flight.number,
                sim=duty.sim,
                fence=duty.fence,
                index=flight.index,
                outcome=OUTCOMES[kind],
                at=self.clock.now(),
            )
        )
        if kind == "in_doubt":
            sim.unanswered = (flight, has_left)
        elif kind == "accepted" and settled is not None and settled.more_segments:
            message = self.message(flight.number)
            if message.state == "sending":
                sim.flight = Flight(flight.number, flight.index + 1)

    def answer_late(self, sim: Sim) -> None:
        """The answer that was given up comes after all, and is true."""
        assert sim.unanswered is not None
        assert sim.duty is not None
        (flight, has_left), sim.unanswered = sim.unanswered, None
        outcome = OUTCOMES["accepted" if has_left else "rejected"]
        assert isinstance(outcome, Accepted | Rejected)
        self.run(
            LateAnswerArrived(
                flight.number,
                sim=sim.duty.sim,
                fence=sim.duty.fence,
                outcome=outcome,
                at=self.clock.now(),
            )
        )

    def radiate(self, sim: Sim, flight: Flight) -> None:
        told = self.told[flight.number]
        moment = EPOCH + timedelta(microseconds=self.clock.now())
        self.air.append(
            {
                "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "imsi": sim.imsi,
                "recipient": told.recipient,
                "text": told.texts[flight.index],
                "part": flight.index + 1,
                "of": len(told.texts),
                "reference": None,
                "mr": 1,
                "pdu": "",
            }
        )

    # -- reading -----------------------------------------------------------------------------

    def message(self, number: int) -> Message:
        found = self.reader.find(Message, message_id(number))
        assert found is not None
        return found

    def available(self, account: int) -> int:
        wallet = self.reader.find(CreditWallet, wallet_id(account))
        assert wallet is not None
        return wallet.available

    # -- what must hold ----------------------------------------------------------------------

    def check(self) -> None:
        """Look at what is new: no invariant of the log, of money or of delivery is broken.

        And every cause that was written has words.
        """
        watch = self.gateway.watch
        before = len(watch.events)
        watch.follow()
        for position, event in watch.events[before:]:
            self.delivery.feed(position, event)
            assert getattr(event, "cause", OwnCause.EXPIRED) in CAUSES
        assert watch.checker.violations == []
        contents = {n: (told.recipient, told.texts) for n, told in self.told.items()}
        assert self.delivery.check(self.air, contents=contents, imsis=self.imsis) == []
        for sender in self.senders:
            purse = watch.checker.purses[sender.number]
            assert purse.available == self.available(sender.number) >= 0

    def check_read_models(self) -> None:
        """The balances that customers see are the fold of the log."""
        while self.gateway.system.follower.step():
            pass
        for sender in self.senders:
            purse = self.gateway.watch.checker.purses[sender.number]
            shown = self.gateway.system.queries.balance(sender.number)
            assert shown is not None
            assert (shown.available, shown.reserved, shown.spent, shown.refunded) == (
                purse.available,
                purse.open,
                purse.spent,
                purse.refunded,
            )


OUTCOMES: Mapping[str, SubmitOutcome] = {
    "accepted": Accepted(7),
    "rejected": refused("+CMS ERROR: 28"),
    "blocked": refused("+CMS ERROR: 8"),
    "transient": refused("+CMS ERROR: 42"),
    "not_sent": NO_PROMPT,
    "in_doubt": SILENCE,
}
