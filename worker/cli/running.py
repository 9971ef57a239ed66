"""The processes that run on a data folder, and what each says of itself to its operators."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

ANSWER_S: Final = 3.0
ASKED_AT_ONCE: Final = 16
UNIX: Final = "unix:"


@dataclass(frozen=True, slots=True)
class Running:
    """One process; ``checks`` is None when it does not answer."""

    name: str
    """Its role and its number, as ``all 4711``."""
    url: str
    checks: Mapping[str, str] | None
    is_ready: bool = False
    """Whether it works all the same, whatever its checks say."""
    notes: Mapping[str, str] = field(default_factory=dict)
    alarms: Mapping[str, str] = field(default_factory=dict)
    """What needs a person and is none of its checks."""


class _UnixConnection(http.client.HTTPConnection):
    """HTTP by a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        """Connect."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_S)
        self.sock.connect(self._path)


def running_on(folder: Path) -> Iterator[Running]:
    """Ask the processes that say under ``operations`` where they answer, all at once."""
    places = {}
    for place in sorted((folder / "operations").glob("*-*.url")):
        with suppress(FileNotFoundError):  # it ended
            places[place.stem.replace("-", " ")] = place.read_text(encoding="utf-8").strip()
    if places:
        with ThreadPoolExecutor(min(len(places), ASKED_AT_ONCE)) as asking:
            yield from asking.map(_asked, places.keys(), places.values())


def _asked(name: str, url: str) -> Running:
    try:
        with closing(_connection(url)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            said = json.loads(answer.read())
            return Running(
                name,
                url,
                _words(said["checks"]),
                answer.status == http.HTTPStatus.OK,
                _words(said.get("notes", {})),
                _words(said.get("alarms", {})),
            )
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return Running(name, url, None)


def _words(said: Any) -> Mapping[str, str]:
    return {str(name): str(words) for name, words in said.items()}


def _connection(url: str) -> http.client.HTTPConnection:
    if url.startswith(UNIX):
        return _UnixConnection(url.removeprefix(UNIX))
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_S)
