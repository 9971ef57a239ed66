"""The PHP and TypeScript libraries, installed from their folders as their pages say."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.gateway import Demo
from tests.end_to_end.libraries.trial import (
    SECRET,
    SEEDS,
    check_examples,
    check_masses,
    cut_one_in_ten,
    posted,
)
from tests.support.counts import Count
from tests.support.proxy import Cut, TcpProxy
from tests.tidy.sources import CLIENTS

pytestmark = [pytest.mark.processes, pytest.mark.soak]

HERE: Final = Path(__file__).parent
SENDS: Final = 1_000
RUN_S: Final = 900
TYPESCRIPT: Final = ("typescript@5.9.3", "@types/node@20.19.0")
COMPILED: Final = ("--strict", "--module", "nodenext", "--target", "es2022", "--types", "node")


@dataclass(frozen=True, slots=True)
class Library:
    """One that was installed into ``folder``; ``trial`` is the command that tries it."""

    name: str
    folder: Path
    trial: tuple[str, ...]

    def run(self, *command: str, place: dict[str, Any] | None = None) -> str:
        """Run a command in the folder; give what it printed.

        Raises:
            AssertionError: it failed; with what it said.
        """
        told = {"SMS_URL": place["base_url"], "SMS_KEY": place["api_key"]} if place else {}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "COMPOSER_HOME": str(self.folder / "composer"), **told},
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_S,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def blocks(self) -> list[str]:
        """Give the examples of its page."""
        page = (CLIENTS / self.name / "README.md").read_text()
        return re.findall(rf"```{self.name}\n(.*?)```", page, re.DOTALL)


def install_php(folder: Path) -> Library:
    made = Library("php", folder, ("php", str(HERE / "trial.php"), "vendor/autoload.php"))
    source = {"type": "path", "url": str(CLIENTS / "php")}
    project = {
        "repositories": [source, {"packagist.org": False}],
        "require": {"ngoma/client": "*"},
    }
    (folder / "composer.json").write_text(json.dumps(project))
    made.run("composer", "install", "--no-interaction", "--quiet")
    for number, block in enumerate(made.blocks()):
        (folder / f"example{number}.php").write_text(
            f"<?php require 'vendor/autoload.php';\n{block}"
        )
    return made


def install_typescript(folder: Path) -> Library:
    made = Library("typescript", folder, ("node", "trial.js"))
    source = folder / "library"
    shutil.copytree(
        CLIENTS / "typescript", source, ignore=shutil.ignore_patterns("node_modules", "lib")
    )
    project = folder / "package.json"
    project.write_text('{"type": "module", "private": true}')
    made.run("npm", "ci", "--prefix", str(source), "--no-audit", "--no-fund")
    made.run("npm", "install", "--no-audit", "--no-fund", str(source), *TYPESCRIPT)
    shutil.copy(HERE / "trial.ts", folder)
    for number, block in enumerate(made.blocks()):
        (folder / f"example{number}.ts").write_text(block)
    names = [path.name for path in sorted(folder.glob("*.ts"))]
    made.run("node_modules/.bin/tsc", *COMPILED, *names)
    return made


@pytest.fixture(scope="module", params=[install_php, install_typescript])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Give an installed library."""
    install: Callable[[Path], Library] = request.param
    return install(tmp_path_factory.mktemp("library"))


def test_the_documents_examples_run(library: Library, demo: Demo) -> None:
    place = demo.place
    check_examples(
        json.loads(library.run(*library.trial, place["base_url"], place["api_key"], "examples"))
    )


def test_the_examples_of_its_page_run(library: Library, demo: Demo) -> None:
    files = sorted((*library.folder.glob("example*.php"), *library.folder.glob("example*.js")))
    assert len(files) == len(library.blocks()) == 3
    printed = [
        library.run("php" if file.suffix == ".php" else "node", file.name, place=demo.place)
        for file in files
    ]
    assert "somebody else's" in printed[-1]


def test_each_message_is_sent_and_charged_once_when_one_connection_in_ten_is_cut(
    library: Library, demo: Demo, record_property: Callable[[str, object], None]
) -> None:
    seed = SEEDS.getrandbits(32)
    record_property(*Count(f"{library.name} library", SENDS, 0, seed).as_property())
    demo.cli("wallet", "grant", demo.account, SENDS, "--reason", "a trial")
    before = demo.client.balance()
    place = demo.place
    with TcpProxy.before(place["base_url"]) as proxy:
        armed = cut_one_in_ten(proxy, SENDS, seed)
        arguments = (proxy.url_for(place["base_url"]), place["api_key"], "masses", str(SENDS))
        ids = json.loads(library.run(*library.trial, *arguments, library.name))
    spent = before - demo.client.balance()
    check_masses(demo, ids, library.name, spent=spent, armed=armed)


def test_it_knows_what_the_gateway_signed(library: Library) -> None:
    requests = posted()
    told = json.dumps([{"body": each.body, "headers": each.headers} for each in requests])
    nowhere = ("http://127.0.0.1:9", "K")
    seen = json.loads(library.run(*library.trial, *nowhere, "webhooks", SECRET, told))
    assert seen == [each.outcome for each in requests]


def test_it_says_who_it_is_and_repeats_what_was_cut(library: Library, demo: Demo) -> None:
    place = demo.place
    with TcpProxy.before(place["base_url"]) as proxy:
        seen = proxy.cut_on(f"ngoma-client-{library.name}/".encode(), Cut.BEFORE_ANSWER)
        arguments = (proxy.url_for(place["base_url"]), place["api_key"], "masses", "1")
        assert json.loads(library.run(*library.trial, *arguments, "who"))
    assert seen.fired == 1
