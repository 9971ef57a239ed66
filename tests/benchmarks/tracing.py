"""What traces and metrics cost a send that comes by HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Final

import httpx

from adapters.settings import Settings
from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.gateways import Place
from tests.benchmarks.served import TURNS, Change, Served, row, say
from tests.benchmarks.table import Row
from tests.end_to_end.gateway import Process
from tests.support.receiver import Receiver, receiving

ROLE: Final = "api"
"""What answers sends and commits them, and nothing else that would blur the figures."""
SLOWED_MAX: Final = 0.03
SHARES: Final = (Settings().operations_traces_share, 1.0)


def traces(bench: Bench) -> Iterator[Row]:
    """On each store: a gateway that is traced, and scraped once a turn, beside one that is not."""
    for store in STORES:
        with ExitStack() as stack:
            collector = stack.enter_context(receiving(status=200))

            def started(change: Change, store: str = store, stack: ExitStack = stack) -> Served:
                return Served.start(bench, stack, store, change, role=ROLE)

            bare = started(lambda _, process: None)
            traced = {f"{share:.0%}": started(_traced(collector, share)) for share in SHARES}
            for number in range(1, TURNS + 1):
                bare.turn(bench)
                for one in traced.values():
                    one.turn(bench, partial(_scrape, one))
                    collector.came.clear()
                say(bench, store, number, {"neither": bare, **traced})
            lost = {share: _lost(one) for share, one in traced.items()}
        for share, one in traced.items():
            what = f"single sends, metrics scraped and {share} traced, {store}: serve --role {ROLE}"
            found = row(what, one, bare, slowed_max=SLOWED_MAX)
            yield replace(found, notes=f"{found.notes}; {lost[share]} spans lost")


def _traced(collector: Receiver, share: float) -> Change:
    def change(_: Place, process: Process) -> None:
        process.settings |= {
            "NGOMA_OPERATIONS_TRACES": collector.url.removesuffix("/hook"),
            "NGOMA_OPERATIONS_TRACES_SHARE": f"{share}",
        }

    return change


def _scrape(one: Served) -> str:
    (place,) = (one.folder / "operations").glob(f"{ROLE}-*.url")
    return httpx.get(f"{place.read_text().strip()}/metrics", timeout=30).raise_for_status().text


def _lost(one: Served) -> str:
    said = [line.split() for line in _scrape(one).splitlines()]
    return next((words[1] for words in said if words[0] == "ngoma_trace_spans_lost_total"), "0")
