"""Clients of four languages send as the documents' examples do, and everything is as it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.gateway import ROOT, Demo
from tests.support.counts import is_soak

pytestmark = pytest.mark.processes


def test_the_documents_requests_work_unchanged_in_every_language(tmp_path: Path) -> None:
    with Demo(tmp_path / "demo"):  # with the published limits
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.end_to_end.clients"),
                *("--data-dir", str(tmp_path / "demo")),
                *([] if is_soak() else ["--available"]),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "Python" in done.stdout
