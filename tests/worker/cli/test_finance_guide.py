"""The day of ``docs/finance.md``: every command is run, and prints what the page says."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from domain.roles import Role
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import team

GUIDE: Final = Path(__file__).parents[3] / "docs" / "finance.md"
STATEMENT: Final = re.compile(r"```csv\n(.*?)```\n", re.DOTALL)
BLOCK: Final = re.compile(r"```console\n(.*?)```\n", re.DOTALL)
STEP: Final = re.compile(r"^(\w+)\$ ngoma (.*)\n((?:(?!\w+\$ ).*\n)*)", re.MULTILINE)
NOW: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{6}Z)?")
"""When the page was run; what it tells of are days, without times."""


class Step(NamedTuple):
    """A command of somebody, and what it prints."""

    who: str
    words: str
    output: str


def steps(page: str) -> Iterator[Step]:
    for block in BLOCK.findall(page):
        yield from (Step(*found) for found in STEP.findall(block))


def printed(step: Step, desks: Mapping[str, Cli]) -> str:
    is_refused = step.output.startswith("Error: ")
    result = desks[step.who].run(*shlex.split(step.words), code=int(is_refused))
    said = result.stderr if is_refused else result.stdout
    return "".join(f"{line.rstrip()}\n" for line in said.splitlines())


def masked(text: str) -> str:
    return NOW.sub("<now>", text)


@pytest.mark.slow
def test_the_day_of_the_guide_goes_as_it_stands_there(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = GUIDE.read_text(encoding="utf-8")
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (found,) = STATEMENT.findall(page)
    (folder / "mtn.csv").write_text(found, encoding="utf-8")
    cli.run("migrate")
    roles = {"preparer": Role.FINANCE_PREPARER, "reviewer": Role.FINANCE_REVIEWER}
    wide = Cli(cli.folder, {"COLUMNS": "120"})
    _, preparer, reviewer = team(wide, admin=Role.ADMIN, **roles)
    assert cli.account("Mwila") == 4
    cli.run("prices", "publish", "--per-credit", "0.50", "--reason", "of the year")
    desks = {"preparer": preparer, "reviewer": reviewer}
    told = list(steps(page))
    assert len(told) > 15
    for step in told:
        assert masked(printed(step, desks)) == masked(step.output), step.words
