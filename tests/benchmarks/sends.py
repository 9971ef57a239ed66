"""Single sends over HTTP: how many are accepted in a second, durably, and how evenly."""

from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from tests.benchmarks.bench import POSTGRESQL, STORES, Bench
from tests.benchmarks.gateways import Place, greet, single_shots
from tests.benchmarks.load import Load
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.table import Figure, Row

CONNECTIONS = 64
WALLETS = 200

VARIANTS = tuple(
    (store, role, follower, what)
    for store in STORES
    for role, follower, what in (
        ("api", "auto", "web and committer alone (serve --role api)"),
        ("all", "threads", "the whole serve, its own threads following, no modems"),
        ("all", "apart", "the whole serve, a process apart following, no modems"),
    )
)


def per_second(load: Load, what: str = "") -> Figure:
    """Give a load's rate as a figure."""
    return Figure(value=load.rate, unit="/s", what=what)


def notes(*parts: str) -> str:
    """Join what there is to note."""
    return "; ".join(part for part in parts if part)


def single_sends(bench: Bench) -> Iterator[Row]:
    """One API process and one hot wallet at 64 connections, beside a bare echo."""
    with bench.echo() as echo_url:
        for store, role, follower, what in VARIANTS:
            with bench.place(store) as place:
                set_so = replace(place, follower=follower)
                yield _single_sends(bench, set_so, role, what, echo_url)


def _single_sends(bench: Bench, place: Place, role: str, what: str, echo_url: str) -> Row:
    with place.guest() as guest, place.measured_web(role) as (url, pid):
        account = guest.create_account()
        guest.stay_online()
        greet(url, [account])
        cpu_us: list[float] = []
        shots = single_shots([account])
        bench.warm_up(url, shots, connections=CONNECTIONS)

        def fire() -> Load:
            before_s = cpu_s(pid)
            load = bench.fire(url, shots, connections=CONNECTIONS).result()
            cpu_us.append((cpu_s(pid) - before_s) / load.answers * 1e6)
            return load

        echo, sends = bench.in_turns(
            (lambda: bench.fire_echo(echo_url, connections=CONNECTIONS), fire),
            guest=guest,
            what=f"echo, single sends on {place.name} ({role})",
        )
    return Row(
        what=f"single sends, {place.name}: {what}",
        figure=per_second(sends),
        baseline=per_second(echo, "E"),
        aim="≥ 0.40 E, p99 ≤ 40 ms",
        is_met=sends.rate >= 0.40 * echo.rate and sends.p99_ms <= 40,
        notes=notes(sends.times, f"{median(cpu_us):.0f} µs of CPU a send", sends.trouble),
    )


def two_processes(bench: Bench) -> Iterator[Row]:
    """Two API processes on one hot wallet, 32 connections each, beside one with 64."""
    with (
        bench.place(POSTGRESQL) as place,
        place.guest() as guest,
        place.web("api", name="web-1") as first,
        place.web("api", name="web-2") as second,
    ):
        account = guest.create_account()
        guest.stay_online()
        shots = single_shots([account])
        for url in (first, second):
            greet(url, [account])
            bench.warm_up(url, shots, connections=CONNECTIONS // 2)
        shares: list[float] = []

        def both() -> Load:
            firing = [
                bench.fire(url, shots, connections=CONNECTIONS // 2) for url in (first, second)
            ]
            loads = [one.result() for one in firing]
            shares.append(loads[0].rate / sum(load.rate for load in loads))
            return _together(loads)

        one, two = bench.in_turns(
            (lambda: bench.fire(first, shots, connections=CONNECTIONS).result(), both),
            guest=guest,
            what="one process, two processes on one wallet",
        )
    larger = max(max(share, 1 - share) for share in shares)
    yield Row(
        what="two API processes on one hot wallet, PostgreSQL",
        figure=per_second(two),
        baseline=per_second(one, "one process"),
        aim="total ≥ one process, each share 0.40 to 0.60",
        is_met=two.rate >= one.rate and larger <= 0.60,
        notes=notes(f"shares {1 - larger:.2f} to {larger:.2f}", two.times, two.trouble),
    )


def _together(loads: list[Load]) -> Load:
    return Load(
        seconds=max(load.seconds for load in loads),
        answers=sum(load.answers for load in loads),
        refused=sum(load.refused for load in loads),
        broken=sum(load.broken for load in loads),
        p50_ms=max(load.p50_ms for load in loads),
        p99_ms=max(load.p99_ms for load in loads),
    )


def hot_wallet(bench: Bench) -> Iterator[Row]:
    """One hot wallet against two hundred, on each store."""
    for store in STORES:
        with bench.place(store) as place:
            yield _hot_wallet(bench, place)


def _hot_wallet(bench: Bench, place: Place) -> Row:
    with place.guest() as guest, place.web("api") as url:
        bench.say(f"hot wallet on {place.name}: making {WALLETS} accounts")
        accounts = [guest.create_account(f"Bench {n}") for n in range(WALLETS)]
        guest.stay_online()
        greet(url, accounts)
        hot, spread = single_shots(accounts[:1]), single_shots(accounts)
        bench.warm_up(url, spread, connections=CONNECTIONS)
        many, one = bench.in_turns(
            (
                lambda: bench.fire(url, spread, connections=CONNECTIONS).result(),
                lambda: bench.fire(url, hot, connections=CONNECTIONS).result(),
            ),
            guest=guest,
            what=f"{WALLETS} wallets, one hot wallet on {place.name}",
        )
    return Row(
        what=f"one hot wallet against {WALLETS}, {place.name}",
        figure=per_second(one),
        baseline=per_second(many, f"{WALLETS} wallets"),
        aim="≥ 0.7",
        is_met=one.rate >= 0.7 * many.rate,
        notes=notes(one.times, one.trouble or many.trouble),
    )
