"""Randomised tests say how often they ran, in every kind of run, and fail when they must."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.counts import Count, soak_count

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]

SAMPLE = '''"""A sample of tests."""

from tests.support.counts import soak_count


def test_that_holds(report_count):
    report_count("wallet races", runs=soak_count(10_000, 25), violations=0, seed=7)


def test_that_does_not(report_count):
    report_count("refunds", runs=3, violations=1, seed="abc")


def test_with_a_server(database_url):
    raise AssertionError(database_url)
'''


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "test_sample.py"
    path.write_text(SAMPLE)
    return path


def _run(sample: Path, *arguments: str, soak: str = "") -> str:
    command = [sys.executable, "-m", "pytest", str(sample), "-p", "tests.conftest", *arguments]
    command += ["--config-file", str(ROOT / "pyproject.toml"), "--rootdir", str(sample.parent)]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, "-m", "not servers"],
        cwd=ROOT,
        env={**own, "NGOMA_SOAK": soak, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("processes", ["0", "1"])
def test_counts_stand_in_the_summary_of_passed_and_failed_tests(
    sample: Path, processes: str
) -> None:
    output = _run(sample, "--numprocesses", processes)
    assert "wallet races: 25 runs, 0 violations, seed 7" in output
    assert "refunds: 3 runs, 1 violations, seed abc" in output
    assert "1 failed, 1 passed" in output


def test_a_soak_asks_for_full_counts(sample: Path) -> None:
    assert "wallet races: 10,000 runs" in _run(sample, "--numprocesses", "0", soak="full")


def test_what_takes_a_server_is_marked_so_without_being_told(sample: Path) -> None:
    assert "2/3 tests collected (1 deselected)" in _run(sample, "--collect-only")


def test_quick_counts_are_twenty_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NGOMA_SOAK", raising=False)
    assert (soak_count(500), soak_count(500, quick=3)) == (20, 3)
    monkeypatch.setenv("NGOMA_SOAK", "full")
    assert soak_count(500) == 500


def test_a_count_crosses_processes() -> None:
    count = Count("x", runs=1_000, violations=0, seed="s")
    assert Count.from_property(count.as_property()[1]) == count
