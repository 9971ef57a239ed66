"""What of every server is measured, whatever it does."""

from functools import partial

from adapters.observability.outlet import Outlet
from adapters.readiness import read_model_lags
from application.books.committer import Committer
from application.ports import Metrics
from application.ports.queries import Queries


def watch_always(metrics: Metrics, committer: Committer, queries: Queries, outlet: Outlet) -> None:
    """Have what waits, what was lost and what lags read at every scrape."""
    metrics.watch_one(
        "waiting_messages", "Messages before the committer.", lambda: committer.waiting
    )
    metrics.watch_one(
        "log_lines_dropped", "Log lines that could not leave.", lambda: outlet.dropped
    )
    metrics.watch(
        "read_model_lag",
        "Positions between a read model and the end of the log.",
        partial(read_model_lags, queries),
        label="read_model",
    )
