"""The table of one machine: its rows, what is left out, other builds, and fewer cores."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Final, cast

import pytest

from domain.values import Network
from domain.wallet import CreditWallet, wallet_id
from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import cores, side_by_side
from tests.benchmarks.bench import POSTGRESQL, SQLITE, Bench
from tests.benchmarks.checkouts import Checkout
from tests.benchmarks.gateways import PLENTY, Place
from tests.benchmarks.load import Load
from tests.benchmarks.served import Contender, Served
from tests.benchmarks.table import Row, markdown

LATE: Final = Load(1.0, answers=300, refused=0, broken=0, p50_ms=20.0, p99_ms=31.0)


NOTHING: Final = Load(1.0, answers=0, refused=0, broken=0, p50_ms=0.0, p99_ms=0.0)


class Stood(Contender):
    """One whose turns are over."""

    def cpu_s(self) -> float:
        return 0.0

    def prepare(self) -> None:
        """Nothing is left to do."""

    def settle(self) -> None:
        """Nothing is left to do."""


def _stood(name: str, *rates: int, cpu_us: float = 100.0, refused: int = 0) -> Stood:
    loads = [Load(1.0, rate + refused, refused, 0, 10.0, 20.0) for rate in rates]
    return Stood(name=name, url="", shots=[], loads=loads, cpu_us=[cpu_us] * len(rates))


def _rates(mine: Stood, other: Stood | None, least: float | None = 2.5, store: str = SQLITE) -> Row:
    served = cast("Served", mine)
    return side_by_side.rates(store, served, other, least=least, missing="no baseline: no reason")


# -- rows -----------------------------------------------------------------------------------------


def test_a_row_has_medians_and_their_ratio() -> None:
    row = _rates(_stood("mine", 100, 300, 900), _stood("before", 50, 100, 120))

    assert row.cells[1:6] == ("300 /s", "100 /s before", "3.00", "≥ 2.5, p99 ≤ 30 ms", "yes")


def test_a_ratio_below_its_aim_or_a_late_answer_does_not_meet_it() -> None:
    slow = _rates(_stood("mine", 240), _stood("before", 100))
    late = _stood("mine", 300)
    late.loads = [LATE]

    assert slow.is_met is False
    assert _rates(late, _stood("before", 100)).is_met is False
    assert _rates(late, _stood("before", 100), store=POSTGRESQL).is_met is True


def test_what_is_missing_leaves_a_row_without_a_verdict_that_says_so() -> None:
    row = _rates(_stood("mine", 300), None)

    assert row.cells[2:4] == ("", "")
    assert row.is_met is None
    assert row.notes.startswith("no baseline: no reason")


def test_a_baseline_without_an_aim_is_only_compared() -> None:
    row = _rates(_stood("mine", 300), _stood("Jasmin", 100), least=None)

    assert (row.ratio, row.aim, row.is_met) == (3.0, "", None)


def test_where_nobody_was_answered_no_aim_is_met() -> None:
    nothing = _stood("before", 0)
    nothing.loads = [NOTHING]

    assert _rates(_stood("mine", 300), nothing).is_met is None
    assert _rates(nothing, _stood("before", 100)).is_met is False
    assert "p99 inf ms" in _rates(nothing, None).notes


def test_what_either_refused_is_in_the_notes() -> None:
    row = _rates(_stood("mine", 300, refused=7), _stood("Kannel", 100, refused=9))

    assert "mine: 7 refused, 0 broken, not counted" in row.notes
    assert "Kannel: 9 refused, 0 broken, not counted" in row.notes
    assert row.cells[1:3] == ("300 /s", "100 /s Kannel")


def test_processor_time_is_compared_with_the_build_before() -> None:
    mine, before = _stood("mine", 1, cpu_us=44), _stood("before", 1, cpu_us=100)

    assert side_by_side.processor_time(SQLITE, mine, before).is_met is True
    mine.cpu_us = [46.0]
    assert side_by_side.processor_time(SQLITE, mine, before).is_met is False
    alone = side_by_side.processor_time(SQLITE, mine, None)
    assert (alone.is_met, alone.notes) == (None, side_by_side.NO_BEFORE)


# -- cores ----------------------------------------------------------------------------------------


def test_everything_that_runs_and_begins_is_kept_on_the_cores_that_were_asked_for() -> None:
    before = os.sched_getaffinity(0)
    ask = "import os, sys\nfor _ in sys.stdin: print(len(os.sched_getaffinity(0)), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as older:

        def asked() -> int:
            assert older.stdin is not None
            assert older.stdout is not None
            older.stdin.write("\n")
            older.stdin.flush()
            return int(older.stdout.readline())

        assert asked() == len(before)
        with cores.pinned(1):
            assert (cores.available(), asked()) == (1, 1)
            newer = subprocess.run(
                [sys.executable, "-c", ask], input="\n", capture_output=True, text=True, check=True
            )
            assert int(newer.stdout) == 1
        assert (os.sched_getaffinity(0), asked()) == (before, len(before))


def test_more_cores_than_there_are_cannot_be_had() -> None:
    with pytest.raises(ValueError, match="cores were asked for"), cores.pinned(10_000):
        pass


def test_cores_that_the_machine_does_not_have_are_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def benchmark(_: Bench) -> Iterator[Row]:
        ran.append(cores.available())
        yield Row(what="a thing", figure=None)

    monkeypatch.setattr(benchmarks, "BENCHMARKS", {"thing": benchmark})
    bench = cast("Bench", SimpleNamespace(say=lambda _: None))

    rows = [row for count in (1, 10_000) for row in benchmarks.run_on(bench, count, ["thing"])]

    assert ran == [1]
    assert [row.what for row in rows] == ["a thing, on 1 core", "everything on 10000 cores"]
    assert rows[1].notes == f"left out: this machine has {cores.available()}"
    assert "did not run" in markdown(rows)


# -- other builds ---------------------------------------------------------------------------------


def test_a_revision_is_taken_out_of_git_and_run_from_there(tmp_path: Path) -> None:
    found = Checkout.find("HEAD", tmp_path / "before")

    assert found.name.startswith("the build before (")
    assert (found.python, found.folder) == (sys.executable, tmp_path / "before")
    assert _file_of(found, "worker") == tmp_path / "before" / "worker" / "__init__.py"


def test_a_folder_is_run_by_its_own_interpreter(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.symlink_to(sys.executable)

    assert Checkout.find(str(tmp_path), tmp_path / "x").python == str(python)
    python.unlink()
    assert Checkout.find(str(tmp_path), tmp_path / "x").python == sys.executable


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither a folder with a checkout nor a revision"):
        Checkout.find("no-such-thing", tmp_path / "before")


def _file_of(checkout: Checkout, module: str) -> Path:
    """Give where that checkout's processes have a module from."""
    code = f"import json, {module}; print(json.dumps({module}.__file__))"
    done = subprocess.run(
        [checkout.python, "-c", code],
        cwd=checkout.folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Path(json.loads(done.stdout))


@pytest.mark.processes
@pytest.mark.slow
def test_errands_are_run_beside_a_store_by_the_code_of_its_server(tmp_path: Path) -> None:
    with Checkout.here().errands(tmp_path, None) as errands:
        account = errands.create_account()
        errands.stay_online()
        assert Path(errands.environment["NGOMA_DATA_DIR"]) == tmp_path

    with Place(name=SQLITE, folder=tmp_path).guest() as guest:
        balance = guest.system.reader.find(CreditWallet, wallet_id(account.number))
        assert balance is not None
        assert balance.available == PLENTY
        networks = {lease.network for lease in guest.system.store.leases()}
    assert networks == set(Network)
