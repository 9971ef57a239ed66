"""Where a process tells what it does: metrics and the access log."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from domain.values import Instant


class Metrics(Protocol):
    """Counters and gauges; label values are from small closed sets, never personal."""

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an HTTP answer."""

    def settled(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Count commands by kind and outcome, many at a time."""

    def hung_up(self, why: str) -> None:
        """Count a connection that was refused or ended, by a word from the code."""

    def watch(
        self, name: str, text: str, read: Callable[[], Mapping[str, float]], *, label: str
    ) -> None:
        """Show numbers by ``label``, read when somebody looks.

        Where ``StoreDown`` keeps it from reading, there are none.
        """

    def watch_by(
        self,
        name: str,
        text: str,
        read: Callable[[], Mapping[tuple[str, ...], float]],
        *,
        labels: tuple[str, ...] = (),
        is_total: bool = False,
    ) -> None:
        """Show numbers by several labels, or one that is not always known, likewise.

        ``is_total``: they never fall, and the name ends in ``_total``.
        """

    def watch_one(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show one number, read when somebody looks."""

    def render(self) -> tuple[bytes, str]:
        """Give the exposition text and its content type."""


class Asker:
    """Whose key or session a request came with, as soon as that is known."""

    __slots__ = ("account", "key_id")

    def __init__(self) -> None:
        self.account: int | None = None
        self.key_id: str | None = None
        """The key's public id; None in a session."""


class Answered(NamedTuple):
    """One answered HTTP request: the route's template, never its path or query."""

    at: Instant
    method: str
    route: str
    status: int
    seconds: float
    request_id: bytes
    noted_id: bytes
    """What a message that came by it has; another than the client's where that may be words."""
    asker: Asker


class AccessLog(Protocol):
    """Where answered requests are written down."""

    def write(self, answered: Sequence[Answered]) -> None:
        """Write one line for each; a log that cannot be written hurts no answer."""
