"""A command that only reads pays for the store and the read model it asks, and nothing else."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest

from tests.tidy.sources import ROOT
from tests.worker.cli.commands import Cli

NOT_FOR_READS: Final = frozenset(
    {
        *("argon2", "cryptography", "dramatiq", "limits", "litestar", "phonenumbers", "psycopg"),
        *("prometheus_client", "redis", "serial", "sqlalchemy.dialects.postgresql", "uvicorn"),
        *("adapters.bootstrap", "api", "application.accounts", "application.books"),
        *("application.fleet.duty", "application.messages", "application.system"),
        *("domain.account", "domain.message", "domain.sender_id", "domain.sim", "domain.wallet"),
        *("domain.reports", "domain.segments", "difflib", "tomllib"),
        *("projections.folds", "projections.directory", "projections.dispatch"),
        "projections.message_log",
    }
)


NOT_FOR_LISTS: Final = frozenset({"adapters.bootstrap", "api", "application.books.codec"})
"""The codec imports every event."""
LISTS: Final = (
    *("account list", "approval list", "message list", "modem list", "number list", "role list"),
    *("sender-id list", "status", "suppression list"),
)


def imported_by(*command: str) -> set[str]:
    """Give the modules of ``NOT_FOR_READS`` that a command imports, in a process of its own."""
    return set(NOT_FOR_READS & _imported([command]))


def _imported(commands: Sequence[Sequence[str]]) -> set[str]:
    code = (
        "import sys\n"
        "from worker.cli import main\n"
        f"for command in {[list(command) for command in commands]!r}:\n"
        "    main(command, standalone_mode=False)\n"
        "print(*sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.splitlines()
    return set(printed[-1].split())


@pytest.mark.parametrize("read", ["wallet show 1", "wallet statement 1", "modem list"])
@pytest.mark.slow
def test_a_read_imports_no_event_no_command_and_no_server(cli: Cli, read: str) -> None:
    cli.migrate()
    cli.run("account", "create", "Shop", "--email", "shop@example.com", "--credits", "100")
    first = read.split()
    cli.run(*first)  # folds what the commands above wrote
    assert imported_by(*first, "--data-dir", str(cli.folder)) == set()


@pytest.mark.slow
def test_a_list_imports_neither_all_events_nor_a_server(cli: Cli) -> None:
    cli.migrate()
    lists = [(*each.split(), "--data-dir", str(cli.folder)) for each in LISTS]
    assert NOT_FOR_LISTS & _imported(lists) == set()


@pytest.mark.slow
def test_a_command_that_writes_does(cli: Cli) -> None:
    cli.migrate()
    cli.run("account", "create", "Shop", "--email", "shop@example.com")
    grant = ("wallet", "grant", "1", "5", "--reason", "goodwill", "--data-dir", str(cli.folder))
    assert {"application.books", "domain.wallet"} <= imported_by(*grant)
