"""A gateway for worker tests: real store, committer and read models; SIMs stepped by the test."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from adapters.bootstrap import bootstrap
from adapters.clock import SystemClock
from adapters.modems.at.rejections import outcome_of_line
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.sim_card import imsi_for
from adapters.settings import Settings
from adapters.store.sqlite import SqliteStore
from application.accounts import CreateAccount
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.books.alarms import Alarms
from application.books.asking import Asked
from application.books.commands import Command
from application.fleet.desk import Desk
from application.fleet.rounds import Source
from application.fleet.waits import SimWaits
from application.messages.accept import SendMessages
from application.messages.pages import Pages
from application.messages.sending import Recipient, Sending
from application.ports import AnswerLost, ModemDriver, ModemSettings, Save, Turn
from application.system import System
from domain.errors import StoreDown
from domain.message import Message, message_id
from domain.message.options import Options
from domain.msisdn import Msisdn, Route
from domain.segments import Text
from domain.values import SECOND, Credits, Instant, Lane, Network
from domain.wallet import CreditWallet, wallet_id
from tests.support.system import FastKeyHasher, principal
from tests.support.templates import copy_migrated
from tests.support.travelling import have_travel
from worker.parts.loop import Loop
from worker.sims import SimRunner

R = TypeVar("R")

FAST: Final = SimWaits(
    idle_s=0.01,
    reopen_s=(0.05,),
    rest_s=(0.3,),
    silence_s=(0.3,),
    lease_lost_s=0.05,
    aside_s=0.02,
    closing_s=2.0,
)
NETWORK_CODES: Final = {Network.AIRTEL: "01", Network.MTN: "02", Network.ZAMTEL: "03"}
LIMIT_S: Final = 15.0


class ShiftedClock(SystemClock):
    """The real clock, moved on by the test."""

    def __init__(self) -> None:
        self._wall_s = 0.0
        self._monotonic_s = 0.0

    def now(self) -> Instant:
        return Instant(super().now() + int(self._wall_s * SECOND))

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self._monotonic_s

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._wall_s += seconds
        self._monotonic_s += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock."""
        self._wall_s += seconds


class FlakyStore(SqliteStore):
    """The real store, which the test can take away."""

    is_down = False
    loses_answers = 0

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        if self.is_down:
            msg = "taken away by the test"
            raise StoreDown(msg)
        super().transact(decide)
        if self.loses_answers:
            self.loses_answers -= 1
            self.is_down = True
            raise AnswerLost


class Gateway:
    """What a test asks a running gateway."""

    def __init__(
        self,
        system: System,
        clock: ShiftedClock,
        store: FlakyStore,
        *,
        folder: Path | None = None,
        is_threaded: bool = True,
    ) -> None:
        self.system = system
        self.is_threaded = is_threaded
        self.clock = clock
        self.store = store
        self.air = MemoryNetworkLog()
        self.alarms = Alarms()
        self.folder = folder or Path()
        self._desks: dict[Network, Desk] = {}

    def execute(self, command: Command[R]) -> R:
        """Run a command."""
        outcome = Asked(self.system.committer, command, self.wait).outcome(LIMIT_S)
        assert outcome is not None
        return outcome.unwrap()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait, or where there are no threads do the committer's work meanwhile."""
        if self.is_threaded:
            return event.wait(timeout_s)
        self.system.committer.step(0.0)
        return event.is_set()

    # -- accounts and messages -----------------------------------------------------------------

    def account(self, name: str = "Demo", credits: int = 1_000) -> Principal:
        key, new_key = self.system.keyring.make("first")
        created = self.execute(
            CreateAccount(
                name=name,
                email=f"{name}@example.test",
                email_digest=self.system.digests.email(f"{name}@example.test"),
                key=new_key,
                granted=Credits(credits),
                sender_ids=(),
                actor=Actor("test"),
                at=self.clock.now(),
            )
        )
        return principal(created.account, key, name)

    def send(
        self,
        sender: Principal,
        text: str = "hello",
        *,
        count: int = 1,
        first: int = 1,
        network: Network = Network.MTN,
        lane: Lane | None = None,
        **options: Any,
    ) -> range:
        """Queue messages to recipients ``first``, ``first + 1``, …; give their numbers."""
        route = Route(network, "published-1")
        recipients = [
            Recipient(place, "", Msisdn(f"+26096{first + place:07d}"), route)
            for place in range(count)
        ]
        accepted = self.execute(
            SendMessages(
                Sending(
                    principal=sender,
                    text=Text.measured(text),
                    recipients=recipients,
                    is_bulk=count > 1,
                    asked_sender=None,
                    require_approved_sender=False,
                    idempotency_key=None,
                    digest=None,
                    offline=frozenset(),
                    at=self.clock.now(),
                    options=Options(lane=lane, **options),
                )
            )
        )
        numbers = range(accepted.first_number, accepted.first_number + accepted.count)
        self.reached()
        return numbers

    def message(self, number: int) -> Message:
        message = self.system.reader.find(Message, message_id(number))
        assert message is not None
        return message

    def events(self, number: int) -> list[str]:
        """Name what happened to a message after it was queued."""
        events = self.system.reader.events(message_id(number))
        return [type(event).__name__ for event in events][1:]

    def available(self, sender: Principal) -> int:
        wallet = self.system.reader.find(CreditWallet, wallet_id(sender.account))
        assert wallet is not None
        return wallet.available

    def recipients(self) -> list[int]:
        """Give whom the network got segments for, in order."""
        return [int(segment.recipient[-7:]) for segment in self.air.segments]

    # -- modems --------------------------------------------------------------------------------

    def desk(self, network: Network = Network.MTN) -> Desk:
        """Give the desk that SIMs share, as in one process."""
        if network not in self._desks:
            self._desks[network] = self.new_desk(network)
        return self._desks[network]

    def new_desk(self, network: Network = Network.MTN) -> Desk:
        """Make a desk of its own, as another process has."""
        return Desk(
            network,
            queries=self.system.queries,
            store=self.system.store,
            clock=self.clock,
            look_s=0.02,
            own_look_s=0.1,
        )

    def driver(
        self,
        name: str,
        *faults: str,
        kind: type[SimulatedModemDriver] = SimulatedModemDriver,
        network: Network = Network.MTN,
        seed: int = 0,
    ) -> SimulatedModemDriver:
        return kind(
            name,
            seed=seed,
            clock=self.clock,
            error_table=outcome_of_line,
            log=self.air,
            faults=faults,
            imsi=imsi_for(name, network_code=NETWORK_CODES[network]),
        )

    def sim(
        self,
        driver: ModemDriver,
        name: str = "modem",
        *,
        network: Network = Network.MTN,
        per_minute: int = 0,
        per_day: int = 0,
        airtime_code: str | None = None,
        msisdn: str | None = None,
        desk: Source | None = None,
        waits: SimWaits = FAST,
        holder: str = "host",
        wait: Callable[[threading.Event, float], bool] | None = None,
        pages: Pages | None = None,
    ) -> SimRunner:
        settings = ModemSettings(
            name=name,
            device="",
            network=network,
            driver="simulated",
            segments_per_minute=per_minute,
            segments_per_day=per_day,
            airtime_code=airtime_code,
            msisdn=msisdn,
        )
        return SimRunner(
            settings,
            driver,
            system=self.system,
            desk=desk or self.desk(network),
            holder=holder,
            alarms=self.alarms,
            waits=waits,
            wait=wait or self.wait,
            pages=pages,
        )

    # -- time ----------------------------------------------------------------------------------

    def reached(self) -> None:
        """Let the dispatch projection reach the end of the log."""
        if not self.is_threaded:
            assert self.system.follower.catch_up(timeout_s=LIMIT_S)
        head = self.system.store.head()
        assert self.system.queries.reached(head, timeout_s=LIMIT_S, projection="dispatch")

    def until(self, condition: Callable[[], bool], *sims: SimRunner) -> None:
        """Step SIMs until something holds."""
        limit_s = time.monotonic() + LIMIT_S
        while not condition():
            for sim in sims:
                sim.step(0.0)
            threading.Event().wait(0.001)
            assert time.monotonic() < limit_s, [sim.status for sim in sims]

    def online(self, *sims: SimRunner) -> None:
        """Bring SIMs online, with nothing left to doubt."""
        for sim in sims:
            self.until(lambda sim=sim: sim.status.state == "online", sim)  # type: ignore[misc]

    def steps(self, count: int, *sims: SimRunner) -> None:
        """Step SIMs so many times, for what must not happen."""
        for _ in range(count):
            for sim in sims:
                sim.step(0.0)


@contextmanager
def gateway(
    folder: Path,
    *,
    follows: bool = True,
    is_threaded: bool = True,
    clock: ShiftedClock | None = None,
    **settings: Any,
) -> Iterator[Gateway]:
    """Run store, committer and follower; everything else is the test's."""
    clock = clock or ShiftedClock()
    copy_migrated(folder)
    store = FlakyStore(folder / "store.db", is_server=True)
    set_to = Settings(data_dir=folder, store_wait_s=0.1, lost_answer_wait_s=0.3, **settings)
    system = bootstrap(set_to, hasher=FastKeyHasher(), clock=clock, store=store)
    have_travel(system.committer)
    committed = system.signals.committed

    def follow() -> None:
        committed.clear()
        if not system.follower.step():
            committed.wait(0.02)

    committer = system.committer
    loops = [
        Loop(
            "committer",
            lambda: committer.step(0.5),
            wake=committer.stop,
            is_drained=lambda: committer.waiting == 0,
        )
    ]
    if not is_threaded:
        loops.clear()
    elif follows:
        loops.append(Loop("follower", follow, wake=committed.set))
    with ExitStack() as stack:
        stack.callback(system.close)
        for loop in loops:
            loop.start()
            stack.callback(_end, loop)
        yield Gateway(system, clock, store, folder=folder, is_threaded=is_threaded)


def _end(loop: Loop) -> None:
    loop.stop()
    assert loop.join(10)
    assert loop.faults == 0
