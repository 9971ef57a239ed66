"""A gateway with one simulated provider, in one thread under a virtual clock: a till to pay at."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from adapters.bootstrap import bootstrap
from adapters.mobile_money.simulation.payments import SimPayments
from adapters.mobile_money.simulation.scenarios import NAMES, PAYERS_ROOT
from adapters.mobile_money.simulation.web import ServedProvider, serving
from adapters.security.secret import kept_or_made
from adapters.server_secret import derived
from adapters.settings import Settings
from application.accounts import CreateAccount, MoveCredits
from application.books.actors import Actor
from application.books.asking import Asked
from application.books.commands import Command
from application.money.callbacks import Callbacks
from application.money.prices import PublishPrices
from application.money.shown import TopUpShown, show_top_up
from application.money.taking import Turns
from application.money.tokens import CallbackTokens
from application.money.topups import RequestTopUp, TopUpWish
from application.money.turns import BringForward
from application.ports import CallbackRefused
from application.system import System
from domain.errors import NotFound
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.price_list import Pack
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet, wallet_id
from tests.conformance.mobile_money_rigs import Kind
from tests.support.callback_inbox import CallbackInbox, callback_inbox
from tests.support.system import FastKeyHasher
from tests.support.templates import copy_migrated
from tests.support.travelling import have_travel
from tests.support.virtual import SeededRandomness, VirtualClock, _fast_folder

R = TypeVar("R")

K50: Final = Ngwee(5_000)
STAFF: Final = Actor("os:finance@host")
PACE: Final = 0.01
ANSWER_S: Final = 0.25
"""Shorter than what a slow simulator takes at that pace."""
BLOCKING_PACE: Final = 0.001
BLOCKING_S: Final = 0.6
"""Longer than a payer has, at that pace, of a provider that waits for the payer."""
STEPS_MAX: Final = 300


class Crashed(BaseException):
    """The process died here; what is committed stays."""


def at_once(piece: Callable[[], object]) -> None:
    piece()


@dataclass
class Till:
    """Pays, and lets time pass."""

    kind: Kind
    system: System
    clock: VirtualClock
    served: ServedProvider
    inbox: CallbackInbox
    folder: Path
    open_system: Callable[[], System]
    account: int = 0
    crash_in: int | None = None
    """After so many more points, before and after each command, the process dies."""
    turns: Turns = field(init=False)
    callbacks: Callbacks = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def restart(self) -> None:
        """Let another process take over from one that died: what it knew is what is stored."""
        self.system.close()
        self.system = self.open_system()
        self._begin()

    def _begin(self) -> None:
        system = self.system
        tokens = CallbackTokens(system.digests.callback_key)
        self.turns = Turns(
            mobile_money=system.mobile_money,
            callback_url=tokens.url_of_payment,
            clock=self.clock,
            aside=at_once,
        )
        self.callbacks = Callbacks(
            mobile_money=system.mobile_money,
            digests=system.digests,
            reader=system.reader,
            wire_log=system.wire_log,
            clock=self.clock,
        )

    def execute(self, command: Command[R]) -> R:
        """Run a command in this thread."""
        self._point()
        outcome = Asked(self.system.committer, command, self._commit).outcome(5.0)
        assert outcome is not None
        self._point()
        return outcome.unwrap()

    def _point(self) -> None:
        if self.crash_in is not None:
            self.crash_in -= 1
            if self.crash_in < 0:
                self.crash_in = None
                raise Crashed

    def _commit(self, event: object, timeout_s: float) -> bool:
        self.system.committer.step(0.0)
        return bool(event.is_set())  # type: ignore[attr-defined]

    # -- what an account and its payer do --------------------------------------------------------

    def payer(self, scenario: str) -> Msisdn:
        return Msisdn(f"+260{self.kind.prefix}{PAYERS_ROOT}{NAMES.index(scenario) + 1:02}")

    def request(
        self,
        scenario: str = "success",
        *,
        amount_ngwee: int | None = K50,
        pack: str | None = None,
        key: str | None = None,
        payer: Msisdn | None = None,
    ) -> int:
        """Ask for a top-up by a payer who stands for a scenario; give its number."""
        traits = self.system.mobile_money.traits[self.kind.name]
        wish = TopUpWish(
            account=self.account,
            actor=Actor.of(self.account),
            amount_ngwee=None if amount_ngwee is None else Ngwee(amount_ngwee),
            pack=pack,
            payer=payer or self.payer(scenario),
            network=self.kind.network,
            provider=self.kind.name,
            idempotency_key=key,
            at=self.clock.now(),
        )
        return self.execute(RequestTopUp(wish, write_reference=traits.write_reference)).number

    # -- time --------------------------------------------------------------------------------------

    def take_turns(self) -> int:
        """Take every turn that is due now; give how many there were."""
        due = self.system.store.due_polls(self.clock.now(), limit=100)
        return self.turns.take(due, self.execute)

    def hear(self) -> list[int | None]:
        """Have due callbacks sent, and hear them; give what each was about."""
        self.served.sender.step()
        heard: list[int | None] = []
        for callback in self.inbox.take():
            _, _, provider, token = callback.path.split("/")
            with suppress(CallbackRefused, NotFound):
                about = self.callbacks.hear(provider, token, callback).number
                heard.append(about)
                if about is not None:
                    self.execute(BringForward(about, at=self.clock.now()))
        return heard

    def run(self, *, days: float = 3.0) -> None:
        """Let time pass, and do all that comes with it, until nothing more is to come."""
        until = self.clock.now() + days * 86_400 * SECOND
        for _ in range(STEPS_MAX):
            self.hear()
            if self.take_turns():
                continue
            to_come = [at for at in (self._next_turn(), self.served.payments.next_due()) if at]
            if not to_come or min(to_come) > until:
                return
            self.clock.pass_s(max(0.0, (min(to_come) - self.clock.now()) / SECOND))
        raise AssertionError("it never ends")

    def _next_turn(self) -> Instant | None:
        with closing(sqlite3.connect(self.folder / "store.db")) as file:
            (found,) = file.execute("SELECT min(due_at) FROM payment_polls").fetchone()
            return None if found is None else Instant(found)

    # -- what came of it ---------------------------------------------------------------------------

    def shown(self, number: int) -> TopUpShown:
        assert self.system.follower.catch_up(timeout_s=5)
        row = self.system.queries.top_up(number)
        assert row is not None
        shown = show_top_up(self.system.reader, self.system.store, UUID(row.payment))
        assert shown is not None
        return shown

    @property
    def wallet(self) -> CreditWallet:
        found = self.system.reader.find(CreditWallet, wallet_id(self.account))
        assert found is not None
        return found

    @property
    def available(self) -> int:
        return self.wallet.available

    def use(self, credits: int) -> None:
        """Let credits be gone, as if they had been sent."""
        self.execute(
            MoveCredits(
                self.account,
                Credits(-credits),
                is_grant=False,
                alone_max=0,
                actor=STAFF,
                reason="used",
                at=self.clock.now(),
            )
        )

    def new_account(self, name: str, credits: int = 0) -> int:
        """Make an account, which asks from now on."""
        _, new_key = self.system.keyring.make("first")
        self.account = self.execute(
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
        ).account
        return self.account

    def publish(self, ngwee_per_credit: int = 50, *packs: Pack) -> str:
        """Set what a credit costs, from now on."""
        return self.execute(
            PublishPrices(
                None,
                ngwee_per_credit=ngwee_per_credit,
                vat_percent=0,
                packs=packs,
                effective_from=None,
                effective_until=None,
                actor=STAFF,
                reason="test",
                at=self.clock.now(),
            )
        )


@contextmanager
def till(kind: Kind, *, seed: int = 9) -> Iterator[Till]:
    """Open a till for one kind of provider."""
    clock = VirtualClock()
    payments = SimPayments(clock, seed=seed)
    with (
        tempfile.TemporaryDirectory(dir=_fast_folder()) as name,
        callback_inbox() as inbox,
    ):
        folder = Path(name) / "data"
        copy_migrated(folder)
        secret = kept_or_made(folder / "secrets" / "server")
        tokens = CallbackTokens(derived(secret, "callbacks"))
        provider = kind.simulated(payments, inbox.url + tokens.path(kind.name))
        waits = kind.guarantees.settles_at_once
        pace, answer_s = (BLOCKING_PACE, BLOCKING_S) if waits else (PACE, ANSWER_S)
        with serving(payments, provider, pace=pace, sends_by_itself=False) as served:
            account = replace(
                provider.account(served.url), callback_url=inbox.url, answer_timeout_s=answer_s
            )
            randomness = SeededRandomness(seed)

            def open_system() -> System:
                system = bootstrap(
                    Settings(data_dir=folder, providers=(account,)),
                    hasher=FastKeyHasher(),
                    clock=clock,
                    randomness=randomness,
                )
                have_travel(system.committer)
                return system

            opened = Till(kind, open_system(), clock, served, inbox, folder, open_system)
            try:
                yield opened
            finally:
                opened.system.close()
