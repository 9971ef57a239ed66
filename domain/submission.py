"""What was accepted under an idempotency key: the same key gives the same answer for 24 hours."""

from typing import Self
from uuid import UUID

from domain.errors import IdempotencyConflict
from domain.events import Aggregate, aggregate_id
from domain.idempotency import IDEMPOTENCY_KEPT_S
from domain.values import SECOND, Instant


def submission_id(account: int, key: str) -> UUID:
    """Give the id of the submission of account number ``account`` under ``key``."""
    return aggregate_id("submission", account, key)


class Submission(Aggregate):
    """The accepted command under one key of one account; refusals are not kept."""

    TOPIC = "Submission"

    class Event(Aggregate.Event):
        """Base of a submission's events."""

        TOPIC = "Submission.Event"

    class Accepted(Event, Aggregate.Created):
        """A command was accepted under the key; ``fingerprint`` is keyed, never a bare hash.

        The answer is a content row of kind "submission" under ``first_number``; ``answer`` is
        its HMAC. ``account`` is below zero for what was sent in test mode.
        """

        TOPIC = "Submission.Accepted"
        account: int
        fingerprint: str
        first_number: int
        count: int
        answer: str
        expires_at: int

    class Renewed(Event):
        """The key was used again after its answer had expired."""

        TOPIC = "Submission.Renewed"
        account: int
        fingerprint: str
        first_number: int
        count: int
        answer: str
        expires_at: int

        def apply(self, submission: "Submission") -> None:
            submission.fingerprint = self.fingerprint
            submission.first_number = self.first_number
            submission.count = self.count
            submission.answer = self.answer
            submission.expires_at = self.expires_at

    def __init__(
        self,
        account: int,
        fingerprint: str,
        first_number: int,
        count: int,
        answer: str,
        expires_at: int,
    ) -> None:
        self.account = account
        self.fingerprint = fingerprint
        self.first_number = first_number
        self.count = count
        self.answer = answer
        self.expires_at = expires_at

    @classmethod
    def accept(
        cls,
        key: str,
        *,
        account: int,
        fingerprint: str,
        first_number: int,
        count: int,
        answer: str,
        at: Instant,
    ) -> Self:
        """Keep what was accepted under ``key``."""
        return cls._create(
            cls.Accepted,
            id=submission_id(account, key),
            timestamp=at,
            account=account,
            fingerprint=fingerprint,
            first_number=first_number,
            count=count,
            answer=answer,
            expires_at=at + IDEMPOTENCY_KEPT_S * SECOND,
        )

    def is_kept(self, at: Instant) -> bool:
        """Whether the answer still counts."""
        return at < self.expires_at

    def require_same(self, fingerprint: str) -> None:
        """Refuse another command under the key.

        Raises:
            IdempotencyConflict: the key stands for another command.
        """
        if fingerprint != self.fingerprint:
            msg = "This idempotency key was used with another request."
            raise IdempotencyConflict(msg)

    def renew(
        self, *, fingerprint: str, first_number: int, count: int, answer: str, at: Instant
    ) -> None:
        """Keep a new command under the key, once the old answer has expired."""
        self._record(
            self.Renewed,
            at=at,
            account=self.account,
            fingerprint=fingerprint,
            first_number=first_number,
            count=count,
            answer=answer,
            expires_at=at + IDEMPOTENCY_KEPT_S * SECOND,
        )
