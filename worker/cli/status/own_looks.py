"""What the store and the read models say to ``ngoma status``, without a process that runs."""

from collections.abc import Sequence
from typing import Any

import orjson

from adapters.clock import SystemClock
from application.books.behind import unseen_since
from application.ports import ClockMark
from domain.ageing import Kind
from domain.public_ids import iso_time
from domain.values import SECOND, Instant
from worker.cli.gateway import Gateway


def behind(gateway: Gateway) -> Sequence[str]:
    """Name the read models that have not seen all of the log."""
    rows = gateway.reads.queries.projections()
    return [row.name for row in rows if row.lag or row.error]


def why_unsound(gateway: Gateway) -> str:
    """Say which read models cannot be read."""
    bad = [row for row in gateway.reads.queries.projections() if row.error]
    return "; ".join(f"{row.name} {row.error}" for row in bad) or "the read models do not answer"


def lag_s(gateway: Gateway) -> float:
    """Say how old the oldest event is that a read model has not seen."""
    rows = gateway.reads.queries.projections()
    since = unseen_since(gateway.reads.store, [row for row in rows if not row.error])
    return 0.0 if since is None else round(max(0.0, (SystemClock().now() - since) / SECOND), 1)


def began_at(gateway: Gateway) -> Instant | None:
    """Give the time of the log's first event."""
    first = gateway.reads.store.events_after(0, limit=1)
    return Instant(orjson.loads(first[0][1].state)["timestamp"]) if first else None


def hosts(gateway: Gateway) -> Sequence[tuple[str, Instant]]:
    """Give when each host noted its time last."""
    marks = sorted(gateway.reads.store.clock_marks(), key=lambda mark: mark.writer)
    words = {ClockMark.OPERATOR, ClockMark.BEFORE, ClockMark.RETENTION}
    return [(mark.writer, mark.at) for mark in marks if mark.writer not in words]


def doubt(gateway: Gateway) -> str | None:
    """Say why a gateway that started now would not believe this host's clock."""
    from worker.cli.clock import doubt_of_clock

    return doubt_of_clock(SystemClock(), gateway.reads.store)


def money(gateway: Gateway, now: Instant) -> dict[str, Any]:
    """Say what is open: lines of statements that are nobody's first, which is what is unmatched."""
    rows = gateway.reads.queries.ages(now)
    unmatched = [row for row in rows if row.kind == Kind.UNALLOCATED]
    return {
        "unmatched": sum(row.count for row in unmatched),
        "unmatched_ngwee": sum(row.amount_ngwee for row in unmatched),
        "oldest_days": max((row.days_least for row in unmatched), default=None),
        "open": [
            {
                "kind": row.kind,
                "wallet": row.provider_account,
                "days_least": row.days_least,
                "days_most": row.days_most,
                "count": row.count,
                "amount_ngwee": row.amount_ngwee,
            }
            for row in rows
        ],
    }


def seal(gateway: Gateway) -> dict[str, Any] | None:
    """Give the newest seal, and since when something waits for the next; None before the first."""
    from application.proof.newest import newest_seal

    newest = newest_seal(gateway.reads.store)
    if newest is None:
        return None
    since = newest.unsealed_since
    return {
        "position": newest.position,
        "sealed_at": iso_time(newest.sealed_at),
        "unsealed_since": None if since is None else iso_time(since),
    }
