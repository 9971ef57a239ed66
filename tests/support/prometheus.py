"""A throw-away Prometheus that scrapes every other second and tells which alerts fire."""

import json
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from tests.support.server_binaries import NoServer
from tests.support.servers import ThrowawayServer

UNPACKED: Final = Path(__file__).parents[2] / ".venv" / "prometheus" / "usr" / "bin"
"""Where `make test` unpacks Debian's package, which so starts no service."""


def find(name: str = "prometheus") -> Path:
    """Give a program of Prometheus: the system's, else the one that was unpacked.

    Raises:
        NoServer: there is none.
    """
    found = shutil.which(name) or shutil.which(name, path=str(UNPACKED))
    if found is None:
        msg = f"no {name}: install prometheus, or run make test where apt-get may download it"
        raise NoServer(msg)
    return Path(found)


def lint(rules: Path) -> str:
    """Have rules checked as Prometheus does when it starts; give what is wrong with them."""
    command = [str(find("promtool")), "check", "rules", "--lint-fatal", str(rules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}"


class ThrowawayPrometheus(ThrowawayServer):
    """Scrapes ``targets`` (host:port) of one job, and has each rule fire as soon as it is true."""

    _name = "prometheus"
    _stop_signal = signal.SIGTERM
    _end_signal = signal.SIGKILL

    def __init__(self, rules: Sequence[Mapping[str, Any]], targets: Sequence[str]) -> None:
        super().__init__()
        self._binary = find()
        at_once = [{name: rule[name] for name in rule if name != "for"} for rule in rules]
        self._files = {
            "rules.yml": {"groups": [{"name": "tried", "rules": at_once}]},
            "prometheus.yml": {
                "global": {
                    "scrape_interval": "2s",
                    "scrape_timeout": "2s",
                    "evaluation_interval": "1s",
                },
                "rule_files": ["rules.yml"],
                "scrape_configs": [
                    {"job_name": "ngoma", "static_configs": [{"targets": list(targets)}]}
                ],
            },
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def firing(self) -> list[dict[str, Any]]:
        """Give the alerts that fire now, each with its labels and annotations."""
        answer = httpx.get(f"{self.url}/api/v1/alerts", timeout=20).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["data"]["alerts"]
        return [each for each in found if each["state"] == "firing"]

    def has_scraped(self) -> bool:
        """Whether it has got metrics of each target."""
        answer = httpx.get(f"{self.url}/api/v1/targets", timeout=20).raise_for_status()
        found = answer.json()["data"]["activeTargets"]
        return bool(found) and all(each["health"] == "up" for each in found)

    def _prepare(self) -> None:
        for name, content in self._files.items():  # JSON is YAML
            (self.directory / name).write_text(json.dumps(content))

    def _command(self) -> Sequence[str]:
        return [
            str(self._binary),
            "--config.file=prometheus.yml",
            f"--storage.tsdb.path={self.directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False
