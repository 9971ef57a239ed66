"""Each import contract of pyproject.toml is kept, and is reported when it is broken on purpose."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
CONTRACTS: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
NAMES: Final[dict[str, str]] = {c["id"]: c["name"] for c in CONTRACTS["contracts"]}

PLANTS: Final = {
    "rooms": ("projections/planted.py", "import adapters.security"),
    "pure-domain": ("domain/planted.py", "from msgspec import json"),
    "pure-application": ("application/ports/planted.py", "import sqlalchemy.orm"),
    "use-cases": ("application/books/planted.py", "from application.fleet import leases"),
    "web-subjects": ("api/http/planted.py", "from api.door import keys"),
    "door": ("api/door/planted.py", "from api.http.wire import Call"),
    "projections-queries": ("projections/planted.py", "from application import ports"),
    "read-models": ("adapters/queue/planted.py", "import projections"),
    "drivers": ("adapters/modems/simulated/planted.py", "from adapters.modems import at"),
    "providers": (
        "adapters/mobile_money/wire/planted.py",
        "from adapters.mobile_money.mtn import client",
    ),
    "statement-files": ("adapters/statements/planted.py", "import adapters.queue"),
    "generated-statements": ("adapters/generation/planted.py", "import domain.matching"),
    "web-inwards": ("api/http/planted.py", "import adapters.security"),
    "composition-root": ("adapters/queue/planted.py", "from adapters import bootstrap"),
    "web-app": ("worker/planted.py", "def serve():\n    from api import app"),
}
"""For each contract a file and the import in it that breaks this contract and no other."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the rooms to where they can be spoilt."""
    copy = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in CONTRACTS["root_packages"]:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def _report(rooms: Path) -> dict[str, str]:
    """Run lint-imports in ``rooms``; give the verdict on each contract by its name."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=rooms,
        env={**os.environ, "PYTHONPATH": str(rooms), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", done.stdout, flags=re.MULTILINE))
    assert set(verdicts) == set(NAMES.values()), done.stdout + done.stderr
    assert (done.returncode == 0) == ("BROKEN" not in verdicts.values())
    return verdicts


@pytest.mark.slow
def test_the_rooms_keep_every_contract(copy: Path) -> None:
    broken = [name for name, verdict in _report(copy).items() if verdict == "BROKEN"]
    assert broken == []


@pytest.fixture
def plant(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Put one offending import into the copy, and take it out again."""
    file, offence = PLANTS[request.param]
    (copy / file).write_text(f"{offence}\n")
    yield copy
    (copy / file).unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("contract", "plant"), [(name, name) for name in NAMES], indirect=["plant"], ids=list(NAMES)
)
def test_a_broken_contract_is_reported_and_no_other(contract: str, plant: Path) -> None:
    broken = {name for name, verdict in _report(plant).items() if verdict == "BROKEN"}
    assert broken == {NAMES[contract]}
