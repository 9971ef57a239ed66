"""What is needed to tell accounts: somebody who posts to their addresses, and sealed texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of one post."""

    status: int | None
    """Of the answer; None when there was none."""
    error: str | None = None
    """Why there was no answer, as a code; None when there was one."""
    answer: str = ""
    """The beginning of an answer that took nothing."""
    retry_after_s: int | None = None
    """The wait that the answer asks for."""
    took_ms: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


class Poster(Protocol):
    """Posts to addresses that customers named, and to none that is ours; belongs to one loop."""

    async def post(
        self, url: str, *, event: str, signed_with: Sequence[str], body: bytes
    ) -> Posted:
        """Post an event's body signed with each secret, bounded in time; nothing is followed."""

    async def sweep(self) -> None:
        """Close connections that nobody will use any more."""

    async def close(self) -> None:
        """Let connections go."""


class SealedTexts(Protocol):
    """Texts that are stored so that only this gateway reads them."""

    def seal(self, text: str) -> str:
        """Give what is stored."""

    def unseal(self, sealed: str) -> str:
        """Give the text again.

        Raises:
            ValueError: it was not sealed here, or for something else.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """With what accounts are told at their webhooks."""

    open_poster: Callable[[], Poster]
    """Makes one for an event loop."""
    texts: SealedTexts
    may_be_plain: bool
    """Whether the operator allows addresses within, and with them posts without TLS."""
