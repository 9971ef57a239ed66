"""What of every server is measured, whatever it does: itself, and the gateway that it is part of.

What is of the gateway every process tells alike, from what is kept of it: no number is counted when
somebody looks. So it is not summed over processes.
"""

from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from typing import Final

from adapters.backup.making import remembered
from adapters.observability.outlet import Outlet
from adapters.readiness import read_model_lags
from adapters.reads import Reads
from adapters.settings import Settings
from application.books.committer import Committer
from application.ports import Clock, Metrics, Store
from application.ports.queries import Queries
from application.proof.newest import newest_seal
from domain.ledger import chart
from domain.public_ids import check_iso_time
from domain.values import SECOND

OUTCOMES: Final = (
    *("accepted", "sent", "delivered", "undelivered"),
    *("failed", "expired", "cancelled"),
)
OPEN: Final = ("queued", "sending", "in_doubt", "held")
CREDITS: Final[Mapping[str, tuple[str, int]]] = {
    chart.ISSUED: ("bought", 1),
    chart.GRANTED: ("granted", 1),
    chart.ADJUSTED: ("adjusted", 1),
    chart.CONSUMED: ("consumed", -1),
    chart.EXPIRED: ("expired", -1),
}
"""The kinds of credits that are of no customer, with the sign that they have in the ledger."""
_BEFORE_CREDITS: Final = "Equity:Credits:"


def watch_server(
    metrics: Metrics,
    settings: Settings,
    reads: Reads,
    *,
    committer: Committer,
    outlet: Outlet,
    clock: Clock,
) -> None:
    """Have all of it read at every scrape."""
    metrics.watch("build_info", "The version that runs.", _build, label="version")
    metrics.watch_one(
        "waiting_messages", "Messages before the committer.", lambda: committer.waiting
    )
    metrics.watch_one(
        "log_lines_dropped", "Log lines that could not leave.", lambda: outlet.dropped
    )
    metrics.watch(
        "read_model_lag",
        "Positions between a read model and the end of the log.",
        partial(read_model_lags, reads.queries),
        label="read_model",
    )
    _watch_what_is_sent(metrics, reads.queries, clock)
    _watch_what_is_kept(metrics, settings, reads.store, clock)


def _watch_what_is_sent(metrics: Metrics, queries: Queries, clock: Clock) -> None:
    metrics.watch_by(
        "messages",
        "Messages by network and what ever became of them; what was delivered was sent, too.",
        partial(_messages, queries),
        labels=("network", "outcome"),
        is_total=True,
    )
    metrics.watch_by(
        "credits_refunded",
        "Credits that came back since a message did not leave.",
        partial(_refunded, queries),
        labels=("network",),
        is_total=True,
    )
    metrics.watch_by(
        "open_messages",
        "Messages that have not ended, by network and state.",
        partial(_open, queries),
        labels=("network", "state"),
    )
    metrics.watch(
        "credits", "Credits that came and went, by kind.", partial(_credits, queries), label="kind"
    )
    metrics.watch(
        "sim_segments_today",
        "Segments that a SIM began today in Lusaka, by the number that the gateway gave it.",
        partial(_begun_today, queries, clock),
        label="sim",
    )
    metrics.watch(
        "webhooks_waiting",
        "Webhooks that have something to be told, by state.",
        queries.webhooks_waiting,
        label="state",
    )


def _watch_what_is_kept(metrics: Metrics, settings: Settings, store: Store, clock: Clock) -> None:
    metrics.watch_by(
        "unsealed_seconds",
        "For how long the oldest event after the newest seal waits; nothing before the first.",
        partial(_unsealed_s, store, clock),
    )
    metrics.watch_by(
        "backup_age_seconds",
        "Age of the newest backup that was made with these settings; nothing before the first.",
        partial(_backup_age_s, settings, clock),
    )


def _build() -> Mapping[str, float]:
    return {version("ngoma"): 1.0}


def _messages(queries: Queries) -> Mapping[tuple[str, ...], float]:
    return {
        (row.network.value, outcome): float(getattr(row, outcome))
        for row in queries.traffic()
        for outcome in OUTCOMES
    }


def _refunded(queries: Queries) -> Mapping[tuple[str, ...], float]:
    return {(row.network.value,): float(row.credits_refunded) for row in queries.traffic()}


def _open(queries: Queries) -> Mapping[tuple[str, ...], float]:
    return {
        (row.network.value, state): float(getattr(row, state))
        for row in queries.backlog()
        for state in OPEN
    }


def _credits(queries: Queries) -> Mapping[str, float]:
    found = queries.trial_balance(after=_BEFORE_CREDITS, limit=len(CREDITS))
    held = {row.account: row.amount for row in found}
    return {word: float(sign * held.get(name, 0)) for name, (word, sign) in CREDITS.items()}


def _begun_today(queries: Queries, clock: Clock) -> Mapping[str, float]:
    """Say it of SIMs that are in use: those of years would grow without end."""
    used = (sim for sim in queries.sims(clock.now()) if sim.came_online or sim.begun_today)
    return {str(sim.number): float(sim.begun_today) for sim in used}


def _unsealed_s(store: Store, clock: Clock) -> Mapping[tuple[str, ...], float]:
    newest = newest_seal(store)
    if newest is None:
        return {}
    since = newest.unsealed_since
    return {(): 0.0 if since is None else (clock.now() - since) / SECOND}


def _backup_age_s(settings: Settings, clock: Clock) -> Mapping[tuple[str, ...], float]:
    made = remembered(settings)
    if not made:
        return {}
    return {(): (clock.now() - check_iso_time(made[-1]["made_at"], field="made_at")) / SECOND}
