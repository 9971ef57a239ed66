"""The processes that run on a data folder, and what each says of itself to its operators."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

ANSWER_S: Final = 3.0
UNIX: Final = "unix:"


@dataclass(frozen=True, slots=True)
class Running:
    """One process; ``checks`` is None when it does not answer."""

    name: str
    checks: Mapping[str, str] | None
    is_ready: bool = False
    """Whether it works all the same, whatever its checks say."""
    notes: Mapping[str, str] = field(default_factory=dict)


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
    """Ask the processes that say under ``operations`` where they answer."""
    for place in sorted((folder / "operations").glob("*-*.url")):
        try:
            url = place.read_text(encoding="utf-8").strip()
        except FileNotFoundError:  # it ended
            continue
        yield _asked(place.stem.replace("-", " "), url)


def _asked(name: str, url: str) -> Running:
    try:
        with closing(_connection(url)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            said = json.loads(answer.read())
            is_ready = answer.status == http.HTTPStatus.OK
            return Running(name, _words(said["checks"]), is_ready, _words(said.get("notes", {})))
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return Running(name, None)


def _words(said: Any) -> Mapping[str, str]:
    return {str(name): str(words) for name, words in said.items()}


def _connection(url: str) -> http.client.HTTPConnection:
    if url.startswith(UNIX):
        return _UnixConnection(url.removeprefix(UNIX))
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_S)
