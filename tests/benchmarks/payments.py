"""Payments through the simulated MTN over HTTP, from the first request to the last credit."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson

from application.books.actors import Actor
from application.books.commands import Outcome
from application.money.prices import PublishPrices
from application.money.topups import RequestTopUp, TopUpAsked, TopUpWish
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.payment.events import Confirmed, Initiated
from domain.values import SECOND, Network
from tests.benchmarks.bench import POSTGRESQL, Bench
from tests.benchmarks.gateways import Guest, Place
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import Process
from tests.end_to_end.waiting import wait_until
from tests.support.servers import free_port

AIM: Final = 1_000
PAYMENTS: Final = 10_000
ACCOUNTS: Final = 20
AT_ONCE: Final = 500
PAGE: Final = 5_000
K50: Final = Ngwee(5_000)
START_S: Final = 30
WITHIN_S: Final = 300
TICKS: Final = os.sysconf("SC_CLK_TCK")
_EXPORT: Final = re.compile(r"# export (\w+)='(.*)'")


def payments(bench: Bench) -> Iterator[Row]:
    """All wishes are stored; then a worker asks for each, polls and credits: two calls or more."""
    commits = bench.commits(POSTGRESQL)
    with bench.place(POSTGRESQL, with_redis=True) as place, place.guest() as guest:
        with _simulator(place) as (simulator, secrets):
            bench.say(f"{PAYMENTS:,} payments for the simulated MTN")
            _store(guest)
            with _gateway(place, secrets) as processes:
                wait_until(
                    lambda: _count(guest, Confirmed) >= PAYMENTS,
                    within_s=WITHIN_S,
                    poll_s=1.0,
                    what=f"{PAYMENTS:,} payments are credited",
                )
                used_s = [_cpu_s(one.pid) for one in (*processes, simulator)]
        seconds = (_times(guest, Confirmed)[-1] - _times(guest, Initiated)[0]) / SECOND
    rate = PAYMENTS / seconds
    worker_ms, project_ms, simulator_ms = (1e3 * used / PAYMENTS for used in used_s)
    yield Row(
        what="payments through the simulated MTN, asked, polled and credited, PostgreSQL",
        figure=Figure(value=rate, unit="payments/s"),
        baseline=commits,
        aim=f"≥ {AIM:,} payments/s",
        is_met=rate >= AIM,
        notes=(
            f"{PAYMENTS:,} in {seconds:.1f} s; CPU a payment: worker {worker_ms:.2f} ms,"
            f" read models {project_ms:.2f} ms, simulator {simulator_ms:.2f} ms"
        ),
    )


@contextmanager
def _simulator(place: Place) -> Iterator[tuple[Process, Mapping[str, str]]]:
    """Run ``ngoma pay simulate``; what it says of its account becomes the gateway's settings."""
    with place.process(
        *(
            "pay",
            "simulate",
            "--provider",
            "mtn",
            "--port",
            free_port(),
            "--scenario",
            "no-callback",
        ),
        name="simulator",
    ) as simulator:
        wait_until(
            lambda: "# export" in simulator.log.read_text(),
            within_s=START_S,
            what="the simulator says its account",
        )
        said = simulator.log.read_text()
        (place.folder / "ngoma.toml").write_text(said[said.index("[[providers]]") :])
        yield simulator, dict(_EXPORT.findall(said))


@contextmanager
def _gateway(place: Place, secrets: Mapping[str, str]) -> Iterator[Sequence[Process]]:
    """Run a worker, which speaks to the provider, and the read models with the relay."""
    config = ("--config", str(place.folder / "ngoma.toml"))
    worker, project = (place.process(role, *config, name=role) for role in ("worker", "project"))
    for process in (worker, project):
        process.settings |= secrets
    with worker, project:
        yield worker, project


def _store(guest: Guest) -> None:
    """Store all wishes, some accounts by turns."""
    now = guest.system.clock.now()
    guest.run(
        PublishPrices(
            None,
            ngwee_per_credit=50,
            vat_percent=16,
            packs=(),
            effective_from=None,
            effective_until=None,
            actor=Actor("os:bench@host"),
            reason="bench",
            at=now,
        )
    )
    accounts = [guest.create_account(f"payer-{n}").number for n in range(ACCOUNTS)]
    committer, outcomes = guest.system.committer, list[Outcome[TopUpAsked]]()
    for number in range(PAYMENTS):
        wish = TopUpWish(
            account=accounts[number % ACCOUNTS],
            actor=Actor.of(accounts[number % ACCOUNTS]),
            amount_ngwee=K50,
            pack=None,
            payer=Msisdn(f"+26096{1_000_000 + number}"),
            network=Network.MTN,
            provider="mtn",
            idempotency_key=None,
            at=now,
        )
        committer.submit(RequestTopUp(wish, write_reference=_reference), outcomes.append)
        if number % AT_ONCE == AT_ONCE - 1:
            while len(outcomes) <= number:
                committer.step(0)
    for outcome in outcomes:
        outcome.unwrap()


def _reference(token: bytes) -> str:
    return str(UUID(bytes=token, version=4))


def _count(guest: Guest, kind: type[Confirmed | Initiated]) -> int:
    return len(_times(guest, kind))


def _times(guest: Guest, kind: type[Confirmed | Initiated]) -> list[int]:
    """Give when events of a kind happened, in microseconds, in the order of the log."""
    found: list[int] = []
    after = 0
    while rows := guest.system.store.states_after(after, limit=PAGE, topics=[kind.TOPIC]):
        found += [orjson.loads(state)["timestamp"] for _, _, state in rows]
        after = rows[-1][0]
    return found


def _cpu_s(pid: int) -> float:
    """Give the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
