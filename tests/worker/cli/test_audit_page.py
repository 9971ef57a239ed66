"""What ``docs/audit.md`` tells an auditor to type is typed, and says what the page says it says.

Ngoma is there for its own commands alone: ``verify.py`` runs in an empty environment, by a Python
without any package, in a folder with nothing but what the auditor took along.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from adapters.evidence import verify
from domain.proof.notes import SealKey
from tests.support.sealing import seal_now
from tests.support.system import create_account, grant, running_system
from tests.worker.cli.commands import NGOMA, Cli

pytestmark = [pytest.mark.processes, pytest.mark.slow]

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = ROOT / "docs" / "audit.md"
BLOCK: Final = re.compile(r"^```(?:[a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BARE: Final = getattr(sys, "_base_executable", sys.executable)


class Typed(NamedTuple):
    command: str
    shown: str


def typed() -> Iterator[Typed]:
    """Give each command of the page with what it shows there."""
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if block.startswith("$ "):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                lines = part.splitlines()
                length = 1
                while lines[length - 1].endswith("|"):
                    length += 1
                yield Typed("\n".join(lines[:length]), "\n".join(lines[length:]))


def words(text: str) -> str:
    """Leave out what differs from log to log: numbers, hashes, and the plural by them."""
    text = re.sub(r"\b[0-9a-f]{32,}\b", "HASH", text)
    text = re.sub(r"\d[\d,]*", "N", text)
    return re.sub(r"\b(event|seal)s\b", r"\1", text).replace(" fit ", " fits ").rstrip()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an auditor's folder: a checkpoint, a key and a copy of verify.py, and tree.py."""
    root = tmp_path_factory.mktemp("auditor")
    cli, desk, bin_ = Cli(root / "data"), root / "desk", root / "bin"
    desk.mkdir()
    bin_.mkdir()
    cli.migrate()
    cli.run("seal", "--make-key")
    with running_system(cli.folder) as system:
        account, _ = create_account(system, credits=5)
        for _ in range(10):
            grant(system, account, 1)
        (desk / "kept.txt").write_text(seal_now(system), encoding="utf-8")
        grant(system, account, 1)
        seal_now(system)
    keys = cli.json("audit", "keys")
    (desk / "key").write_text(f"{keys[-1]['key']}\n")
    shutil.copy(verify.__file__, desk / "verify.py")
    (tree,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (desk / "tree.py").write_text(tree)
    with_library = f'[ "$1" = tree.py ] && exec {sys.executable} "$@"'
    for name, line in (
        ("ngoma", f'NGOMA_DATA_DIR={cli.folder} PYTHONPATH={ROOT} exec {" ".join(NGOMA)} "$@"'),
        ("python3", f'{with_library}\nexec env -i {BARE} -I -S "$@"'),
    ):
        (bin_ / name).write_text(f"#!/bin/sh\n{line}\n")
        (bin_ / name).chmod(0o755)
    return desk


def test_what_the_page_shows_is_what_comes(desk: Path) -> None:
    path = f"{desk.parent / 'bin'}:/usr/bin:/bin"
    kept = (desk / "kept.txt").read_text().splitlines()
    fingerprint = SealKey.read((desk / "key").read_text().strip()).fingerprint
    ran = 0
    for command, shown in typed():
        line = re.sub(r"--key [0-9a-f]{64}", f"--key {fingerprint}", command)
        line = re.sub(r"tree\.py \d+", f"tree.py {kept[1]}", line)
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=desk,
            env={"PATH": path, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert words(done.stdout) == words(shown), (command, done.stdout, done.stderr)
        assert done.returncode == (3 if "is not proven" in shown else 0), (command, done.stderr)
        ran += 1
    assert ran > 10
