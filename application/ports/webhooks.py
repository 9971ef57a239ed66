"""What is needed to tell accounts: somebody who posts to their addresses, and sealed texts."""

from collections.abc import Mapping
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

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Posted:
        """Post a body, bounded in time; a redirect is an answer as any other."""

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
