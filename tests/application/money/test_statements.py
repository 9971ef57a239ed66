"""An import that breaks off goes on when the file comes again, and the log stays sound."""

from pathlib import Path
from typing import TypeVar

import pytest

from adapters.statements.file import open_statement
from application.books.actors import Actor
from application.books.commands import Command
from application.money import statements
from application.money.imported import ImportedFile
from application.money.statements import import_statement
from application.system import System
from domain.errors import NotPermitted, StoreDown
from domain.provider_account import provider_account
from tests.application.together import committing
from tests.support.invariants import violations_in

R = TypeVar("R")
HEAD = "Id,Date,Status,From,From name,Amount,Fee,Balance"
OS = Actor("os:root@host")


def brought(system: System, path: Path, *, commands_max: int = 100) -> ImportedFile:
    """Import a file; the store is away after some commands."""
    left = commands_max

    def execute(command: Command[R]) -> R:
        nonlocal left
        if left == 0:
            raise StoreDown
        left -= 1
        return system.committer.execute(command)

    mtn = provider_account("mtn", "main")
    return import_statement(
        open_statement(path), mtn, execute=execute, clock=system.clock, actor=OS
    )


@pytest.mark.parametrize("commands", [1, 2, 4, 5])
def test_an_import_that_breaks_off_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: int
) -> None:
    monkeypatch.setattr(statements, "LINES_A_SAVE", 1)
    path = tmp_path / "statement.csv"
    rows = [f"{n},2026-02-0{n},Successful,0971234567,Mwila,10,0,{n}0" for n in range(1, 5)]
    path.write_text("\n".join((HEAD, *rows)))
    with committing(tmp_path) as system:
        with pytest.raises(StoreDown):
            brought(system, path, commands_max=commands)
        done = brought(system, path)
        assert (done.statement, done.added + done.known) == (1, 4)
        assert (done.is_balanced, done.is_contiguous) == (True, True)
        assert brought(system, path).added == 0
        assert violations_in(system.store) == []


def test_an_account_without_the_duty_imports_nothing(tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    path.write_text(f"{HEAD}\n1,2026-02-01,Successful,,,10,0,10")
    with committing(tmp_path) as system, pytest.raises(NotPermitted, match="may reconcile"):
        import_statement(
            open_statement(path),
            provider_account("mtn", "main"),
            execute=system.committer.execute,
            clock=system.clock,
            actor=Actor.of(7),
        )
