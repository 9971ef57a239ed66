"""What a call asks of the gateway, and the key under which it may be asked again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote
from uuid import uuid4

_KEY: Final = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class Request:
    """One call; with ``key`` the gateway accepts it once, however often it is asked."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    key: str | None = None

    @property
    def may_be_repeated(self) -> bool:
        """Whether it changes nothing, or changes it once."""
        return self.method == "GET" or self.key is not None


def keyed(given: str | None) -> str:
    """Give the key of one send: the caller's, or a new one.

    Raises:
        ValueError: it is not 1 to 255 visible ASCII characters.
    """
    key = str(uuid4()) if given is None else given
    if not _KEY.fullmatch(key):
        raise ValueError("an idempotency key has 1 to 255 visible ASCII characters")
    return key


def quoted(place: str) -> str:
    """Give what stands for a place in a path."""
    return quote(place, safe="")
