"""The generator of statements: the same seed writes the same bytes, and a fifth of it overlaps."""

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.generation import generate
from adapters.generation.cases import ANOMALIES, OVERLAPS, PLAIN
from adapters.statements.file import open_statement
from tests.support.generated import PROVIDERS, read_history


def test_the_same_seed_writes_the_same_bytes_and_the_truth_on_its_own(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        out = tmp_path / folder
        generate(seed=3, payments=400, days=5, out=out, truth=out / "truth.jsonl")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted([*(f"{name}.csv" for name in PROVIDERS), "payments.csv", "truth.jsonl"])
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_another_seed_tells_another_story(tmp_path: Path) -> None:
    for seed in (1, 2):
        out = tmp_path / str(seed)
        generate(seed=seed, payments=50, days=5, out=out, truth=out / "truth.jsonl")
    assert (tmp_path / "1/mtn.csv").read_bytes() != (tmp_path / "2/mtn.csv").read_bytes()


def test_a_fifth_of_the_anomalies_overlaps(tmp_path: Path) -> None:
    made = generate(seed=1, payments=2_000, days=30, out=tmp_path, truth=tmp_path / "truth.jsonl")
    assert made.payments >= 2_000 * 0.95
    assert 0.17 <= made.overlaps / made.anomalies <= 0.23


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in (*PLAIN, *ANOMALIES, *OVERLAPS)]
    assert len(names) == len(set(names))


def test_the_generator_knows_nothing_of_the_matcher() -> None:
    look = "import sys, adapters.generation; print([m for m in sys.modules if 'matching' in m])"
    seen = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=30
    )
    assert seen.stdout == "[]\n"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_templates_that_are_shipped_read_what_is_generated(
    tmp_path: Path, provider: str
) -> None:
    generate(seed=5, payments=400, days=30, out=tmp_path, truth=tmp_path / "truth.jsonl")
    history = read_history(tmp_path, tmp_path / "truth.jsonl")
    read = open_statement(tmp_path / f"{provider}.csv")
    repeated = {
        truth["row"]
        for truth in history.line_truth[provider]
        if {"duplicate_row", "ambiguous"} & set(truth["troubles"])
    }
    found = {
        one.row: (one.transaction_id, one.amount_ngwee, one.happened_at) for one in read.lines()
    }
    written = {
        row: (one.receipt, one.amount_ngwee, one.at)
        for row, one in enumerate(history.lines[provider], start=2)
    }
    assert found.items() <= written.items()
    assert written.keys() - found.keys() <= repeated
    assert {one.row for one in read.summary.refused_rows} <= repeated
