"""From an accepted message to a modem: how soon, how many, and past modems that are silent."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median, quantiles
from typing import Final

from domain.values import Network
from tests.benchmarks.bench import POSTGRESQL, SQLITE, Bench
from tests.benchmarks.fleet import (
    entry,
    first_byte_delays_ms,
    gateway,
    measured_gateway,
    tapped,
)
from tests.benchmarks.gateways import TEXT, Account, Guest, Place
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.client import Client
from tests.end_to_end.waiting import wait_until

AIRTEL: Final = "0770000001"
SAMPLES: Final = 40
FIRST_BYTE_MS: Final = {SQLITE: 20, POSTGRESQL: 10}
SIMULATED: Final = 64
END_TO_END_RATE: Final = 700
BULK: Final = 500
SILENT_WAITING: Final = 10_000
SILENT_SAMPLES: Final = 20
SILENT_MS: Final = 50


def first_byte(bench: Bench) -> Iterator[Row]:
    """From the API's answer to the first byte at an idle modem: embedded, then scaled.

    The build before is measured by its own benchmark, behind this one.
    """
    rows = []
    for store in (SQLITE, POSTGRESQL):
        commits = bench.commits(store)
        with bench.place(store, with_redis=store == POSTGRESQL) as place:
            delays_ms = _first_byte(place)
        aim_ms = FIRST_BYTE_MS[store]
        where = "embedded" if store == SQLITE else "three roles with PostgreSQL and Redis"
        row = Row(
            what=f"accepted → first byte to an idle modem, {where}",
            figure=Figure(value=median(delays_ms), unit="ms", what="p50"),
            baseline=Figure(value=1e3 / commits.value, unit="ms", what="one commit"),
            aim=f"p50 ≤ {aim_ms} ms",
            is_met=median(delays_ms) <= aim_ms,
            notes=_spread(delays_ms),
        )
        yield row
        rows.append(row)
    if bench.before is not None:
        before = bench.before.figures("first-byte", seconds=bench.seconds)
        for row in rows:
            value = before[row.what]
            yield replace(row, baseline=Figure(value=value, unit="ms", what=bench.before.name))


def _first_byte(place: Place) -> list[float]:
    airtel = frozenset({Network.AIRTEL})
    with tapped(place, {"idle": (Network.AIRTEL, ())}) as modems, place.guest() as guest:
        account = guest.create_account()
        with gateway(place, guest, airtel) as url:
            client = Client(url, account.key)
            first_byte_delays_ms(client, modems["idle"], AIRTEL, 3)
            return first_byte_delays_ms(client, modems["idle"], AIRTEL, SAMPLES)


def _spread(delays_ms: Sequence[float]) -> str:
    return f"p90 {quantiles(delays_ms, n=10)[-1]:.1f} ms, {len(delays_ms)} messages"


# -- many -----------------------------------------------------------------------------------


def end_to_end(bench: Bench) -> Iterator[Row]:
    """Bulks into 64 simulated modems that answer at once, until the last one is recorded sent."""
    for store in (SQLITE, POSTGRESQL):
        commits = bench.commits(store)
        with bench.place(store, with_redis=store == POSTGRESQL) as place:
            messages = END_TO_END_RATE * max(bench.seconds, 5) // BULK * BULK
            seconds, accepted_s, used_s = _end_to_end(place, messages)
        rate = messages / seconds
        where = "embedded" if store == SQLITE else "three roles with PostgreSQL and Redis"
        yield Row(
            what=f"end to end into {SIMULATED} simulated modems, {where}",
            figure=Figure(value=rate, unit="messages/s"),
            baseline=commits,
            aim=f"≥ {END_TO_END_RATE} messages/s",
            is_met=rate >= END_TO_END_RATE,
            notes=f"{messages:,} in {seconds:.1f} s, accepted within {accepted_s:.1f} s;"
            f" {used_s / messages * 1e3:.2f} ms of CPU a message",
        )


def _end_to_end(place: Place, messages: int) -> tuple[float, float, float]:
    """Give the seconds until all are sent, until all are accepted, and of processor time."""
    networks = list(Network)
    entries = (
        entry(f"sim-{n}", networks[n % len(networks)], "ready", driver="simulated")
        for n in range(SIMULATED)
    )
    (place.folder / "ngoma.toml").write_text("\n".join(entries))
    with place.guest() as guest:
        account = guest.create_account()
        with measured_gateway(place, guest, frozenset(networks)) as running:
            client = Client(running.url, account.key)
            until_sent(guest, account, send_bulks(client, BULK))  # warm
            started_s, before_s = time.monotonic(), running.cpu_s()
            sent = BULK + send_bulks(client, messages)
            accepted_s = time.monotonic() - started_s
            until_sent(guest, account, sent)
            seconds = time.monotonic() - started_s
            return seconds, accepted_s, running.cpu_s() - before_s


def send_bulks(
    client: Client, messages: int, prefixes: Sequence[str] = ("077", "096", "055")
) -> int:
    """Send to numbers of the prefixes by turns; give how many."""
    for start in range(0, messages, BULK):
        numbers = [f"{prefixes[n % len(prefixes)]}{n:07}" for n in range(start, start + BULK)]
        answer = client.bulk(numbers, TEXT)
        if answer.status != 200:
            msg = f"the bulk was answered {answer}"
            raise RuntimeError(msg)
    return messages


def until_sent(guest: Guest, account: Account, messages: int) -> None:
    """Wait until so many messages of an account are sent."""

    def are_sent() -> bool:
        balance = guest.system.queries.balance(account.number)
        return balance is not None and balance.spent >= messages

    wait_until(are_sent, within_s=120, what=f"{messages:,} messages are sent")


# -- past the silent --------------------------------------------------------------------------


def silent_network(bench: Bench) -> Iterator[Row]:
    """Every MTN modem silent and 10,000 messages waiting for them: Airtel's goes at once."""
    waiting = min(SILENT_WAITING, bench.messages)
    silent: tuple[Network, Sequence[str]] = (Network.MTN, ("no-answer",))
    fleet = {"mtn-1": silent, "mtn-2": silent, "airtel": (Network.AIRTEL, ())}
    with (
        bench.place(SQLITE) as place,
        tapped(place, fleet) as modems,
        place.guest() as guest,
    ):
        account = guest.create_account()
        with gateway(place, guest, frozenset({Network.MTN, Network.AIRTEL})) as url:
            client = Client(url, account.key)
            alone_ms = first_byte_delays_ms(client, modems["airtel"], AIRTEL, SILENT_SAMPLES)
            send_bulks(client, waiting, ("096",))
            for name in ("mtn-1", "mtn-2"):
                modems[name].arrivals.get(timeout=30)
            delays_ms = first_byte_delays_ms(client, modems["airtel"], AIRTEL, SILENT_SAMPLES)
    yield Row(
        what=f"past {waiting:,} messages for silent MTN modems, to an idle Airtel modem, embedded",
        figure=Figure(value=median(delays_ms), unit="ms", what=f"median of {len(delays_ms)}"),
        baseline=Figure(value=median(alone_ms), unit="ms", what="nothing waiting"),
        aim=f"≤ {SILENT_MS} ms",
        is_met=median(delays_ms) <= SILENT_MS,
        notes=_spread(delays_ms),
    )
