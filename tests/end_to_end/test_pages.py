"""What README.md and docs/api.md show has been run: in the page's order, against one demo."""

import json
import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.end_to_end.gateway import ROOT, Demo
from tests.worker.cli.commands import Cli

pytestmark = pytest.mark.processes

README: Final = (ROOT / "README.md").read_text()
API: Final = (ROOT / "docs" / "api.md").read_text()
BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SECTION: Final = re.compile(r"^### (.*?)\n(.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)
GET: Final = re.compile(r"`GET (/\S+)`")
ANSWERED_S: Final = 20.0
POLL_S: Final = 0.1
CHANCE: Final = (
    (re.compile(r"^[0-9a-f]{12}-[1-9][0-9]*$"), "<a request of the gateway's>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"MSG-\d+"), "MSG-TIME"),
    (re.compile(r"evt_[0-9a-f]{32}"), "EVENT"),
    (re.compile(r"ngs_[\w-]{43}"), "TOKEN"),
    (re.compile(r"\b(?=[0-9]*[A-Z])([0-9A-Z]{32}|[0-9A-Z]{8})\b"), "KEY"),
    (re.compile(r"SIM \d"), "SIM"),
    (re.compile(r"reference \d+"), "REFERENCE"),
)
"""What is another at each run, in texts."""
POSITIONS: Final = {"position", "next", "sequence"}
"""Numbers that count what others did, too."""
MOMENTS: Final = {"sealed"}
"""What is so a minute later, and not before."""


@dataclass(frozen=True)
class Shown:
    """A request that a page shows, and the answer below it if there is one."""

    title: str
    command: str
    answer: Any


def commands(block: str) -> list[str]:
    """Give the commands of a block of shell, each on one line, without its comments."""
    lines = re.sub(r"\\\n\s*", "", block).splitlines()
    whole, quoted = [], ""
    for line in lines:
        quoted += line
        if quoted.count("'") % 2:
            quoted += "\n"
            continue
        whole.append(quoted)
        quoted = ""
    return [line for line in whole if line.startswith(("curl ", "ngoma "))]


def story(page: str) -> Iterator[Shown]:
    """Give what each section of a page asks and is answered; those that only tell have none."""
    for title, text in SECTION.findall(page):
        blocks = BLOCK.findall(text)
        asked = [command for kind, block in blocks if not kind for command in commands(block)]
        if not asked and (found := GET.search(title)):
            who = "$TOKEN" if found[1] == "/api/v1/account" else "$KEY"
            asked = [f'curl "$BASE{found[1]}" -H "Authorization: Bearer {who}"']
        answered = [json.loads(block) for kind, block in blocks if kind == "json"]
        for command in asked[:1]:
            yield Shown(title, command, answered[0] if answered else None)


@dataclass
class Visitor:
    """Somebody who pastes what a page shows."""

    demo: Demo
    http: httpx.Client
    token: str = ""

    def curl(self, command: str) -> httpx.Response:
        """Ask what a ``curl`` line asks."""
        written = command.replace("api_key=…", "api_key=$KEY").replace("$TOKEN", self.token)
        written = written.replace("$KEY", self.demo.place["api_key"])
        words = iter(shlex.split(written.replace("$BASE", self.base))[1:])
        method, url, headers, body = "", "", {}, None
        for word in words:
            match word:
                case "-s":
                    continue
                case "-X":
                    method = next(words)
                case "-H":
                    name, _, value = next(words).partition(": ")
                    headers[name] = value
                case "-d":
                    body = next(words).encode()
                case _:
                    url = word.replace("http://127.0.0.1:8080", self.base)
        method = method or ("GET" if body is None else "POST")
        return self.http.request(method, url, headers=headers, content=body)

    @property
    def base(self) -> str:
        return str(self.demo.place["base_url"])


@pytest.fixture(scope="module")
def visitor(demo: Demo) -> Iterator[Visitor]:
    with httpx.Client(timeout=ANSWERED_S) as http:
        yield Visitor(demo, http)


def test_the_pages_show_something() -> None:
    assert len(list(story(API))) >= 15
    assert len(readme_commands()) >= 6


def test_what_the_api_s_page_shows_is_what_happens(visitor: Visitor) -> None:
    for shown in story(API):
        answer = visitor.curl(shown.command)
        assert answer.is_success, f"{shown.title}: {answer.text}"
        visitor.token = answer.json().get("token", visitor.token)
        if shown.answer is None:
            continue
        if answer.request.method == "GET":
            answer = answer_in_time(visitor, shown)
        assert told(answer.json(), shown.answer) == told(shown.answer), shown.title


def answer_in_time(visitor: Visitor, shown: Shown) -> httpx.Response:
    """Ask until the answer is the one that is shown, or so long: messages take a while to leave."""
    deadline = time.monotonic() + ANSWERED_S
    while True:
        answer = visitor.curl(shown.command)
        is_right = told(answer.json(), shown.answer) == told(shown.answer)
        if is_right or time.monotonic() > deadline:
            return answer
        time.sleep(POLL_S)


def told(value: Any, beside: Any = None) -> Any:
    """Give a value without what is another at each run.

    Of a longer list only those entries count that look like an entry of ``beside``.
    """
    match value:
        case dict():
            other = beside if isinstance(beside, dict) else {}
            return {
                name: name
                if (name in POSITIONS and part) or name in MOMENTS
                else told(part, other.get(name))
                for name, part in value.items()
            }
        case list() if isinstance(beside, list) and len(beside) < len(value):
            wanted = [told(entry) for entry in beside]
            return [entry for entry in map(told, value) if entry in wanted]
        case list():
            return [told(entry) for entry in value]
        case str():
            for pattern, word in CHANCE:
                value = pattern.sub(word, value)
            return value
        case _:
            return value


# -- README -----------------------------------------------------------------------------------


def readme_commands() -> Sequence[str]:
    return [each for kind, block in BLOCK.findall(README) if not kind for each in commands(block)]


def test_what_readme_shows_works_in_its_order(visitor: Visitor) -> None:
    started = commands(visitor.demo.log.read_text().replace("\n  curl", "\ncurl"))
    assert len(started) == 4, "the start prints how to send, to look, to pay, and to look at that"
    for command in started:
        answer = visitor.curl(command)
        assert answer.is_success, f"{command}: {answer.text}"
    cli = Cli(visitor.demo.folder)
    for command in readme_commands():
        if command.startswith("curl"):
            answer = visitor.curl(command)
            assert answer.is_success, f"{command}: {answer.text}"
        else:
            cli.run(*shlex.split(command)[1:])


def test_readme_s_settings_are_settings(tmp_path: Path) -> None:
    (written,) = [block for kind, block in BLOCK.findall(README) if kind == "toml"]
    pin = tmp_path / "pin"
    pin.write_text("1234")
    pin.chmod(0o600)
    config = tmp_path / "ngoma.toml"
    config.write_text(re.sub(r"file:[^\"]+", f"file:{pin}", written))
    modems: Mapping[str, Any] = Cli(tmp_path).json("config", "show", "--config", config)
    assert "mtn-1" in json.dumps(modems)
