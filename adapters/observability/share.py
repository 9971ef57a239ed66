"""Which traces are kept, and what is told of them by a process that does not send them itself."""

import hashlib
from collections.abc import Callable, Sequence

from application.ports import Answered, Begun, Step
from domain.values import Instant


class Share:
    """A share (0 to 1) of all requests, chosen under a key: who names one cannot tell which."""

    def __init__(self, share: float, key: bytes) -> None:
        self._below = share * 2**64
        self._key = key

    def keeps(self, request_id: str) -> bool:
        """Whether the trace of a request is kept."""
        digest = hashlib.blake2b(request_id.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest) < self._below


class TracesElsewhere:
    """``application.ports.Traces`` where no request is answered: hands on what was committed."""

    def __init__(self, share: Share, take: Callable[[Sequence[Step], Instant], None]) -> None:
        self._share = share
        self._take = take

    def named_by(self, traceparent: bytes) -> bytes | None:  # noqa: ARG002 - nobody comes
        """Name none."""
        return None

    def begin(self, noted_id: bytes, traceparent: bytes | None) -> Begun | None:  # noqa: ARG002
        """Begin none."""
        return None

    def here(self) -> Begun | None:
        """Give none."""
        return None

    def end(self, begun: Begun, answered: Answered) -> None:
        """End none."""

    def keeps(self, request_id: str) -> bool:
        """Whether the trace of a request is kept, by the id that its messages keep."""
        return self._share.keeps(request_id)

    def committed(self, steps: Sequence[Step], at: Instant) -> None:
        """Hand on what was committed at ``at``."""
        self._take(steps, at)

    def close(self) -> None:
        """Keep nothing that could leave."""
