"""Two commands at once beside a running gateway: all is kept, and nobody starves."""

import itertools
import json
import threading
import time

import pytest

from application.books.codec import SNAPSHOT_EVERY
from tests.support.system import create_account, grant, running_system
from tests.support.warm import warm
from tests.worker.cli.commands import Cli

GRANTS_EACH = 3
COMMAND_S = 20.0
PAUSE_S = 5.0
"""The gateway waits at most 2 s for a guest's turn; the rest is for a machine that is busy."""


@pytest.mark.processes
def test_two_command_lines_and_a_busy_gateway_lose_nothing_and_starve_nobody(cli: Cli) -> None:
    warm()  # no command of those that are timed waits for it
    with running_system(cli.folder) as system:
        accounts = [create_account(system, name=f"Shop {n}")[0] for n in range(4)]
        account = accounts[0]
        stopping = threading.Event()
        commits: list[float] = []

        def keep_committing() -> None:
            while not stopping.wait(0.002):
                grant(system, accounts[len(commits) % 4], 1)
                commits.append(time.monotonic())

        taken_s: list[float] = []

        def keep_granting(reason: str) -> None:
            for _ in range(GRANTS_EACH):
                started_s = time.monotonic()
                cli.process("wallet", "grant", account, 1_000, "--reason", reason)
                taken_s.append(time.monotonic() - started_s)

        busy = threading.Thread(target=keep_committing)
        hands = [threading.Thread(target=keep_granting, args=(word,)) for word in ("a", "b")]
        for thread in (busy, *hands):
            thread.start()
        for thread in hands:
            thread.join(90)
        shown = json.loads(cli.process("wallet", "show", account, "--json"))
        stopping.set()
        busy.join(10)

        assert len(taken_s) == 2 * GRANTS_EACH
        assert max(taken_s) < COMMAND_S
        assert shown["available"] > 2 * GRANTS_EACH * 1_000
        expected = 2 * GRANTS_EACH * 1_000 + len(range(0, len(commits), 4))
        assert cli.json("wallet", "show", account)["available"] == expected
        assert max(after - before for before, after in itertools.pairwise(commits)) < PAUSE_S


@pytest.mark.processes
def test_a_long_wallet_is_known_to_a_process_that_did_not_see_it_grow(cli: Cli) -> None:
    """The process starts from the snapshot that another one took."""
    with running_system(cli.folder) as system:
        account, _ = create_account(system)
        for _ in range(SNAPSHOT_EVERY + 1):
            grant(system, account, 1)
    printed = json.loads(cli.process("wallet", "grant", account, 1, "--reason", "x", "--json"))
    assert printed["available"] == SNAPSHOT_EVERY + 2


@pytest.mark.processes
def test_a_grant_from_outside_reaches_the_running_gateway_s_read_models(cli: Cli) -> None:
    with running_system(cli.folder) as system:
        account, _ = create_account(system)
        cli.process("wallet", "grant", account, 7, "--reason", "x")
        assert system.queries.reached(system.store.head(), timeout_s=5, projection="balances")
        balance = system.queries.balance(account)
        assert balance is not None
        assert balance.available == 7


@pytest.mark.processes
def test_two_first_accounts_at_once_have_a_number_each(cli: Cli) -> None:
    cli.migrate()
    processes = [
        cli.start("account", "create", name, "--email", f"{name}@example.com", "--json")
        for name in ("one", "two")
    ]
    made = []
    for process in processes:
        stdout, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
        made.append(json.loads(stdout)["account_id"])
    assert sorted(made) == [1, 2]
    assert [row["account_id"] for row in cli.json("account", "list")] == [1, 2]
