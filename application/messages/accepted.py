"""What a send was accepted as: answered to whoever asked, and stored under an idempotency key."""

from bisect import bisect_left
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

import orjson

from domain.contents import ContentKind
from domain.values import Instant, Network


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, now or when the same request came before."""

    kind: ClassVar = ContentKind.SUBMISSION

    first_number: int
    count: int
    batch: int | None
    credits_each: int
    credits_used: int
    credits_remaining: int
    offline: tuple[Network, ...]
    is_all_offline: bool
    """Whether no network of it has a SIM online: dialect wilcybertek answers 503 (decision 8)."""
    accepted_at: Instant
    replayed: bool = False
    """True when it is an earlier acceptance: under the same key, or by decision 8."""
    credits: tuple[int, ...] | None = None
    """What each message costs, in order of their numbers, where they are not all the same."""
    places: tuple[int, ...] | None = None
    """Where each recipient stood when the request came first, if that was in another order."""
    skipped: tuple[int, ...] = ()
    """The recipients of the request, by their places, to whom nothing was sent: they opted out."""

    def number(self, place: int) -> int:
        """Give the number of the message to recipient ``place`` of the request."""
        if self.places:
            return self.first_number + self.places[place]
        return self.first_number + place - bisect_left(self.skipped, place)

    def credits_of(self, place: int) -> int:
        """Give what the message to recipient ``place`` of the request costs."""
        if self.credits is None:
            return self.credits_each
        return self.credits[self.number(place) - self.first_number]

    def written(self) -> str:
        """Give the body that is stored."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def read(cls, body: str) -> Self:
        """Read a stored body, an earlier version's too."""
        stored = orjson.loads(body)
        stored["skipped"] = tuple(stored.get("skipped", ()))
        stored["offline"] = tuple(Network(name) for name in stored["offline"])
        if stored.pop("repeated", None) is not None:  # an answer of before is_all_offline
            stored["is_all_offline"] = bool(stored["offline"])
        return cls(**stored)
