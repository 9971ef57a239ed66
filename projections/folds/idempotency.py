"""Folds which answers are kept under idempotency keys."""

from domain.submission import Submission
from projections import catalogue
from projections.idempotency import SUBMISSIONS
from projections.projection import Batch, Projection


class Idempotency(Projection):
    """Folds the events of submissions into ``idempotency``."""

    name, version = catalogue.IDEMPOTENCY
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
