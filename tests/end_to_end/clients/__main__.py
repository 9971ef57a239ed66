"""``make clients``: sends through the running demo as the published documents' examples do.

Four clients of our own, one a language, make the documents' requests. Their answers must be as
documented, the messages must stand in the modems' network logs with the right text, both logs
must show them sent, and the balance must have gone down by the right number.
"""

import argparse
import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
from rich.console import Console
from rich.table import Table

from tests.end_to_end.clients.answers import DOCUMENTED, faults_of
from tests.end_to_end.clients.languages import LANGUAGES, ClientFailed, Language

WAIT_S: Final = 60.0
POLL_S: Final = 0.2

Sms = tuple[str, str]
"""A recipient in E.164, and a text."""


@dataclass(slots=True)
class Report:
    """What was looked at, and what was wrong with it."""

    rows: list[tuple[str, str, str, list[str]]] = field(default_factory=list)

    def add(self, client: str, what: str, seen: str, faults: list[str]) -> None:
        """Add a line; it is good when it has no faults."""
        self.rows.append((client, what, seen, faults))

    @property
    def is_good(self) -> bool:
        """Whether nothing was wrong."""
        return not any(faults for *_, faults in self.rows)

    def table(self) -> Table:
        """Draw it."""
        table = Table(title="The documents' own requests, through the running demo")
        for heading in ("client", "what", "seen", "as documented"):
            table.add_column(heading, overflow="fold")
        for client, what, seen, faults in self.rows:
            table.add_row(client, what, seen, "\n".join(faults) if faults else "yes")
        return table


class Demo:
    """The running demo, from outside: HTTP, and the network logs of its modems."""

    def __init__(self, data_dir: Path) -> None:
        place = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
        self.base_url: str = place["base_url"]
        self.api_key: str = place["api_key"]
        self._modems = data_dir / "modems"
        self._before = Counter(self._on_air())

    def balance(self) -> int:
        """What is available."""
        return int(self._get("/api/balance")["balance"])

    def new_on_air(self) -> Counter[Sms]:
        """Count what went on the air since the start."""
        return Counter(self._on_air()) - self._before

    def log(self) -> Mapping[str, Mapping[str, Any]]:
        """Give the newest entries of the first document's log, by the number of the message."""
        entries = self._get("/api/logs", limit="100")["logs"]
        return {_number(entry["message_id"]): entry for entry in entries}

    def feltech_log(self, pages: int) -> Mapping[str, Mapping[str, Any]]:
        """Give the newest pages of the second document's log, by the number of the message."""
        found = {}
        for page in range(1, pages + 1):
            for entry in self._get("/api/sms/logs", page=str(page))["data"]["data"]:
                found[str(entry["id"])] = entry
        return found

    def _get(self, path: str, **query: str) -> Any:
        answer = requests.get(
            f"{self.base_url}{path}", params={"api_key": self.api_key, **query}, timeout=10
        )
        answer.raise_for_status()
        return answer.json()

    def _on_air(self) -> Iterator[Sms]:
        for log in sorted(self._modems.glob("*.jsonl")):
            for line in log.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("\n"):  # the last one may be half written
                    segment = json.loads(line)
                    yield segment["recipient"], segment["text"]


def main() -> int:
    """Run every client that can be run; 0 when all is as documented."""
    options = argparse.ArgumentParser(prog="clients", description=__doc__)
    options.add_argument("--data-dir", type=Path, default=Path("ngoma-data"))
    options.add_argument(
        "--available", action="store_true", help="do not fail for a language that is not there"
    )
    given = options.parse_args()
    if not (given.data_dir / "demo.json").exists():
        sys.exit(f"There is no {given.data_dir}/demo.json: start the demo first (make run).")
    report = check(Demo(given.data_dir), may_lack=given.available)
    Console(width=None if sys.stdout.isatty() else 160).print(report.table())
    return 0 if report.is_good else 1


def check(demo: Demo, *, may_lack: bool) -> Report:
    """Run the clients, then look at the air, the logs and the balance."""
    report = Report()
    before = demo.balance()
    sender_name = f"Shop {secrets.token_hex(3)}"
    sent: dict[str, Sms] = {}
    for language in LANGUAGES:
        if language.is_there():
            for call in _calls_of(language, demo, sender_name, report):
                sent.update(_messages(call))
        else:
            faults = [] if may_lack else [f"{language.needs} is not installed"]
            report.add(language.name, "not run", f"needs {language.needs}", faults)
    _check_air(demo, sent, report)
    _check_logs(demo, sent, report)
    spent = before - demo.balance()
    wrong = [] if spent == len(sent) else [f"{len(sent)} messages of one segment each"]
    report.add("all", "balance", f"{spent} credits less", wrong)
    return report


def _calls_of(
    language: Language, demo: Demo, sender_name: str, report: Report
) -> list[dict[str, Any]]:
    try:
        calls = language.run(base_url=demo.base_url, api_key=demo.api_key, sender_name=sender_name)
    except ClientFailed as error:
        report.add(language.name, "did not run", "", [str(error)])
        return []
    for call in calls:
        what = f"{DOCUMENTED[call['call']].request}, {call['name']}"
        report.add(language.name, what, f"HTTP {call['status']}", faults_of(call))
    return calls


def _messages(call: Mapping[str, Any]) -> Iterator[tuple[str, Sms]]:
    """Give what a call sent, by number; nothing when it was not accepted."""
    answer = call["answer"]
    if call["message"] is None or faults_of(call):
        return
    match call["call"]:
        case "send" | "feltech_send":
            ids = [answer["message_id"]]
        case "bulk":
            ids = [entry["message_id"] for entry in answer["messages"]]
        case _:
            ids = [f"msg_{number}" for number in answer["log_ids"]]
    for message_id, to in zip(ids, call["to"], strict=True):
        yield _number(message_id), (f"+{to.removeprefix('+')}", call["message"])


def _number(message_id: str) -> str:
    """Read the number that both forms of an id carry."""
    if message_id.startswith("msg_"):
        return message_id.removeprefix("msg_")
    return str(int(message_id.rpartition("-")[2], 36))


def _check_air(demo: Demo, sent: Mapping[str, Sms], report: Report) -> None:
    wanted = Counter(sent.values())
    _wait(lambda: demo.new_on_air() >= wanted)
    on_air = demo.new_on_air()
    missing = [f"never on the air: {sms}" for sms in (wanted - on_air)]
    twice = [f"too often on the air: {sms}" for sms in wanted if on_air[sms] > wanted[sms]]
    seen = f"{sum((on_air & wanted).values())} of {len(sent)} texts"
    report.add("all", "network logs", seen, missing + twice)


def _check_logs(demo: Demo, sent: Mapping[str, Sms], report: Report) -> None:
    def unsent(log: Mapping[str, Mapping[str, Any]]) -> list[str]:
        return [
            f"message {number} is {log[number]['status'] if number in log else 'not there'}"
            for number in sent
            if number not in log or log[number]["status"].upper() != "SENT"
        ]

    def differing(log: Mapping[str, Mapping[str, Any]]) -> list[str]:
        return [
            f"message {number} is not {sms}"
            for number, sms in sent.items()
            if number in log
            and (f"+{log[number]['recipient'].removeprefix('+')}", log[number]["message"]) != sms
        ]

    _wait(lambda: not unsent(demo.log()))
    logs = {
        "/api/logs": demo.log(),
        "/api/sms/logs": demo.feltech_log(pages=len(sent) // 20 + 1),
    }
    for path, log in logs.items():
        left = unsent(log)
        seen = f"{len(sent) - len(left)} of {len(sent)} sent"
        report.add("all", f"log {path}", seen, left + differing(log))


def _wait(is_done: Callable[[], bool]) -> None:
    """Wait until it is done, or the time is up: the caller looks for itself."""
    deadline = time.monotonic() + WAIT_S
    while not is_done() and time.monotonic() < deadline:
        time.sleep(POLL_S)


if __name__ == "__main__":
    sys.exit(main())
