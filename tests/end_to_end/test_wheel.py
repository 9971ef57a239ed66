"""What is installed from the wheel works where no checkout is: commands, pages, documents."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.end_to_end.gateway import Demo, environment
from tests.support.wheels import build_wheel, install_alone
from tests.tidy.sources import ROOMS, ROOT

pytestmark = pytest.mark.processes

PAGES: Final = ("/", "/docs", "/docs/reference", "/login", "/register")
SHARED: Final = {"docs": "share/doc/ngoma", "deploy": "share/ngoma"}
LEFT_OUT: Final = ("api/clients/", "docs/pages/")
"""What developers need: libraries of other languages, pictures of pages."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the installed command."""
    return install_alone(wheel, tmp_path_factory.mktemp("installed"))


class Installed(Demo):
    """The demo of the installed command, started where it finds nothing but itself."""

    is_warm = False

    def __init__(self, programs: Path, folder: Path) -> None:
        super().__init__(folder)
        self.work_folder = folder.parent
        self._program = programs / "ngoma"

    @property
    def command(self) -> tuple[str, ...]:
        return (str(self._program),)


@pytest.fixture(scope="module")
def served(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Give a demo that runs from the wheel."""
    with Installed(programs, tmp_path_factory.mktemp("elsewhere") / "data") as running:
        yield running


def test_the_wheel_holds_all_that_is_kept_of_rooms_documents_and_units(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", *ROOMS, *SHARED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    expected = set()
    for name in listed.stdout.splitlines():
        first, _, rest = name.partition("/")
        if not name.startswith(LEFT_OUT):
            expected.add(f"{SHARED[first]}/{rest}" if first in SHARED else name)
    with zipfile.ZipFile(wheel) as file:
        held = {re.sub(r"^ngoma-[^/]*\.data/data/", "", name) for name in file.namelist()}
    assert expected - held == set()
    more = {name for name in held - expected if ".dist-info/" not in name}
    assert more == {"share/doc/ngoma/CHANGELOG.md"}


def test_the_installed_command_knows_itself_and_makes_a_store(
    programs: Path, tmp_path: Path
) -> None:
    def said(*arguments: str) -> str:
        variables = environment({"NGOMA_DATA_DIR": str(tmp_path / "data")})
        done = subprocess.run(
            [programs / "ngoma", *arguments],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return done.stdout

    assert "Usage: ngoma" in said("--help")
    assert "Made the tables of the store." in said("migrate")
    found = subprocess.run(
        [programs / "python", "-c", "import worker; print(worker.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).is_relative_to(programs.parent), "not the checkout's"


def test_pages_documents_and_what_they_are_made_of_are_served_from_the_wheel(
    served: Installed,
) -> None:
    with closing(httpx.Client(base_url=served.place["base_url"])) as client:
        assets: set[str] = set()
        for page in PAGES:
            answer = client.get(page)
            assert (answer.status_code, answer.headers["content-type"]) == (
                200,
                "text/html; charset=utf-8",
            ), page
            assets |= set(re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text))
        assert {Path(name).suffix for name in assets} >= {".css", ".js", ".svg"}
        assert {client.get(name).status_code for name in assets} == {200}
        assert client.get("/openapi.json").json()["openapi"].startswith("3.")
    assert served.send(1) == [1]
