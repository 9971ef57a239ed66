"""Bulks of 500 recipients, and what a single send beside them has to wait for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.bench import POSTGRESQL, SQLITE, Bench
from tests.benchmarks.gateways import Account, Place, bulk_shots, greet, single_shots
from tests.benchmarks.load import Load, Shot
from tests.benchmarks.sends import notes
from tests.benchmarks.table import Figure, Row

RECIPIENTS = 500
BULK_CONNECTIONS = 4
SINGLE_CONNECTIONS = 8
AIMS = {SQLITE: 15_000, POSTGRESQL: 20_000}
SINGLE_P99_MS = 150

VARIANTS = (
    (SQLITE, "api", "serve --role api"),
    (SQLITE, "all", "the whole serve, read models following"),
    (POSTGRESQL, "api", "serve --role api"),
)


@dataclass(slots=True)
class Bulks:
    """Bulks of one account and single sends of another one, to one gateway."""

    bench: Bench
    url: str
    many: Sequence[Shot]
    one: Sequence[Shot]
    meanwhile: list[float] = field(default_factory=list)
    """Recipients a second of the bulks that single sends were beside."""

    @classmethod
    def begin(cls, bench: Bench, url: str, bulk: Account, single: Account) -> "Bulks":
        """Have the gateway know both accounts, and be warm."""
        greet(url, [bulk, single])
        found = cls(bench, url, bulk_shots(bulk, RECIPIENTS), single_shots([single]))
        bench.warm_up(url, found.many, connections=BULK_CONNECTIONS)
        bench.warm_up(url, found.one, connections=SINGLE_CONNECTIONS)
        return found

    def singles(self) -> Load:
        """Measure single sends alone."""
        return self.bench.fire(self.url, self.one, connections=SINGLE_CONNECTIONS).result()

    def bulks(self) -> Load:
        """Measure bulks alone."""
        return self.bench.fire(self.url, self.many, connections=BULK_CONNECTIONS).result()

    def singles_beside(self) -> Load:
        """Measure single sends beside bulks."""
        seconds = self.bench.seconds + 1
        firing = self.bench.fire(self.url, self.many, connections=BULK_CONNECTIONS, seconds=seconds)
        found = self.singles()
        self.meanwhile.append(firing.result().rate * RECIPIENTS)
        return found


def bulks(bench: Bench) -> Iterator[Row]:
    """Bulks at 4 connections, then single sends at 8 connections beside them."""
    for store, role, what in VARIANTS:
        with bench.place(store) as place:
            yield from _bulks(bench, place, role, what)


def _bulks(bench: Bench, place: Place, role: str, what: str) -> Iterator[Row]:
    commits = bench.commits(place.name)
    with place.guest() as guest, place.web(role) as url:
        bulk, single = guest.create_account("Bulk"), guest.create_account("Single")
        guest.stay_online()
        sends = Bulks.begin(bench, url, bulk, single)
        alone, bulk_load, single_load = bench.in_turns(
            (sends.singles, sends.bulks, sends.singles_beside),
            guest=guest,
            what=f"single sends, bulks, single sends beside bulks on {place.name} ({role})",
        )
    recipients = Figure(value=bulk_load.rate * RECIPIENTS, unit="recipients/s")
    aim = AIMS[place.name]
    yield Row(
        what=f"bulks of {RECIPIENTS}, {place.name}: {what}",
        figure=recipients,
        baseline=commits,
        aim=f"≥ {aim:,} recipients/s",
        is_met=recipients.value >= aim,
        notes=notes(bulk_load.times, bulk_load.trouble),
    )
    worst_p99_ms = single_load.p99_ms
    yield Row(
        what=f"a single send beside bulks, {place.name}: {what}",
        figure=Figure(value=worst_p99_ms, unit="ms", what="p99"),
        baseline=Figure(value=alone.p99_ms, unit="ms", what="p99 without bulks"),
        aim=f"p99 ≤ {SINGLE_P99_MS} ms",
        is_met=worst_p99_ms <= SINGLE_P99_MS,
        notes=notes(
            f"p50 {single_load.p50_ms:.1f} ms, {single_load.rate:,.0f}/s",
            f"bulks meanwhile {max(sends.meanwhile):,.0f} recipients/s",
            single_load.trouble,
        ),
    )
