"""The six rooms install as one distribution, typed, and as nobody else's."""

import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import entry_points, packages_distributions, version
from itertools import chain
from typing import Any, Final

import pytest

from adapters.anchors import anchor_file
from adapters.settings import Settings
from adapters.writer_key import own_key_file
from tests.tidy.sources import ROOMS, ROOT

PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
HATCH: Final = PROJECT["tool"]["hatch"]["build"]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.slow
def test_a_room_belongs_to_this_distribution_alone(room: str) -> None:
    """The names are general: another distribution's ``domain`` would hide ours."""
    owners = packages_distributions().get(room, ["ngoma"])  # absent: installed as editable
    assert owners == ["ngoma"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_a_typed_package(room: str) -> None:
    assert (ROOT / room / "__init__.py").exists()
    assert (ROOT / room / "py.typed").exists()


@pytest.mark.parametrize("room", ROOMS)
def test_every_folder_of_a_room_is_a_package(room: str) -> None:
    bare = {
        path.parent.relative_to(ROOT).as_posix()
        for path in (ROOT / room).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert bare == set()


def test_the_wheel_holds_the_rooms_and_no_tests() -> None:
    assert sorted(HATCH["targets"]["wheel"]["packages"]) == sorted(ROOMS)
    assert set(HATCH["targets"]["sdist"]["only-include"]) >= set(ROOMS)
    assert "tests" not in HATCH["targets"]["sdist"]["only-include"]
    assert HATCH["dev-mode-dirs"] == ["."]  # else one .pth line a room


def test_the_command_is_installed() -> None:
    (script,) = entry_points(group="console_scripts", name="ngoma")
    assert script.value == PROJECT["project"]["scripts"]["ngoma"] == "worker.cli:main"


def test_what_is_installed_is_this_version() -> None:
    assert version("ngoma") == PROJECT["project"]["version"]


@pytest.mark.slow
def test_what_runs_the_gateway_installs_no_development_tools() -> None:
    def planned(target: str) -> str:
        command = ["make", "--dry-run", target, "VENV=no-such-folder"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "--editable '.[dev]'" in planned("setup")
    assert "--editable '.'" in planned("run")
    assert "[dev]" not in planned("run")
    assert "Building" in planned("run"), "it says what takes a minute"


def test_every_dependency_has_a_range() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    pinned = [*PROJECT["project"]["dependencies"], *chain.from_iterable(extras.values())]
    ours = [f"ngoma[{name}]" for name in extras]
    assert [d for d in pinned if "<" not in d and d not in ours] == []


def test_the_tests_of_types_and_imports_see_every_room() -> None:
    assert set(PROJECT["tool"]["mypy"]["files"]) == {*ROOMS, "tests"}
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == set(ROOMS)


def test_what_a_gateway_keeps_in_its_clone_is_nothing_to_commit() -> None:
    settings = Settings()
    kept = (settings.data_dir.name, anchor_file(settings).parent.name, own_key_file(settings).name)
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    assert [name for name in kept if not any(fnmatch(name, line) for line in ignored)] == []
