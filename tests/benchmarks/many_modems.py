"""64 modems, one worker process: how busy they are, how soon an OTP leaves, what idling costs."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from domain.values import Lane, Network
from tests.benchmarks.bench import SQLITE, Bench
from tests.benchmarks.fleet import entry, gateway, measured_gateway, tapped
from tests.benchmarks.gateways import TEXT, Place
from tests.benchmarks.modems import SILENT_WAITING, SIMULATED, send_bulks
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.client import Client
from tests.end_to_end.waiting import wait_until

PER_MINUTE: Final = 30
BACKLOG: Final = 9_000
"""More than 64 modems send in the first bucketful and all of the measurement."""
BUSY: Final = 0.98
LATENCY_MS: Final = 300
"""What a modem of the urgent messages takes for each."""
BULK_SAMPLES: Final = 8
URGENT_SAMPLES: Final = 20
OWN_MS: Final = 50
"""What the gateway itself may take from the answer to the modem."""
IDLE_SHARE: Final = 0.03
RESTED_S: Final = 12.0
"""After so long the read models look for other processes' events as rarely as they do at rest."""


def busy(bench: Bench) -> Iterator[Row]:
    """Emulated modems on ptys, a backlog, and what each sends of what its pacing allows."""
    networks = list(Network)
    fleet: Mapping[str, tuple[Network, Sequence[str]]] = {
        f"modem-{n}": (networks[n % len(networks)], ()) for n in range(SIMULATED)
    }
    window_s = max(bench.seconds, 10) * 2
    with (
        bench.place(SQLITE) as place,
        tapped(place, fleet, per_minute=PER_MINUTE) as modems,
        place.guest() as guest,
    ):
        account = guest.create_account()
        with measured_gateway(place, guest, frozenset(networks)) as running:
            send_bulks(Client(running.url, account.key), BACKLOG)

            def sent() -> list[int]:
                return [modem.arrivals.qsize() for modem in modems.values()]

            def is_paced() -> bool:
                """A bucketful goes at once; then all have sent what their pacing allowed so far."""
                return min(sent()) > PER_MINUTE and max(sent()) - min(sent()) <= 1

            wait_until(is_paced, within_s=120, what="the buckets are empty")
            before, used_s, began_s = sent(), running.cpu_s(), time.monotonic()
            time.sleep(window_s)
            after, seconds = sent(), time.monotonic() - began_s
            used_s = running.cpu_s() - used_s
    allowed = PER_MINUTE / 60 * seconds
    shares = [(b - a) / allowed for a, b in zip(before, after, strict=True)]
    yield Row(
        what=f"{SIMULATED} emulated modems over ptys, {PER_MINUTE} a minute each, one process",
        figure=Figure(value=sum(after) - sum(before), unit="messages"),
        baseline=Figure(value=allowed * SIMULATED, unit="that pacing allows"),
        aim=f"each ≥ {BUSY:.0%}",
        is_met=min(shares) + 1 / allowed >= BUSY,  # where the window cuts counts for one
        notes=f"the least busy {min(shares):.0%}, in {seconds:.0f} s (one message is"
        f" {1 / allowed:.0%}); {used_s / seconds:.0%} of a core",
    )


def urgent(bench: Bench) -> Iterator[Row]:
    """An OTP behind 10,000 bulk messages, one modem that takes a while for each of them."""
    waiting = min(SILENT_WAITING, bench.messages)
    with bench.place(SQLITE) as place, place.guest() as guest:
        log = place.folder / "air.jsonl"
        device = f"latency_ms={LATENCY_MS}&log={log}"
        modem = entry("slow", Network.MTN, device, driver="simulated")
        (place.folder / "ngoma.toml").write_text(modem)
        account = guest.create_account()
        with gateway(place, guest, frozenset({Network.MTN})) as url:
            client = Client(url, account.key)
            send_bulks(client, waiting, ("096",))
            wait_until(lambda: len(_air(log)) > BULK_SAMPLES, within_s=60, what="the modem works")
            each_ms = median(1e3 * (b - a) for a, b in pairwise(_air(log).values()))
            accepted_s = {}
            for n in range(URGENT_SAMPLES):
                number = f"076{n:07}"
                answer = client.send(number, TEXT, lane=Lane.OTP.value)
                if answer.status != 200:
                    msg = f"the send was answered {answer}"
                    raise RuntimeError(msg)
                accepted_s[f"+26{number}"] = time.time()
                time.sleep(LATENCY_MS / 1e3 * (1 + n % 7 / 7))
            wait_until(lambda: accepted_s.keys() <= _air(log).keys(), within_s=30, what="all left")
            air = _air(log)
    delays_ms = [(air[number] - at_s) * 1e3 for number, at_s in accepted_s.items()]
    yield Row(
        what=f"an OTP behind {waiting:,} bulk messages, one modem, until it is on the air",
        figure=Figure(value=median(delays_ms), unit="ms", what=f"median of {len(delays_ms)}"),
        baseline=Figure(value=each_ms, unit="ms", what="a message takes"),
        aim=f"each ≤ one message and {OWN_MS} ms",
        is_met=max(delays_ms) <= each_ms + OWN_MS,
        notes=f"p90 {quantiles(delays_ms, n=10)[-1]:.0f} ms, at most {max(delays_ms):.0f} ms",
    )


def idle(bench: Bench) -> Iterator[Row]:
    """What a gateway costs that has nothing to do: simulated modems, then emulated ones on ptys."""
    networks = list(Network)
    names = {f"modem-{n}": networks[n % len(networks)] for n in range(SIMULATED)}
    with bench.place(SQLITE) as place:
        entries = (entry(name, of, "ready", driver="simulated") for name, of in names.items())
        (place.folder / "ngoma.toml").write_text("\n".join(entries))
        simulated = _idle_share(place, bench.seconds)
    with bench.place(SQLITE) as place, tapped(place, {n: (of, ()) for n, of in names.items()}):
        emulated = _idle_share(place, bench.seconds)
    with bench.place(SQLITE) as place:
        (place.folder / "ngoma.toml").write_text(
            entry("only", Network.MTN, "ready", driver="simulated")
        )
        alone = _idle_share(place, bench.seconds)
    for what, share in (("simulated", simulated), ("emulated, over ptys", emulated)):
        yield Row(
            what=f"idle with {SIMULATED} modems, {what}",
            figure=Figure(value=share * 100, unit="% of a core"),
            baseline=Figure(value=alone * 100, unit="% with one modem"),
            aim=f"< {IDLE_SHARE:.0%}",
            is_met=share < IDLE_SHARE,
        )


def _idle_share(place: Place, seconds: int) -> float:
    with place.guest() as guest:
        modems = (place.folder / "ngoma.toml").read_text()
        networks = frozenset(n for n in Network if f'"{n.value}"' in modems)
        with measured_gateway(place, guest, networks) as running:
            time.sleep(RESTED_S)
            before_s, began_s = running.cpu_s(), time.monotonic()
            time.sleep(max(seconds, 10))
            return (running.cpu_s() - before_s) / (time.monotonic() - began_s)


def _air(log: Path) -> dict[str, float]:
    """Give when a segment to each number was on the air, in seconds since the epoch."""
    if not log.exists():
        return {}
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return {one["recipient"]: datetime.fromisoformat(one["time"]).timestamp() for one in lines}
