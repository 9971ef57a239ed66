"""A generated month goes through the books: imported, matched, told, balanced each day, and again.

The provider's API tells a receipt of all that is paid, so what the generator's payments do not know
is what their lines show; payments that nobody can tell apart are those whose end nobody knows.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.generation import generate
from adapters.generation.files import GRACE_DAYS, OPENING_NGWEE
from adapters.generation.story import FIRST_DAY_S
from adapters.statements.file import open_statement
from adapters.statements.templates import find_template
from application.money.exceptions import money_exceptions
from application.money.imported import ImportedFile
from application.money.reconciling import reconcile
from application.money.statements import import_statement
from domain.days import DAY_S
from domain.matching import Expected, Line, Trouble
from domain.money import parse_kwacha
from domain.payment import PaymentState
from domain.provider_account import provider_account
from domain.sheet import Figures, day_named
from domain.values import SECOND, Instant
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.counts import soak_count
from tests.support.generated import PROVIDERS, History, read_history
from tests.support.invariants import violations_in
from tests.support.reconciling import Pay
from tests.support.topups import STAFF, Till, till

PAYMENTS: Final = soak_count(10_000, quick=400)
DAYS: Final = 30
ACCOUNTS: Final = 5
SEED: Final = 7
CATCH_UP_S: Final = 900
STANDINGS: Final = {
    "confirmed": PaymentState.CONFIRMED,
    "failed": PaymentState.FAILED,
    "expired": PaymentState.EXPIRED,
    "open": PaymentState.INITIATED,
}
NOT_OF_MATCHING: Final = {Trouble.FEE_MISMATCH, Trouble.DUPLICATE_ROW}
"""What an import is told by the file alone."""
NOT_GENERATED: Final = {
    *(Trouble.CURRENCY_MISMATCH, Trouble.WRONG_WALLET),
    *(Trouble.SETTLEMENT_SHORTFALL, Trouble.UNKNOWN_CALLBACK),
}

Told = Counter[tuple[str, str]]
"""Kinds of what finance has to explain, each with the name of its receipt or top-up."""


@dataclass
class Month:
    """A till whose books hold a generated month, and what the truth says of it."""

    till: Till
    out: Path
    history: History
    truth: Told = field(default_factory=Counter)
    payments: int = 0
    brought: list[ImportedFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shown: dict[str, dict[str, list[str]]] = {}
        self.repeated: dict[str, set[str]] = {}
        for provider in PROVIDERS:
            shown = self._shown[provider] = defaultdict(list)
            names = Counter(line.receipt for line in self.history.lines[provider])
            self.repeated[provider] = {name for name, count in names.items() if count > 1}
            for line, truth in self.lines(provider):
                if names[line.receipt] == 1:
                    name = f"{provider_account(provider, 'main')}/{line.receipt}"
                    self._expect(name, truth["troubles"])
                if truth["kind"] == "payment":
                    for reference in truth["payments"]:
                        shown[reference].append(line.receipt)

    def lines(self, provider: str) -> Iterator[tuple[Line, Mapping[str, Any]]]:
        """Give the lines of a provider, each with the truth of it."""
        history = self.history
        return zip(history.lines[provider], history.line_truth[provider], strict=True)

    def _expect(self, name: str, troubles: Sequence[str]) -> None:
        """Expect what is wrong with a receipt; of a late one the amount is told with it."""
        told = set(troubles) - NOT_OF_MATCHING
        if Trouble.LATE_AFTER_EXPIRY in told:
            told = {Trouble.LATE_AFTER_EXPIRY}
        for kind in told:
            self.truth[kind, name] += 1

    # -- what happens --------------------------------------------------------------------------

    def pay(self) -> None:
        """Leave every payment as its provider's answers leave it."""
        accounts = [self.till.new_account(f"shop-{n}") for n in range(ACCOUNTS)]
        for provider in PROVIDERS:
            refunds = {
                (one.payer, -one.amount_ngwee): one
                for one in self.history.expected[provider]
                if one.amount_ngwee < 0
            }
            for one in self.history.expected[provider]:
                if one.amount_ngwee > 0:
                    account = accounts[self.payments % ACCOUNTS]
                    refund = refunds.get((one.payer, one.amount_ngwee))
                    self._pay(provider, account, one, refund)

    def _pay(self, provider: str, account: int, one: Expected, refund: Expected | None) -> None:
        self.payments += 1
        wallet = provider_account(provider, "main")
        state, receipt = self._as_told(provider, one)
        if refund is not None:
            state = PaymentState.REFUND_APPROVED
        name = f"{wallet}/{receipt}"
        if state is PaymentState.INITIATED:
            self.truth["stale_pending", f"top_{self.payments}"] += 1
        elif receipt not in self.repeated[provider]:
            self._expect(name, self.history.payment_truth[one.reference])
        if refund is not None:
            self._expect(name, self.history.payment_truth[refund.reference])
        self.till.execute(
            Pay(
                self.payments, account, wallet, state, receipt=receipt, amount=one.amount_ngwee,
                at=one.at, payer=f"+26{one.payer}", reference=one.reference,
                is_paid_back=refund is not None,
            )
        )  # fmt: skip

    def _as_told(self, provider: str, one: Expected) -> tuple[PaymentState, str]:
        """Say where a payment stands, and by which receipt, as its provider's API would."""
        state = STANDINGS[one.standing.value]
        if state is not PaymentState.CONFIRMED or one.receipt:
            return state, one.receipt
        shown = self._shown[provider][one.reference]
        if "ambiguous" in self.history.payment_truth[one.reference]:
            return PaymentState.INITIATED, ""
        if len(shown) > 1:
            for part in shown:
                self._expect(f"{provider_account(provider, 'main')}/{part}", ["missing_in_ledger"])
            return PaymentState.INITIATED, ""
        return state, shown[0] if shown else f"API-{one.reference}"

    def bring(self) -> list[ImportedFile]:
        """Import the statement of each provider."""
        return [
            import_statement(
                open_statement(
                    self.out / f"{provider}.csv", templates=[find_template(provider)]
                ),
                provider_account(provider, "main"),
                execute=self.till.execute, clock=self.till.clock, actor=STAFF,
            )
            for provider in PROVIDERS
        ]  # fmt: skip

    def match(self) -> Counter[str]:
        """Match all that is open; say what was recorded."""
        system = self.till.system
        assert system.follower.catch_up(timeout_s=CATCH_UP_S)
        done = reconcile(
            system.queries, execute=self.till.execute, clock=self.till.clock,
            digests=system.digests, traits=system.mobile_money.traits, actor=STAFF,
        )  # fmt: skip
        recorded = sum((one.recorded for one in done), Counter[str]())
        assert system.follower.catch_up(timeout_s=CATCH_UP_S)
        return recorded

    # -- what came of it -----------------------------------------------------------------------

    def told(self) -> Told:
        """Say what finance has to explain."""
        told = money_exceptions(self.till.system.queries, now=self.till.clock.now())
        assert (told.is_cut, told.to_match) == (False, 0)
        return Counter(
            (one.kind.value, one.name) for one in told.found if one.kind not in NOT_OF_MATCHING
        )

    def sheets(self) -> Mapping[tuple[str, str], Figures]:
        """Give the sheet of every provider and day."""
        figures = self.till.system.queries.figures
        return {
            (provider, day): figures(provider_account(provider, "main"), day)
            for provider in PROVIDERS
            for day in self.balances(provider)
        }

    def balances(self, provider: str) -> Mapping[str, int]:
        """Give what the provider's own file says that the wallet holds at the end of each day."""
        with (self.out / f"{provider}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        lines = self.history.lines[provider]
        said = {
            day_named(line.at): parse_kwacha(row["Balance"])
            for row, line in zip(rows, lines, strict=True)
        }
        balances: dict[str, int] = {}
        holds = OPENING_NGWEE
        for at in range(lines[0].at, lines[-1].at + 1, DAY_S * SECOND):
            holds = balances[day_named(Instant(at))] = said.get(day_named(Instant(at)), holds)
        return balances


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    out = tmp_path_factory.mktemp("month")
    generate(seed=SEED, payments=PAYMENTS, days=DAYS, out=out, truth=out / "truth.jsonl")
    with till(KINDS["mtn"]) as opened:
        opened.publish(50)
        month = Month(opened, out, read_history(out, out / "truth.jsonl"))
        month.pay()
        ends_s = FIRST_DAY_S + (DAYS + GRACE_DAYS) * DAY_S
        opened.clock.pass_s(ends_s - opened.clock.now() / SECOND)
        month.brought = month.bring()
        month.match()
        yield month


@pytest.mark.slow
def test_every_line_of_a_month_is_told_as_the_truth_says(
    month: Month, report_count: Callable[..., None]
) -> None:
    told = month.told()
    wrong = [*(told - month.truth), *(month.truth - told)]
    kinds = {kind for kind, _ in told}
    assert kinds >= set(Trouble) - NOT_OF_MATCHING - NOT_GENERATED, "a kind was not tried"
    lines = sum(map(len, month.history.lines.values()))
    runs = lines + month.payments
    report_count("lines and payments of a month", runs, len(wrong), wrong[0] if wrong else SEED)


@pytest.mark.slow
def test_rows_that_repeat_a_transaction_are_refused_by_their_number(month: Month) -> None:
    for provider, file in zip(PROVIDERS, month.brought, strict=True):
        seen: set[str] = set()
        repeats = []
        for line, truth in month.lines(provider):
            if line.receipt in seen:
                repeats.append(truth["row"])
            seen.add(line.receipt)
        assert [row.row for row in file.refused] == repeats
        assert (file.added, file.refused_count) == (len(seen), len(repeats))


@pytest.mark.slow
def test_the_sheet_of_every_day_balances_to_the_ngwee(
    month: Month, report_count: Callable[..., None]
) -> None:
    sheets = month.sheets()
    said = {provider: month.balances(provider) for provider in PROVIDERS}
    wrong = [
        f"{provider} {day}: {figures}"
        for (provider, day), figures in sheets.items()
        if (figures.unexplained_ngwee, figures.statement_ngwee) != (0, said[provider][day])
    ]
    report_count("daily sheets", len(sheets), len(wrong), wrong[0] if wrong else SEED)


@pytest.mark.slow
def test_the_invariants_of_money_hold(month: Month) -> None:
    assert violations_in(month.till.system.store) == []


@pytest.mark.slow
def test_all_of_it_again_changes_nothing(month: Month) -> None:
    store, queries = month.till.system.store, month.till.system.queries
    head = store.head()
    before = month.told(), month.sheets(), queries.ledger_now().balances
    again = month.bring()
    assert [(file.added, file.known) for file in again] == [
        (0, file.added) for file in month.brought
    ]
    recorded = month.match()
    assert recorded.keys() <= {"known"}
    assert (month.told(), month.sheets(), queries.ledger_now().balances) == before
    since = {stored.topic for _, stored in store.events_after(head, limit=100)}
    assert {topic.split(":")[-1] for topic in since} == {"Statement.Imported", "Coverage.Extended"}
