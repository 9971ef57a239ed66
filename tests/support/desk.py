"""A wallet of ours whose statements a test brings, matches, and sees what is left of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from application.books.actors import Actor
from application.books.commands import Command
from application.money.exceptions import ToExplain, money_exceptions
from application.money.reconciling import Reconciled, reconcile
from application.money.statements import import_statement
from application.ports import FileLine
from application.system import System
from domain.errors import StoreDown
from domain.matching import LineKind
from domain.payment import PaymentState
from domain.provider_account import ProviderAccount
from domain.receipt import Receipt, receipt_id
from domain.values import SECOND, Instant
from tests.support.reconciling import K50, File, Pay
from tests.support.system import create_account

R = TypeVar("R")

STAFF = Actor("os:finance@host")
HOUR = 3_600 * SECOND


@dataclass
class Desk:
    """One wallet of ours, each test its own."""

    system: System
    account: int
    wallet: ProviderAccount
    first: int
    paid: int = 0

    @property
    def now(self) -> Instant:
        return self.system.clock.now()

    def pay(
        self, receipt: str = "", *, amount: int = K50, wallet: str | None = None,
        state: PaymentState = PaymentState.CONFIRMED, ago: int = HOUR,
    ) -> str:  # fmt: skip
        """Let a payment end so; give our reference."""
        self.paid += 1
        pay = Pay(
            self.first + self.paid, self.account, wallet or self.wallet, state,
            receipt=receipt, amount=amount, at=Instant(self.now - ago),
        )  # fmt: skip
        self.system.committer.execute(pay)
        return pay.payment.reference

    def bring(self, *rows: FileLine, later: bool = False) -> None:
        """Import lines, and one fee that says up to when the file reaches."""
        self.paid += 1
        last = line(f"F{self.paid}", 0, fee=1, kind=LineKind.FEE, at=self.now)
        import_statement(
            File([*rows, last]), self.wallet, execute=self.system.committer.execute,
            clock=self.system.clock, actor=STAFF,
        )  # fmt: skip

    def match(self, *, is_dry: bool = False, commands_max: int = 100) -> Reconciled:
        """Match; the store is away after some commands."""
        (done,) = self.match_what_there_is(is_dry=is_dry, commands_max=commands_max)
        return done

    def match_what_there_is(
        self, *, is_dry: bool = False, commands_max: int = 100
    ) -> list[Reconciled]:
        """Match, also where no line is open."""
        self.caught_up()
        left = commands_max

        def execute(command: Command[R]) -> R:
            nonlocal left
            if left == 0:
                raise StoreDown
            left -= 1
            return self.system.committer.execute(command)

        return list(reconcile(
            self.system.queries, execute=execute, clock=self.system.clock,
            digests=self.system.digests, traits=self.system.mobile_money.traits, actor=STAFF,
            is_wanted=lambda name: name == self.wallet, is_dry=is_dry,
        ))  # fmt: skip

    def caught_up(self) -> None:
        head = self.system.store.head()
        assert self.system.queries.reached(head, timeout_s=10, projection="receipts")

    def exceptions(self, **more: Any) -> Counter[tuple[str, str, int]]:
        return Counter(
            (one.kind.value, one.name.removeprefix(f"{self.wallet}/"), one.amount_ngwee)
            for one in self.found(**more)
            if one.wallet == self.wallet
        )

    def found(self, **more: Any) -> Sequence[ToExplain]:
        """Give the exceptions of all wallets."""
        self.caught_up()
        return money_exceptions(self.system.queries, now=self.now, **more).found

    def receipt(self, name: str) -> Receipt:
        found = self.system.reader.find(Receipt, receipt_id(self.wallet, name))
        assert found
        return found


def line(
    name: str, amount: int = K50, *, fee: int = 0, at: Instant | None = None,
    msisdn: str | None = None, words: str | None = None, reference: str | None = None,
    kind: LineKind = LineKind.PAYMENT,
) -> FileLine:  # fmt: skip
    return FileLine(
        2, name, amount, fee, at or Instant(TIMES.pop()), msisdn, words, reference, kind
    )


TIMES: list[int] = []
NAMES = count(1)


def set_times(system: System) -> None:
    """Let lines happen within the last two hours."""
    start = system.clock.now() - 2 * HOUR
    TIMES.extend(start + n * SECOND for n in range(1_000, 0, -1))


def a_desk(system: System) -> Desk:
    """Open a wallet of a test's own."""
    account, _ = create_account(system, name=f"Shop {next(NAMES)}")
    return Desk(system, account, ProviderAccount(f"mtn/w{account}"), first=account * 1_000)
