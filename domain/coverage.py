"""What the statements of one of our wallets cover: from when to when, and what lies between."""

from itertools import pairwise
from typing import Any, NamedTuple, Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def coverage_id(provider_account: str) -> UUID:
    """Give the id of the coverage of a wallet of ours."""
    return aggregate_id("coverage", provider_account)


class Span(NamedTuple):
    """A stretch of time whose files join or overlap; kept as a list in snapshots."""

    first_at: int
    last_at: int
    opening_ngwee: int | None
    closing_ngwee: int | None
    seen_ngwee: int
    """What the lines move that its files were the first to show."""

    @property
    def is_whole(self) -> bool:
        """Whether its lines make its closing balance of its opening one."""
        if self.opening_ngwee is None or self.closing_ngwee is None:
            return False
        return self.opening_ngwee + self.seen_ngwee == self.closing_ngwee

    def joins(self, later: "Span") -> bool:
        """Whether a span that begins no earlier overlaps this one, or opens with its closing."""
        is_next = self.closing_ngwee is not None and self.closing_ngwee == later.opening_ngwee
        return later.first_at <= self.last_at or is_next

    def with_later(self, later: "Span") -> "Span":
        """Give both as one."""
        is_longer = later.last_at >= self.last_at
        return Span(
            self.first_at,
            max(self.last_at, later.last_at),
            self.opening_ngwee,
            later.closing_ngwee if is_longer else self.closing_ngwee,
            self.seen_ngwee + later.seen_ngwee,
        )


class Gap(NamedTuple):
    """A time between two files of which no statement tells, or whose balances do not meet."""

    after: Instant
    before: Instant
    closing_ngwee: int | None
    opening_ngwee: int | None


class Coverage(Aggregate):
    """The files of one wallet."""

    TOPIC = "Coverage"

    class Event(Aggregate.Event):
        """Base of a coverage's events."""

        TOPIC = "Coverage.Event"

    class Opened(Event, Aggregate.Created):
        """The first statement of ``provider_account`` came in."""

        TOPIC = "Coverage.Opened"
        provider_account: str

    class Extended(Event):
        """An import of file ``statement`` told of this time; ``added_ngwee`` of it was new."""

        TOPIC = "Coverage.Extended"
        statement: int
        first_at: int
        last_at: int
        opening_ngwee: int | None
        closing_ngwee: int | None
        added_ngwee: int

        def apply(self, coverage: "Coverage") -> None:
            told = Span(
                first_at=self.first_at,
                last_at=self.last_at,
                opening_ngwee=self.opening_ngwee,
                closing_ngwee=self.closing_ngwee,
                seen_ngwee=self.added_ngwee,
            )
            coverage.spans = joined([*coverage.spans, list(told)])

    def __init__(self, provider_account: str) -> None:
        self.provider_account = provider_account
        self.spans: list[list[Any]] = []

    @classmethod
    def open(cls, provider_account: str, *, at: Instant) -> Self:
        """Begin to note what statements cover."""
        return cls._create(
            cls.Opened,
            id=coverage_id(provider_account),
            timestamp=at,
            provider_account=provider_account,
        )

    def extend(
        self,
        statement: int,
        *,
        first_at: Instant,
        last_at: Instant,
        opening_ngwee: int | None,
        closing_ngwee: int | None,
        added_ngwee: int,
        at: Instant,
    ) -> None:
        """Note what a file covers; a file may come again."""
        self._record(
            self.Extended,
            at=at,
            statement=statement,
            first_at=first_at,
            last_at=last_at,
            opening_ngwee=opening_ngwee,
            closing_ngwee=closing_ngwee,
            added_ngwee=added_ngwee,
        )

    @property
    def is_contiguous(self) -> bool:
        """Whether no line is missing between the earliest file's opening and the latest's closing.

        That is invariant I9; files without balances cannot say so.
        """
        return len(self.spans) == 1 and Span(*self.spans[0]).is_whole

    @property
    def gaps(self) -> list[Gap]:
        """What lies between the files, in order."""
        spans = [Span(*span) for span in self.spans]
        return [
            Gap(
                *(Instant(before.last_at), Instant(after.first_at)),
                *(before.closing_ngwee, after.opening_ngwee),
            )
            for before, after in pairwise(spans)
        ]


def joined(spans: list[list[Any]]) -> list[list[Any]]:
    """Put those together that join or overlap; in order."""
    found: list[Span] = []
    for span in sorted((Span(*one) for one in spans), key=lambda one: (one.first_at, one.last_at)):
        if found and found[-1].joins(span):
            found[-1] = found[-1].with_later(span)
        else:
            found.append(span)
    return [list(span) for span in found]
