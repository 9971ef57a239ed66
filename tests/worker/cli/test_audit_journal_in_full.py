"""The journals of 200,000 events, month by month: three tools take them, and find every fraud."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

import pytest

from tests.support.counts import is_soak
from tests.support.logged_money import sqlite_log
from tests.support.whole_history import whole_log
from tests.worker.cli.commands import Cli
from tests.worker.cli.test_audit_journal import (
    FOUND,
    FRAUDS,
    SEED,
    TOOLS,
    frauds,
    in_beancount,
    in_hledger,
    in_ledger,
    needs,
)

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7_200)]

STEPS: Final = 82_000
SLOWER: Final = 20
"""So that a month has some thousands of transactions."""
TRANSACTIONS_MAX: Final = 5_000
EACH_MONTH: Final = 3
"""Frauds of a month."""


class Month(NamedTuple):
    """What was written for a month, and what we say of its end."""

    journals: Mapping[str, str]
    trial_balance: Mapping[str, int]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Month]:
    assert is_soak()
    for tool in ("hledger", "ledger"):
        needs(tool)
    folder = tmp_path_factory.mktemp("full")
    cli = Cli(folder / "data")
    cli.migrate()
    log = whole_log(8, STEPS, slower=SLOWER)
    assert len(log) >= 200_000
    sqlite_log(cli.folder, log).close()
    found, position = {}, 0
    for period in _periods():
        journals = {}
        for dialect in ("beancount", "plain"):
            out = folder / f"{period}.{dialect}"
            words = ("--dialect", dialect, "--period", period, "--out", out)
            told = cli.json("audit", "journal", *words)
            assert told["transactions"] <= TRANSACTIONS_MAX
            journals[dialect] = out.read_text()
        assert told["after"] == position
        position = told["position"]
        year, month = map(int, period.split("-"))
        end = f"{period}-{monthrange(year, month)[1]}"
        rows = cli.json("audit", "trial-balance", "--as-of", end)["accounts"]
        ours = {row["account"]: row["closing"] for row in rows if row["closing"]}
        found[period] = Month(journals, ours)
        if position == len(log):
            return found
    raise AssertionError


def _periods() -> Iterator[str]:
    """Give the months from November 2023 on, of five years."""
    return (f"{n // 12}-{n % 12 + 1:02}" for n in range(2023 * 12 + 10, 2028 * 12))


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_takes_each_month_comes_to_our_balances_and_finds_each_fraud(
    months: Mapping[str, Month], name: str, report_count: Callable[..., None]
) -> None:
    dialect, check = TOOLS[name]
    balances = {"bean-check": in_beancount, "hledger": in_hledger, "ledger": in_ledger}[name]
    wrong = 0
    for month in months.values():
        journal = month.journals[dialect]
        wrong += check(journal) != "" or balances(journal) != month.trial_balance
    report_count(f"months of 200,000 events, {name}", len(months), wrong, SEED)
    planted = (
        text for month in months.values() for text in frauds(month.journals[dialect], EACH_MONTH)
    )
    said = [check(text) for text in islice(planted, FRAUDS)]
    missed = [words for words in said if not FOUND.search(words)]
    assert len(said) == FRAUDS
    report_count(f"frauds of one ngwee in 200,000 events, {name}", FRAUDS, len(missed), SEED)
