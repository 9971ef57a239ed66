"""The whole ``serve`` beside the build before and other gateways, in turn under the same load.

Each row has one figure of this build and one baseline; where the baseline is missing, it says so.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from math import inf
from statistics import median
from typing import Final

from tests.benchmarks import jasmin, kannel
from tests.benchmarks.bench import POSTGRESQL, SQLITE, STORES, Bench
from tests.benchmarks.bulks import RECIPIENTS, Bulks
from tests.benchmarks.jasmin import Jasmin
from tests.benchmarks.kannel import Kannel
from tests.benchmarks.load import Load, trouble
from tests.benchmarks.sends import notes
from tests.benchmarks.served import Contender, Served
from tests.benchmarks.table import Figure, Row

BEFORE_MIN: Final = {SQLITE: 2.5, POSTGRESQL: 2.0}
KANNEL_MIN: Final = {SQLITE: 0.8, POSTGRESQL: 0.6}
P99_MS: Final = 30
CPU_MAX: Final = 0.45
BULK_MIN: Final = 4.0
BULK_GOAL: Final = 5.0
BESIDE_BULKS_P99_MS: Final = 60
NO_BEFORE: Final = "no baseline: --before names no build"
NO_JASMIN: Final = f"no baseline: Jasmin is not installed ({jasmin.PACKAGES})"
NO_KANNEL: Final = f"no baseline: Kannel is not installed ({kannel.PACKAGES})"


def sends_side_by_side(bench: Bench) -> Iterator[Row]:
    """Single sends at 64 connections, on each store, and what processor time one takes."""
    for store in STORES:
        with ExitStack() as stack:
            mine = Served.start(bench, stack, store)
            before = _before(bench, stack, store)
            in_c = _kannel(bench, stack)
            in_python = Jasmin.start(bench, stack) if jasmin.is_installed() else None
            contenders = [one for one in (mine, before, in_c, in_python) if one is not None]
            bench.rounds(
                [partial(one.turn, bench) for one in contenders],
                what=f"single sends, {store}: {', '.join(one.name for one in contenders)}",
            )
        yield rates(store, mine, before, least=BEFORE_MIN[store], missing=NO_BEFORE)
        yield rates(store, mine, in_c, least=KANNEL_MIN[store], missing=NO_KANNEL)
        yield rates(store, mine, in_python, least=None, missing=NO_JASMIN)
        yield processor_time(store, mine, before)


def _before(bench: Bench, stack: ExitStack, store: str) -> Served | None:
    if bench.before is None:
        return None
    return Served.start(bench, stack, store, checkout=bench.before)


def _kannel(bench: Bench, stack: ExitStack) -> Kannel | None:
    return Kannel.start(bench, stack) if kannel.is_installed() else None


def rates(
    store: str, mine: Served, other: Contender | None, *, least: float | None, missing: str
) -> Row:
    """Put what this build accepts in a second beside what another one does."""
    rate, aim, is_met = median(mine.rates), "", None
    baseline = None
    if other is not None:
        baseline = Figure(value=median(other.rates), unit="/s", what=other.name)
    if least is not None:
        bound_ms = P99_MS if store == SQLITE else None
        aim = f"≥ {least}" + (f", p99 ≤ {bound_ms} ms" if bound_ms else "")
        is_quick = bound_ms is None or _p99_ms(mine.loads) <= bound_ms
        is_met = _reaches(rate, least, baseline) and is_quick
    return Row(
        what=f"single sends, {store}: the whole serve, read models following",
        figure=Figure(value=rate, unit="/s"),
        baseline=baseline,
        aim=aim,
        is_met=is_met,
        notes=notes(
            "" if other else missing,
            _told(mine),
            f"the baseline {_told(other)}" if other else "",
            mine.trouble,
            other.trouble if other else "",
        ),
    )


def processor_time(store: str, mine: Contender, before: Contender | None) -> Row:
    """Put what a send takes in all processes beside what it took before."""
    used_us = median(mine.cpu_us)
    baseline = None
    if before is not None:
        baseline = Figure(value=median(before.cpu_us), unit="µs", what=before.name)
    return Row(
        what=f"processor time a send, {store}: all processes of the whole serve",
        figure=Figure(value=used_us, unit="µs"),
        baseline=baseline,
        aim=f"≤ {CPU_MAX}",
        is_met=used_us <= CPU_MAX * baseline.value if baseline and baseline.value else None,
        notes="" if before else NO_BEFORE,
    )


# -- bulks ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Bulked:
    """A gateway and what it made of single sends, of bulks, and of single sends beside them."""

    served: Served
    bulks: Bulks
    alone: list[Load] = field(default_factory=list)
    many: list[Load] = field(default_factory=list)
    beside: list[Load] = field(default_factory=list)

    @classmethod
    def start(cls, bench: Bench, served: Served) -> "_Bulked":
        accounts = (served.errands.create_account(name) for name in ("Bulk", "Single"))
        return cls(served, Bulks.begin(bench, served.url, *accounts))

    @property
    def shots(self) -> Sequence[Callable[[], Load]]:
        """What is done in a turn."""
        return (
            partial(self._take, self.bulks.singles, self.alone),
            partial(self._take, self.bulks.bulks, self.many),
            partial(self._take, self.bulks.singles_beside, self.beside),
        )

    def _take(self, measure: Callable[[], Load], loads: list[Load]) -> Load:
        self.served.prepare()
        loads.append(measure())
        self.served.settle()
        return loads[-1]

    @property
    def recipients(self) -> float:
        """How many recipients of bulks it took in a second."""
        return median(load.rate for load in self.many) * RECIPIENTS

    @property
    def trouble(self) -> str:
        """What it did not accept."""
        return trouble(self.served.name, [*self.alone, *self.many, *self.beside])


def bulks_side_by_side(bench: Bench) -> Iterator[Row]:
    """Bulks, and single sends beside them, to the whole ``serve`` over SQLite."""
    with ExitStack() as stack:
        mine = _Bulked.start(bench, Served.start(bench, stack, SQLITE))
        served = _before(bench, stack, SQLITE)
        before = _Bulked.start(bench, served) if served else None
        other = _kannel(bench, stack)
        bench.rounds(
            [
                *mine.shots,
                *(before.shots if before else ()),
                *([partial(other.turn, bench)] if other else []),
            ],
            what="single sends, bulks, single sends beside bulks, by turns; Kannel one by one",
        )
    yield from _bulks(mine, before, other)


def _bulks(mine: _Bulked, before: _Bulked | None, other: Kannel | None) -> Iterator[Row]:
    what = f"bulks of {RECIPIENTS}, {SQLITE}: the whole serve, read models following"
    recipients = Figure(value=mine.recipients, unit="recipients/s")
    bulks_before = single_before = one_by_one = None
    if before is not None:
        name = before.served.name
        bulks_before = Figure(value=before.recipients, unit="/s", what=name)
        single_before = Figure(value=_p99_ms(before.beside), unit="ms", what=f"p99, {name}")
    if other is not None:
        name = f"{other.name}, one by one"
        one_by_one = Figure(value=median(other.rates), unit="/s", what=name)
    missing = "" if before else NO_BEFORE
    troubles = (mine.trouble, before.trouble if before else "")
    yield Row(
        what=what,
        figure=recipients,
        baseline=bulks_before,
        aim=f"≥ {BULK_MIN:g}",
        is_met=_reaches(recipients.value, BULK_MIN, bulks_before),
        notes=notes(missing, f"p99 {_p99_ms(mine.many):.0f} ms", *troubles),
    )
    yield Row(
        what=what,
        figure=recipients,
        baseline=one_by_one,
        aim=f"the goal after that: ≥ {BULK_GOAL:g}",
        notes=notes("" if other else NO_KANNEL, mine.trouble, other.trouble if other else ""),
    )
    p99_ms = _p99_ms(mine.beside)
    yield Row(
        what=f"a single send beside bulks, {SQLITE}: the whole serve, read models following",
        figure=Figure(value=p99_ms, unit="ms", what="p99"),
        baseline=single_before,
        aim=f"p99 ≤ {BESIDE_BULKS_P99_MS} ms",
        is_met=p99_ms <= BESIDE_BULKS_P99_MS,
        notes=notes(
            missing,
            f"p99 without bulks {_p99_ms(mine.alone):.1f} ms",
            f"bulks meanwhile {median(mine.bulks.meanwhile):,.0f} recipients/s",
            *troubles,
        ),
    )


def _reaches(value: float, times: float, baseline: Figure | None) -> bool | None:
    """Whether a figure is so many times its baseline; nobody knows without one, or at none."""
    if baseline is None or not baseline.value:
        return None
    return value >= times * baseline.value


def _p99_ms(loads: Sequence[Load]) -> float:
    """Give the median of those turns in which anything was answered; without any it is endless."""
    answered = [load.p99_ms for load in loads if load.answers]
    return median(answered) if answered else inf


def _told(one: Contender) -> str:
    p50_ms, p99_ms = median(load.p50_ms for load in one.loads), _p99_ms(one.loads)
    used = f"{median(one.cpu_us):.0f} µs of CPU a send"
    return ", ".join(filter(None, (f"p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms", used, one.remark)))
