"""The files that pages load, named by what they hold, so that they may be kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from api.http.wire import Answer, Call
from api.routing.front import Front
from domain.errors import NotFound

FOLDER: Final = Path(__file__).parent / "static"
KEPT: Final = b"public, max-age=31536000, immutable"
TYPES: Final[Mapping[str, bytes]] = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}
HASH_CHARACTERS: Final = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, by the name that people's browsers know it under."""

    name: str
    body: bytes
    content_type: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Give the files by their own names."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


def asset(name: str) -> str:
    """Give the address of a file.

    Raises:
        KeyError: there is none.
    """
    return f"/static/{assets()[name].name}"


async def static(front: Front, call: Call) -> Answer:  # noqa: ARG001 - the shape of an endpoint
    """Give a file; under another hash than its own it is not there."""
    wanted = call.params["name"]
    for found in assets().values():
        if found.name == wanted:
            return Answer(200, found.body, content_type=found.content_type, cache_control=KEPT)
    msg = "There is nothing at this path."
    raise NotFound(msg)


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    mark = hashlib.sha256(body).hexdigest()[:HASH_CHARACTERS]
    return Asset(f"{path.stem}-{mark}{path.suffix}", body, TYPES[path.suffix])
