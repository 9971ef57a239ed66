"""Which answers are kept under idempotency keys, so that they can be deleted when they expire."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Table, Text, not_, select

from domain.contents import ContentKind
from domain.stretch import Stretch
from domain.values import Instant
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


def expired_answers(
    connection: Connection, now: Instant, spared: Sequence[Stretch], *, limit: int
) -> Sequence[int]:
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
    for stretch in spared:
        early = SUBMISSIONS.c.accepted_at.between(stretch.from_at, stretch.until_at)
        expired = expired.where(not_(early) | (SUBMISSIONS.c.expires_at <= now - stretch.behind))
    return connection.scalars(expired).all()
