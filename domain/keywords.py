"""The words by which an account has itself answered for: its keyword rules."""

from typing import Self
from uuid import UUID

from domain.errors import NotFound, TooLate
from domain.events import Aggregate, aggregate_id
from domain.keyword_rules import KEYWORDS_MAX
from domain.values import Instant


def keywords_id(account: int) -> UUID:
    """Give the id of an account's rules."""
    return aggregate_id("keywords", account)


class Keywords(Aggregate):
    """The rules of one account. What each says stands beside the log: its word and its answer.

    A rule is known by a keyed digest of its word; ``content`` names what stands beside the log.
    """

    TOPIC = "Keywords"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "Keywords.Event"

    class Opened(Event, Aggregate.Created):
        """The account has rules for the first time."""

        TOPIC = "Keywords.Opened"
        account: int

    class RuleSet(Event):
        """Messages that begin with a word are answered from now on; what was said before went."""

        TOPIC = "Keywords.RuleSet"
        account: int
        digest: str
        content: str
        actor: str

        def apply(self, keywords: "Keywords") -> None:
            keywords.rules[self.digest] = self.content
            keywords.unanswered.pop(self.digest, None)

    class RuleDeleted(Event):
        """Messages that begin with a word are answered no more; what was said went."""

        TOPIC = "Keywords.RuleDeleted"
        account: int
        digest: str
        actor: str

        def apply(self, keywords: "Keywords") -> None:
            keywords.rules.pop(self.digest, None)
            keywords.unanswered.pop(self.digest, None)

    class Unanswered(Event):
        """A message that came in asked by a rule, and the answer was refused for ``cause``."""

        TOPIC = "Keywords.Unanswered"
        account: int
        digest: str
        inbound: int
        cause: str

        def apply(self, keywords: "Keywords") -> None:
            keywords.unanswered[self.digest] = [self.at, self.cause]

    def __init__(self, account: int) -> None:
        self.account = account
        self.rules: dict[str, str] = {}
        """What stands beside the log for each, by the digest of its word; oldest first."""
        self.unanswered: dict[str, list[int | str]] = {}
        """By the same: when an answer was refused last, and why."""

    @classmethod
    def open(cls, account: int, *, at: Instant) -> Self:
        """Begin without a rule."""
        return cls._create(cls.Opened, id=keywords_id(account), timestamp=at, account=account)

    def set_rule(self, digest: str, content: str, *, actor: str, at: Instant) -> str | None:
        """Set a rule; give what stood beside the log for the same word before.

        Raises:
            TooLate: there are as many as there may be, and this one is new.
        """
        if digest not in self.rules and len(self.rules) >= KEYWORDS_MAX:
            msg = f"There are {KEYWORDS_MAX} keywords already: delete one first."
            raise TooLate(msg)
        before = self.rules.get(digest)
        self._record(
            self.RuleSet,
            at=at,
            account=self.account,
            digest=digest,
            content=content,
            actor=actor,
        )
        return before

    def delete_rule(self, digest: str, *, actor: str, at: Instant) -> str:
        """Delete a rule; give what stood beside the log for it.

        Raises:
            NotFound: there is none.
        """
        if digest not in self.rules:
            msg = "There is no such keyword."
            raise NotFound(msg)
        content = self.rules[digest]
        self._record(self.RuleDeleted, at=at, account=self.account, digest=digest, actor=actor)
        return content

    def leave_unanswered(self, digest: str, *, inbound: int, cause: str, at: Instant) -> None:
        """Note that a message got no answer, and why."""
        self._record(
            self.Unanswered,
            at=at,
            account=self.account,
            digest=digest,
            inbound=inbound,
            cause=cause,
        )
