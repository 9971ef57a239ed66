"""Where a process tells how long what it did took: spans, by the request that it was done for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from application.ports.observing import Answered
from domain.values import Instant


class Begun(Protocol):
    """A request under way whose trace is kept."""


class Step(NamedTuple):
    """Something that was committed of the messages of one request."""

    name: str
    """``accept``, ``dispatch``, ``attempt``, ``report`` or ``end``."""
    request_id: str
    """As the messages keep it."""
    root: str
    """What was accepted at once, by a word of ours: its ``accept`` has all other steps below it."""
    began_at: Instant
    ended_at: Instant | None
    """None: when it was committed."""
    facts: Mapping[str, int | str]
    """Numbers of ours and words from the code; nothing that a client or a person wrote."""
    under: Begun | None = None
    """The request that waited for it."""


class Traces(Protocol):
    """What may be kept of one request in many. Any thread; nothing here waits or raises.

    ``begin`` and ``end`` are called by the task that answers the request.
    """

    def named_by(self, traceparent: bytes) -> bytes | None:
        """Give the trace that a client's header names, in 32 hexadecimal digits (W3C)."""

    def begin(self, noted_id: bytes, traceparent: bytes | None) -> Begun | None:
        """Begin the request that the caller answers; None: its trace is not kept."""

    def here(self) -> Begun | None:
        """Give the request that the caller answers, where its trace is kept."""

    def end(self, begun: Begun, answered: Answered) -> None:
        """End a request."""

    def keeps(self, request_id: str) -> bool:
        """Whether the trace of a request is kept, by the id that its messages keep."""

    def committed(self, steps: Sequence[Step], at: Instant) -> None:
        """Take what was committed at ``at``."""

    def close(self) -> None:
        """Let the last spans leave, within a bound."""
