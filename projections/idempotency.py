"""Which answers are kept under idempotency keys, so that they can be deleted when they expire."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Table, Text, select

from domain.contents import ContentKind
from domain.submission import Submission
from domain.values import Instant
from projections.projection import Batch, Projection
from projections.tables import CONTENTS, READ, fixed, is_content, key

SUBMISSIONS: Final = Table(
    "idempotency",
    READ,
    key("first_number"),
    fixed("submission", Text),
    fixed("account"),
    fixed("count"),
    fixed("accepted_at"),
    fixed("expires_at"),
)
"""One row an acceptance: a key that was renewed has one for each answer that was ever stored.

``submission`` is the aggregate's id; the answer is the content of kind ``submission`` under
``first_number``.
"""


class Idempotency(Projection):
    """Folds the events of submissions into ``idempotency``."""

    name = "idempotency"
    version = 1
    tables = (SUBMISSIONS,)
    events = frozenset({Submission.Accepted, Submission.Renewed})

    def apply(self, batch: Batch) -> None:
        """Add a row for each acceptance."""
        submissions = batch.rows(SUBMISSIONS)
        for _, event in batch.events:
            submissions.add(
                {
                    "first_number": event.first_number,
                    "submission": str(event.originator_id),
                    "account": event.account,
                    "count": event.count,
                    "accepted_at": event.at,
                    "expires_at": event.expires_at,
                }
            )


def expired_answers(connection: Connection, now: Instant, *, limit: int) -> Sequence[int]:
    """List the numbers of stored answers that no longer count.

    It begins with the answers that are still stored, a day's worth: what housekeeping has
    deleted is never looked at again, however long the history.
    """
    expired = (
        select(CONTENTS.c.number)
        .join(SUBMISSIONS, is_content(ContentKind.SUBMISSION, SUBMISSIONS.c.first_number))
        .where(SUBMISSIONS.c.expires_at <= now)
        .order_by(CONTENTS.c.number)
        .limit(limit)
    )
    return connection.scalars(expired).all()
