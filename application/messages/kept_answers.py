"""Idempotency of sends (contract decision 7): the same key, the same request, the same answer."""

from dataclasses import replace
from itertools import chain
from uuid import UUID

from application.books.books import Books
from application.books.contents import body_content, seal, seal_of
from application.messages.accepted import Accepted
from application.messages.sending import Sending, kind_of
from application.retention.doubted import counted_from
from domain.sender_id_rules import folded
from domain.submission import Submission, submission_id
from domain.values import Instant, Lane


class KeptAnswer:
    """What was, or will be, answered under the idempotency key of one request."""

    def __init__(self, asked: Sending, lane: Lane) -> None:
        self._asked = asked
        self._lane = lane
        self._key = asked.idempotency_key
        self.id: UUID | None = None
        """Of the submission; None where the request has no key."""
        if self._key:
            self.id = submission_id(asked.principal.log, self._key)

    def find(self, books: Books) -> Submission | None:
        """Give what was accepted under the key before."""
        return books.find(Submission, self.id) if self.id else None

    def counts(self, books: Books, kept: Submission) -> bool:
        """Whether the answer still counts: one that a clock dated that was behind does longer."""
        at = self._asked.at
        if kept.is_kept(at):
            return True
        since = counted_from(books, kept.changed_at)
        is_early = since is None or kept.is_kept(Instant(at - (since - kept.changed_at)))
        return is_early and books.content(Accepted.kind, kept.first_number) is not None

    def replay(self, books: Books, kept: Submission) -> Accepted:
        """Give the answer again.

        Raises:
            IdempotencyConflict: it was the answer to another request.
        """
        row = books.content(Accepted.kind, kept.first_number)
        if row is None or row.body is None:
            msg = f"the answer under submission {kept.id} is gone before its time"
            raise RuntimeError(msg)
        kept.require_same(self._fingerprint(row.salt))
        return replace(Accepted.read(row.body), replayed=True)

    def keep(
        self, books: Books, kept: Submission | None, accepted: Accepted, *, salt: bytes
    ) -> None:
        """Keep an answer, where there is a key; ``kept`` is what stood under it before."""
        if not self._key:
            return
        row = body_content(accepted, accepted.first_number, salt=salt)
        answer, fingerprint = seal_of(row), self._fingerprint(salt)
        first_number, count, at = accepted.first_number, accepted.count, self._asked.at
        if kept is None:
            kept = Submission.accept(
                self._key,
                account=self._asked.principal.log,
                fingerprint=fingerprint,
                first_number=first_number,
                count=count,
                answer=answer,
                at=at,
            )
        else:
            kept.renew(
                fingerprint=fingerprint,
                first_number=first_number,
                count=count,
                answer=answer,
                at=at,
            )
        books.record(kept)
        books.keep(row)

    def _fingerprint(self, salt: bytes) -> str:
        asked = self._asked
        return seal(
            salt,
            kind_of(asked),
            self._lane,
            asked.asked_sender and folded(asked.asked_sender),
            asked.text.value,
            *chain.from_iterable(recipient.said for recipient in asked.recipients),
            *asked.options.said(),
        )
