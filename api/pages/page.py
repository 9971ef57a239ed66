"""What a page is: its path, who may see it, what it shows, and what its forms do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from api.http.wire import Answer
from api.pages.tables import Table
from api.pages.visit import Visit
from domain.roles import Role


class Who(Enum):
    """Who may see a page; what they may do on it, the endpoints say."""

    ANYONE = "anyone"
    CUSTOMER = "customer"
    """Whoever has a session."""
    OPERATOR = "operator"
    FINANCE = "finance"
    AUDITOR = "auditor"


ROLES: Final[Mapping[Who, frozenset[Role]]] = {
    Who.OPERATOR: frozenset({Role.ADMIN, Role.AUDITOR}),
    Who.FINANCE: frozenset(Role),
    Who.AUDITOR: frozenset({Role.ADMIN, Role.AUDITOR}),
}
"""Of the pages of staff, which roles see them; a session has roles with a second factor only."""


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: a template, and what it is filled with."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    table: Table | None = None
    """The list of the page, which can be downloaded as CSV; in the template ``table``."""


@dataclass(frozen=True, slots=True)
class Done:
    """That a form was carried out: where the browser goes, and what is said there."""

    to: str
    said: str = ""
    """The name of the words (``said.…``)."""
    cookies: tuple[str, ...] = ()
    once: Mapping[str, Any] = field(default_factory=dict)
    """What the page there shows this one time, as ``once``."""


Show = Callable[[Visit], Awaitable[View | Answer | Done]]
Act = Callable[[Visit], Awaitable[Done | View]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. Its title is the words ``pages.<name>``; a fragment has no title and no frame."""

    path: str
    name: str
    who: Who
    show: Show
    acts: Mapping[str, Act] = field(default_factory=dict)
    """What its forms do, by the value of their field ``do``."""
    is_fragment: bool = False
    """Whether it is a piece that a script puts into a page."""
    is_live: bool = False
    """Whether it waits, where the script asks it to, for news: of the account that looks, or, where
    it is one of staff, of the whole log."""
    takes_file: bool = False
    """Whether a form of it sends a file, as large as the operator lets files be."""
