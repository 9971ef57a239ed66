"""Programs in the languages of other people, and what each of them needs on this machine.

A sender is told BASE_URL API_KEY RETRIES CALLS TEXT TO…, and makes the CALLS (names of ``CALLS``
with commas between) one after the other: a send to the first recipient or a bulk to all, with TEXT
and the call's name as its message. With 0 retries its client is as it comes. It prints one line of
JSON, for each call::

    {"status": …, "attempts": …, "answer": …, "raised": what it threw, or absent}

A maker of shapes is told BASE_URL API_KEY SINGLE BULK RECIPIENTS TEXT ONE TWO, where SINGLE and
BULK are the paths of a dialect and RECIPIENTS is its name of a bulk's list. Each of its requests is
written in another way; its message is its name and TEXT. It prints ``{name: {"status": …,
"answer": …}}``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.counts import is_soak

HERE: Final = Path(__file__).parent
NODE: Final = HERE / "node"
PROBE_S: Final = 30.0
RUN_S: Final = 90.0

CALLS: Final = ("single", "bulk", "feltech_single", "feltech_bulk", "balance")

Seen = Mapping[str, Mapping[str, Any]]
"""What a program printed."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What runs a program; ``probe`` is a command that succeeds where all of it is there."""

    needs: str
    probe: tuple[str, ...]
    is_slow: bool = False
    """Whether it takes seconds to start: left to the soak."""


JAVA: Final = Runtime("default-jdk-headless", ("javac", "-version"), is_slow=True)
CURL: Final = Runtime("curl with HTTP/2", ("sh", "-c", "curl --version | grep -qw HTTP2"))
PHP: Final = Runtime(
    "php-cli (8 or newer) and php-curl",
    ("php", "-r", "exit(PHP_VERSION_ID >= 80000 && function_exists('curl_init') ? 0 : 1);"),
)
GUZZLE: Final = Runtime(
    f"{PHP.needs}, and php-guzzlehttp-guzzle",
    ("php", "-r", "exit(is_file('/usr/share/php/GuzzleHttp/autoload.php') ? 0 : 1);"),
)
NODEJS: Final = Runtime(
    "nodejs (18 or newer)", ("node", "-e", "process.exit(typeof fetch === 'function' ? 0 : 1)")
)
PACKAGES: Final = Runtime(
    f"{NODEJS.needs}, and its packages: npm ci --prefix tests/end_to_end/foreign/node",
    ("test", "-d", str(NODE / "node_modules" / "axios-retry")),
)
PYTHON: Final = Runtime("Python", (sys.executable, "-c", "import requests, urllib3"))


@dataclass(frozen=True, slots=True)
class Program:
    """One program: what its client throws at a 503, and whether the answer can be read then."""

    name: str
    runtime: Runtime
    command: tuple[str, ...]
    raises: str | None = None
    reads_failures: bool = True
    retries_by_hand: bool = False

    def __str__(self) -> str:
        return self.name


def _file(name: str) -> str:
    return str(HERE / name)


_JAVA: Final = ("java", "-XX:TieredStopAtLevel=1")  # starts sooner

SENDERS: Final = (
    Program("Java", JAVA, (*_JAVA, "Send"), retries_by_hand=True),
    Program("curl", CURL, ("sh", _file("send.sh"))),
    Program("PHP cURL", PHP, ("php", _file("curl.php")), retries_by_hand=True),
    Program(
        "PHP streams",
        PHP,
        ("php", _file("streams.php")),
        "false",
        reads_failures=False,
        retries_by_hand=True,
    ),
    Program("Guzzle", GUZZLE, ("php", _file("guzzle.php")), "ServerException"),
    Program("fetch", NODEJS, ("node", _file("node/fetch.mjs")), retries_by_hand=True),
    Program("axios", PACKAGES, ("node", _file("node/axios.mjs")), "AxiosError"),
    Program("got", PACKAGES, ("node", _file("node/got.mjs")), "HTTPError"),
    Program(
        "urllib3",
        PYTHON,
        (sys.executable, _file("urllib3_retry.py")),
        "MaxRetryError",
        reads_failures=False,
    ),
)
SHAPES: Final = {
    "Java": Program("Java", JAVA, (*_JAVA, "Shapes")),
    "curl": Program("curl", CURL, ("sh", _file("shapes.sh"))),
    "PHP": Program("PHP", PHP, ("php", _file("shapes.php"))),
    "Guzzle": Program("Guzzle", GUZZLE, ("php", _file("shapes_guzzle.php"))),
    "Node": Program("Node", NODEJS, ("node", _file("node/shapes.mjs"))),
    "Python": Program("Python", PYTHON, (sys.executable, _file("shapes.py"))),
}


SIGNATURES: Final = Program(
    "http-message-signatures",
    Runtime(PACKAGES.needs, ("test", "-d", str(NODE / "node_modules" / "http-message-signatures"))),
    ("node", _file("node/signatures.mjs")),
)
"""Verifies and makes signatures of messages."""


@cache
def is_there(runtime: Runtime) -> bool:
    """Say whether this machine has it, and whether this run has the time for it."""
    if runtime.is_slow and not is_soak():
        return False
    try:
        done = subprocess.run(runtime.probe, capture_output=True, check=False, timeout=PROBE_S)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def require(program: Program) -> None:
    """Skip the test, and say what to install, where the program cannot run; in a soak it fails."""
    if not is_there(program.runtime):
        words = f"{program} was not tried: install {program.runtime.needs}, or make soak"
        pytest.fail(words) if is_soak() else pytest.skip(words)


def compile_java(folder: Path) -> None:
    """Compile the programs in Java, where there is a compiler."""
    if is_there(JAVA):
        files = map(str, sorted(HERE.glob("*.java")))
        subprocess.run(["javac", "-d", str(folder), *files], check=True, timeout=RUN_S)


def run(program: Program, *arguments: str, classes: Path) -> Seen:
    """Run a program, with the compiled ones in ``classes``; give what it printed.

    Raises:
        AssertionError: it failed, or printed something else than JSON; with what it said.
    """
    done = subprocess.run(
        [*program.command, *arguments],
        env={**os.environ, "CLASSPATH": str(classes)},
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )
    try:
        assert done.returncode == 0
        seen: Seen = json.loads(done.stdout)
    except (AssertionError, ValueError):
        msg = f"{program} ended with {done.returncode}: {done.stdout}{done.stderr}"
        raise AssertionError(msg) from None
    return seen
