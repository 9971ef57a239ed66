"""Three tools that others wrote check our journals: they agree with us, and find one ngwee."""

import csv
import random
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from beancount import loader
from beancount.core.data import Transaction

from tests.support.counts import is_soak
from tests.support.logged_money import money_log, sqlite_log
from tests.worker.cli.commands import Cli

PERIOD: Final = "2023-12"
LAST_MOMENT: Final = "2023-12-31"
SEED: Final = 20231231
FRAUDS: Final = 50
FOUND: Final = re.compile(r"balance (assertion|failed)|duplicate", re.IGNORECASE)
"""How a tool says that a balance is not what it should be, and not that it cannot read a file."""
NGWEE: Final = re.compile(r"^(    \S+  )(-?\d+)\.(\d\d) ZMW$", re.MULTILINE)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Give a gateway with a history of two months, so that December has opening balances."""
    cli = Cli(tmp_path_factory.mktemp("journals") / "data")
    cli.migrate()
    sqlite_log(cli.folder, money_log(slower=400)).close()
    return cli


@pytest.fixture(scope="module")
def journals(audited: Cli, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("written")
    for dialect in ("beancount", "plain"):
        told = audited.json(
            "audit", "journal", "--dialect", dialect, "--period", PERIOD, "--out", folder / dialect
        )
        assert told["transactions"] > 100
        assert 0 < told["after"] < told["position"] < len(money_log(slower=400))
    return {path.name: path.read_text() for path in folder.iterdir()}


def needs(tool: str) -> None:
    """Say loudly that a tool is not there; a soak installs it."""
    if shutil.which(tool) is None:
        words = f"{tool} did not check the journals: install {tool}, or make soak"
        pytest.fail(words) if is_soak() else pytest.skip(words)


# -- the tools: each gives what it has to say against a journal ------------------------------------


def beancount(text: str) -> str:
    _, errors, _ = loader.load_string(text)
    return "\n".join(error.message for error in errors)


def run(*words: str, text: str) -> str:
    done = subprocess.run(
        words, input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert bool(done.returncode) == bool(done.stderr), done
    return done.stderr


def hledger(text: str) -> str:
    return run("hledger", "-f", "-", "check", "--strict", text=text)


def ledger(text: str) -> str:
    return run("ledger", "--init-file", "/dev/null", "-f", "-", "--pedantic", "balance", text=text)


Tool = Callable[[str], str]
TOOLS: Final[Mapping[str, tuple[str, Tool]]] = {
    "bean-check": ("beancount", beancount),
    "hledger": ("plain", hledger),
    "ledger": ("plain", ledger),
}


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> tuple[str, Tool]:
    if request.param != "bean-check":
        needs(request.param)
    return TOOLS[request.param]


def test_a_tool_takes_the_journal_as_it_is(
    journals: Mapping[str, str], tool: tuple[str, Tool]
) -> None:
    dialect, check = tool
    assert check(journals[dialect]) == ""


@pytest.mark.slow
def test_a_tool_finds_every_fraud_of_one_ngwee(
    journals: Mapping[str, str], tool: tuple[str, Tool], report_count: Callable[..., None]
) -> None:
    dialect, check = tool
    said = [check(text) for text in frauds(journals[dialect], FRAUDS)]
    missed = [words for words in said if not FOUND.search(words)]
    report_count(f"frauds of one ngwee, {check.__name__}", FRAUDS, len(missed), SEED)


def frauds(journal: str, count: int) -> Iterator[str]:
    """Move one ngwee within a transaction, which still balances, or leave one out, or repeat one.

    Each is another transaction of the journal, the opening among them.
    """
    choice = random.Random(SEED)
    blocks = journal.split("\n\n")
    of_money = [n for n, block in enumerate(blocks) if len(NGWEE.findall(block)) >= 2]
    closing = len(blocks) - 1
    changed = [n for n in of_money if n != closing]
    assert len(changed) >= count
    for place in choice.sample(changed, count):
        how = choice.randrange(8)
        block = blocks[place]
        if how == 0 and "balances" not in block:
            others = [*blocks[:place], *blocks[place + 1 :]]
        elif how == 1 and "balances" not in block:
            others = [*blocks[:place], block, *blocks[place:]]
        else:
            others = [*blocks]
            others[place] = shifted(block, choice)
        yield "\n\n".join(declared(blocks, others))


def shifted(block: str, choice: random.Random) -> str:
    """Put one ngwee more on one line of a transaction, and one less on another."""
    lines = list(NGWEE.finditer(block))
    more, less = choice.sample(lines, 2)
    for line, step in sorted(((more, 1), (less, -1)), key=lambda one: -one[0].start()):
        ngwee = int(line[2] + line[3]) + step
        block = f"{block[: line.start()]}{line[1]}{kwacha(ngwee)} ZMW{block[line.end() :]}"
    return block


def kwacha(ngwee: int) -> str:
    return f"{'-' if ngwee < 0 else ''}{abs(ngwee) // 100}.{abs(ngwee) % 100:02}"


def declared(before: list[str], after: list[str]) -> list[str]:
    """Keep declarations that stood above a transaction that was left out."""
    lost = "\n".join(
        line
        for line in "\n\n".join(before).splitlines()
        if re.match(r"(account|payee) |\S+ open ", line) and line not in "\n\n".join(after)
    )
    return [after[0], lost, *after[1:]] if lost else after


def test_closing_assertions_hold_where_the_file_is_included(
    journals: Mapping[str, str], tmp_path: Path
) -> None:
    """beancount drops the options of an included file without a word: ``~ 0`` is what is left."""
    block = next(b for b in journals["beancount"].split("\n\n") if len(NGWEE.findall(b)) >= 2)
    fraud = journals["beancount"].replace(block, shifted(block, random.Random(1)))
    (tmp_path / "ngoma.bean").write_text(fraud)
    (tmp_path / "main.bean").write_text('include "ngoma.bean"\n')
    _, errors, _ = loader.load_file(str(tmp_path / "main.bean"))
    assert len(errors) == 2, "one for each account"


def test_the_tools_come_to_our_trial_balance(audited: Cli, journals: Mapping[str, str]) -> None:
    told = audited.json("audit", "trial-balance", "--as-of", LAST_MOMENT)["accounts"]
    ours = {row["account"]: row["closing"] for row in told if row["closing"]}
    assert ours == in_beancount(journals["beancount"])
    if shutil.which("hledger"):
        assert ours == in_hledger(journals["plain"])
    if shutil.which("ledger"):
        assert ours == in_ledger(journals["plain"])


def in_beancount(text: str) -> dict[str, int]:
    held: defaultdict[str, int] = defaultdict(int)
    for entry in loader.load_string(text)[0]:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                factor = 100 if posting.units.currency == "ZMW" else 1
                assert posting.units.number is not None
                held[posting.account] += int(posting.units.number * factor)
    return {account: amount for account, amount in held.items() if amount}


def in_hledger(text: str) -> dict[str, int]:
    words = ("hledger", "-f", "-", "balance", "--flat", "--no-total", "-O", "csv")
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=True)
    rows = csv.DictReader(done.stdout.splitlines())
    return {row["account"]: whole(row["balance"]) for row in rows}


def in_ledger(text: str) -> dict[str, int]:
    words = ("ledger", "--init-file", "/dev/null", "-f", "-", "balance", "--flat", "--no-total")
    form = "%(account) %(display_total)\n"
    done = subprocess.run(
        [*words, "--balance-format", form], input=text, capture_output=True, text=True, check=True
    )
    rows = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {account: whole(balance) for account, balance in rows}


def whole(amount: str) -> int:
    number, commodity = amount.split()
    return round(float(number) * 100) if commodity == "ZMW" else int(number)


def test_honest_twins_on_one_day_are_no_duplicates(journals: Mapping[str, str]) -> None:
    """Two messages of one account, alike but for their positions: the plugin goes by links."""
    transactions = journals["beancount"].split("\n\n")
    bodies = [re.sub(r"\^e\d+|event: \d+|time: .*", "", block) for block in transactions]
    assert len(set(bodies)) < len(bodies)
    unlinked = re.sub(r" \^e\d+", "", journals["beancount"])
    assert "Duplicate" in beancount(unlinked)


def test_months_follow_one_another_without_a_gap(audited: Cli, tmp_path: Path) -> None:
    told = [
        audited.json(
            "audit", "journal", "--dialect", "plain", "--period", month, "--out", tmp_path / month
        )
        for month in ("2023-11", "2023-12", "2024-01", "2024-02")
    ]
    assert told[0]["after"] == 0
    assert [one["position"] for one in told[:-1]] == [one["after"] for one in told[1:]]
    assert told[3]["transactions"] == 0
    assert told[3]["position"] == len(money_log(slower=400))


def test_a_period_that_is_no_month_is_refused(audited: Cli, tmp_path: Path) -> None:
    for period in ("2023-13", "December", "2023-12-01"):
        assert "The period is a month" in audited.refusal(
            "audit", "journal", "--dialect", "plain", "--period", period, "--out", tmp_path / "j",
            code=2,
        )  # fmt: skip
