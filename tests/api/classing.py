"""What a class of routes is: who may ask, and how it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from domain.roles import Duty
from tests.api.conftest import Gateway
from tests.support.staff import open_session


class Kind(Enum):
    """Who may ask."""

    OPEN = auto()
    """Anybody: it says nothing about accounts, or is how one gets in."""
    SENDS = auto()
    """A key; not while the account is suspended."""
    READS = auto()
    """A key: answers about its own account."""
    NAMES = auto()
    """A key, and the id of something that its account owns."""
    SESSION = auto()
    """A person who logged in."""
    STAFF = auto()
    """A member of staff in a session with a second factor."""
    PHONE = auto()
    """A phone, by a token of its own."""


@dataclass(frozen=True)
class Class:
    """How a route is asked: what it names, and a body that it takes."""

    kind: Kind
    body: Mapping[str, Any] | None = None
    names: Callable[["Tenant"], list[str]] | None = None
    unknown: tuple[str, ...] = ()
    """Ids in the right form that nothing has."""
    key_in_body: bool = False
    duty: Duty | None = None
    """What a member of staff must be able to do."""
    before: Callable[["Tenant"], None] | None = None
    """What must be so, each time that it is asked."""
    makes: Callable[[Gateway], Mapping[str, Any]] | None = None
    """Makes a body each time that it is asked: what it names can be done once."""
    query: Callable[[Gateway], Mapping[str, str]] | None = None
    """Makes a query that it takes."""
    file: bytes | None = None
    """What it takes as a file, with its body as the other fields of a form."""


@dataclass(frozen=True)
class Tenant:
    """An account with something of everything."""

    gateway: Gateway
    messages: tuple[str, ...]
    batch: str

    def session(self) -> str:
        """Log its person in; give the token."""
        return open_session(self.gateway.system, self.gateway.account)
