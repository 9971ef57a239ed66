"""``ngoma modem segments``: what each SIM sent each day, against what was sold."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import click

from application.audit.segments import count_segments
from domain.days import day_of
from domain.sim_segments import SimDay
from domain.span import read_span
from domain.values import Instant
from worker.cli.gateway import Gateway
from worker.cli.output import print_json, print_table
from worker.cli.projections import progress

COUNTS: Final = (
    *("begun", "submitted", "in_doubt", "failed", "under_way"),
    *("messages_sold", "segments_sold", "credits_sold"),
)
_EPOCH: Final = date(1970, 1, 1)


def show_segments(gateway: Gateway, since: str | None, until: str | None, *, as_json: bool) -> bool:
    """Print a row for each SIM and day, and their sums; False when the log breaks N8.

    Raises:
        InvalidRequest: the days cannot be read.
    """
    span = read_span(since, until)
    store = gateway.reads.store
    with progress("Counting") as advance:
        found = count_segments(store, until=store.head(), advance=advance)
    rows = [
        row
        for row in found.rows
        if (span.since is None or row.day >= day_of(span.since))
        and (span.until is None or row.day <= day_of(Instant(span.until - 1)))
    ]
    if as_json:
        print_json([{"day": _day(row), "sim": row.sim, **_counts(row)} for row in rows])
    else:
        words = [name.replace("_", " ") for name in COUNTS]
        cells = [[_day(row), row.sim, *_counts(row).values()] for row in rows]
        if len(rows) > 1:
            cells.append(["all", None, *_sums(rows)])
        print_table(["day", "SIM", *words], cells, empty="No SIM has begun a segment yet.")
    for position, what in found.wrong:
        click.echo(f"N8 at {position}: {what}.", err=True)
    return not found.wrong


def _counts(row: SimDay) -> dict[str, int]:
    return {name: getattr(row, name) for name in COUNTS}


def _sums(rows: Sequence[SimDay]) -> Sequence[int]:
    return [sum(getattr(row, name) for row in rows) for name in COUNTS]


def _day(row: SimDay) -> str:
    return (_EPOCH + timedelta(days=row.day)).isoformat()
