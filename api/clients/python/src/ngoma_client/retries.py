"""Whether a call is made again, and after how long.

A call is repeated when no answer came, and when the gateway answers that it may be asked again.
That is safe for what only reads, and for sends, which carry one Idempotency-Key through all their
attempts; anything else is never repeated.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ngoma_client.errors import NoAnswer, refusal
from ngoma_client.request import Request

AGAIN: Final = frozenset({409, 429, 500, 502, 503, 504})
"""Answers after which a repeat can succeed; 409 is a first attempt that still runs."""
_DIGITS_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class Retries:
    """How stubborn a client is; ``patience_s`` bounds the pauses of one call together."""

    attempts: int = 6
    first_pause_s: float = 0.5
    longest_pause_s: float = 8.0
    patience_s: float = 90.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    retry_after: str | None

    @property
    def body(self) -> Mapping[str, Any]:
        """The JSON object; empty where it is none, from a proxy for example."""
        try:
            found = json.loads(self.content)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_accepted(self) -> bool:
        """Whether it was done; 503 with ``queued`` is a message that waits for its network."""
        body = self.body
        return bool(body) and (200 <= self.status < 300 or body.get("queued") is True)

    @property
    def retry_after_s(self) -> int | None:
        """Seconds after which to ask again, where the answer says so."""
        digits = (self.retry_after or "").strip()
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX
        return int(digits) if is_number else None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came, and why."""

    reason: str


class Attempts:
    """The attempts of one call."""

    def __init__(self, request: Request, retries: Retries) -> None:
        self._request = request
        self._retries = retries
        self._made = 0
        self._paused_s = 0.0

    def pause_s_after(self, outcome: Answer | Lost) -> float | None:
        """Give the seconds after which to try again; None when this outcome stands."""
        self._made += 1
        retries = self._retries
        if isinstance(outcome, Answer) and (outcome.is_accepted or outcome.status not in AGAIN):
            return None
        if not self._request.may_be_repeated or self._made >= retries.attempts:
            return None
        longest_s = min(retries.longest_pause_s, retries.first_pause_s * 2 ** (self._made - 1))
        # Not all come at once; nobody gains by guessing it.
        pause_s = random.uniform(longest_s / 2, longest_s)  # noqa: S311
        if isinstance(outcome, Answer) and outcome.retry_after_s is not None:
            pause_s += outcome.retry_after_s
        self._paused_s += pause_s
        return pause_s if self._paused_s <= retries.patience_s else None

    def result(self, outcome: Answer | Lost) -> Any:
        """Give the answer's body.

        Raises:
            NoAnswer: none came.
            Refused: it is a refusal.
        """
        key = self._request.key
        if isinstance(outcome, Lost):
            raise NoAnswer(outcome.reason, key)
        if outcome.is_accepted:
            return outcome.body
        raise refusal(outcome.status, outcome.body, outcome.retry_after_s, key)
