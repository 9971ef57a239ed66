"""The command line explains itself, quickly: help imports nothing that it does not need."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.worker.cli.commands import Cli
from worker.cli import COMMANDS, main

ROOT = Path(__file__).parents[3]
HEAVY = (
    "litestar",
    "sqlalchemy",
    "eventsourcing",
    "rich",
    "psycopg",
    "redis",
    "dramatiq",
    "serial",
)
LATER = ("simulate",)
EMULATORS = {"ngoma modem emulate", "ngoma phone emulate", "ngoma pay simulate"}
OF_NO_STORE = {"ngoma config init"}
DAEMONS = {"ngoma serve", "ngoma worker", "ngoma project", "ngoma seal"}


def _commands(group: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(group, click.Group):
        yield path, group
        return
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield from _commands(command, f"{path} {name}")


ALL = dict(_commands(main, "ngoma"))


def test_the_commands_are_those_of_this_issue() -> None:
    assert {path.removeprefix("ngoma ") for path in ALL} == {
        *("serve", "worker", "project", "status", "migrate", "doctor"),
        *("config init", "config show"),
        *("login", "logout", "second-factor enrol", "second-factor confirm"),
        *("role grant", "role withdraw", "role list", "look list"),
        *("second-factor codes", "second-factor remove", "second-factor reset"),
        *("approval list", "approval show"),
        *("approval approve", "approval reject", "approval withdraw"),
        *("account create", "account list", "account limits"),
        *("account suspend", "account reinstate", "account quiet-hours"),
        "account low-balance",
        *("key issue", "key regenerate", "key revoke", "key list"),
        *("wallet show", "wallet grant", "wallet adjust", "wallet statement"),
        *("prices list", "prices publish", "prices withdraw"),
        *("finance sheet", "finance sign"),
        *("finance lock", "finance reopen", "finance periods", "finance ageing", "finance export"),
        *("seal", "audit verify", "audit prove", "audit keys", "audit export"),
        *("finance import", "finance templates", "finance match", "finance exceptions"),
        *("finance note", "finance assign", "finance write-off", "finance match-line"),
        *("finance unmatch", "finance paid-out", "finance show"),
        "audit chapter",
        *("sender-id list", "sender-id approve", "sender-id reject"),
        *("message show", "message explain", "message cancel", "message resolve"),
        *("message list", "message release", "message inbound"),
        *("suppression list", "suppression add", "suppression lift"),
        *("number override", "number list", "number lift"),
        *("backup create", "backup list", "backup drill", "restore"),
        *("modem list", "modem probe", "modem emulate", "modem quarantine", "modem release"),
        *("modem scan", "modem ussd", "modem show", "modem segments"),
        *("phone enrol", "phone list", "phone map", "phone revoke", "phone emulate"),
        *("projections status", "projections rebuild"),
        *("keyword list", "keyword set", "keyword delete"),
        *("webhook listen", "webhook set", "webhook show", "webhook delete", "webhook test"),
        *("webhook rotate", "webhook replay", "webhook attempts"),
        *("contents purge", "clock show", "clock vouch", "pay simulate", "pay log"),
        *("pay generate", "events list"),
        *("audit replay", "audit trial-balance", "audit ledger", "audit journal"),
        *("audit holds", "audit manual", "audit frozen"),
        *("pay poll", "pay callbacks"),
        *("topup request", "topup show", "topup explain", "topup list", "topup refund"),
        *("topup approve-refund", "topup reject-refund", "topup reverse"),
    }


@pytest.mark.parametrize("name", LATER)
def test_a_command_of_a_later_issue_is_not_there(cli: Cli, name: str) -> None:
    assert f"No such command '{name}'" in cli.refusal(name, code=2)


@pytest.mark.parametrize("path", ALL)
def test_a_command_has_help_with_an_example_of_itself(path: str) -> None:
    command = ALL[path]
    assert command.help
    assert command.epilog
    assert "Example" in command.epilog
    assert path in command.epilog


@pytest.mark.parametrize("path", sorted(ALL.keys() - OF_NO_STORE))
def test_a_command_takes_the_data_folder_and_the_configuration(path: str) -> None:
    options = {
        option: parameter.envvar for parameter in ALL[path].params for option in parameter.opts
    }
    assert options["--data-dir"] == "NGOMA_DATA_DIR"
    assert options["--config"] == "NGOMA_CONFIG"


@pytest.mark.parametrize("path", sorted(ALL.keys() - DAEMONS))
def test_every_option_says_what_it_is_for(path: str) -> None:
    options = [item for item in ALL[path].params if isinstance(item, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("path", sorted(ALL.keys() - DAEMONS - EMULATORS - OF_NO_STORE))
def test_a_command_that_prints_data_can_print_json(path: str) -> None:
    assert "--json" in {option for parameter in ALL[path].params for option in parameter.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_overview_fits_the_command(name: str) -> None:
    entry = COMMANDS[name]
    command = getattr(importlib.import_module(entry.module), entry.attribute)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert entry.help.endswith(".")
    assert len(entry.help) <= 60


@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_of_help_is_cut(name: str, cli: Cli) -> None:
    printed = cli.run(name, "--help").stdout
    assert [line for line in printed.splitlines()[1:] if line.rstrip().endswith("...")] == []


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from worker.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith(('worker.cli.', 'domain'))])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.splitlines()
    assert printed[-2:] == ["[]", "['worker.cli.lazy']"]


def test_what_a_command_imports_is_left_alone_by_looks_for_cycles() -> None:
    code = (
        "import gc; looks = []; gc.callbacks.append(lambda phase, info: looks.append(phase));"
        " import click; from worker.cli import COMMANDS, main;"
        " took = len(looks); main.get_command(click.Context(main), 'message');"
        " print(len(looks) - took, gc.get_freeze_count() > 10_000, gc.isenabled())"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert printed.split() == ["0", "True", "True"]


def test_help_of_a_group_opens_no_store(cli: Cli) -> None:
    for name in COMMANDS:
        cli.run(name, "--help")
    assert not cli.folder.exists()


def test_the_version_is_that_of_the_package(cli: Cli) -> None:
    assert cli.run("--version").stdout.startswith("ngoma 0.")


def test_emulated_phones_belong_to_the_demo(cli: Cli) -> None:
    assert "only with --demo" in cli.refusal("serve", "--phones", 2, code=2)
