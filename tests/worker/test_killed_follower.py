"""Read models that were dropped and made anew, or whose followers were killed, are the same."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

import pytest

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from domain.closing import Closing
from domain.days import day_of
from domain.matching import Trouble
from domain.mode import Mode
from domain.oddity import Oddity
from domain.phone import Phone
from domain.ported_number import PortedNumber
from domain.provider_account import provider_account
from domain.sim import Sim
from domain.unknown_callbacks import UnknownCallbacks
from domain.upload.aggregate import Upload
from domain.values import Credits, Instant, Network
from tests.projections.history import message, start
from tests.support.counts import soak_count
from tests.support.logged_money import put_log
from tests.support.whole_history import whole_log
from tests.worker.killed_follower import DIGESTS

WALLET: Final = provider_account("mtn", "main")
LIMIT_S: Final = 1_200
KILLS: Final = soak_count(100, 20)
STEPS: Final = soak_count(3_000, 300)
"""Of a history with everything in it; each makes about 2.4 events."""

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(LIMIT_S)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest) -> str | None:
    is_postgres = request.param == "postgres"
    return str(request.getfixturevalue("database_url")) if is_postgres else None


def test_a_follower_killed_at_any_point_ends_with_the_same_tables(
    tmp_path: Path, url: str | None, report_count: Callable[..., None]
) -> None:
    seed = SystemRandom().randrange(2**32)
    fill(Settings(data_dir=tmp_path, database_url=url))
    words = [str(tmp_path), str(seed), str(KILLS), *([url] if url else [])]
    subprocess.run(
        [sys.executable, "-m", "tests.worker.killed_follower", *words], check=True, timeout=LIMIT_S
    )
    first, *others = map(json.loads, (tmp_path / DIGESTS).read_text().splitlines())
    must_hold_something(first["tables"])
    unequal = [one for one in others if one["tables"] != first["tables"]]
    for one in unequal[:3]:
        print(f"after {one['kills']} kills: {differing(first['tables'], one['tables'])}")
    assert others[-1]["kills"] >= KILLS
    store = "PostgreSQL" if url else "SQLite"
    report_count(f"kill -9 of a follower, {store}", others[-1]["kills"], len(unequal), seed)


def fill(settings: Settings) -> None:
    system = bootstrap(settings)
    system.store.migrate()
    log = whole_log(5, STEPS)
    put_log(system.store, [*log, *beside(Instant(log[-1].at))])
    system.close()


def beside(at: Instant) -> list[Any]:
    """Give events of what the history has none of."""
    closing = Closing.open(WALLET, at=at)
    closing.lock("2026-01", at=at)
    callbacks = UnknownCallbacks.open(day_of(at), at=at)
    callbacks.keep(1, provider_account=WALLET, amount_ngwee=5_000, digest="d", content="1/c", at=at)
    sim = Sim.register(1_000, imsi="645020000001000", network="mtn", content="c", at=at)
    sim.note_airtime(ngwee=1_234, words="1/w", at=at)
    odd = Oddity.find(
        "r",
        provider_account=WALLET,
        transaction_id="T1",
        kind=Trouble.DUPLICATE_ROW.value,
        amount_ngwee=5_000,
        at=at,
    )
    ported = PortedNumber.override(
        1, Network.MTN, digest="d", at=at, content="c", actor="os:test", reason="1/r"
    )
    phone = Phone.enrol(1, device="phone-1", slots={1: Network.MTN}, at=at)
    in_phone = Sim.register(1_001, imsi="645020000001001", network="mtn", content="c", at=at)
    in_phone.come_online(
        network="mtn", modem="phone-1/1", imei="d", fence=1, host="d", takes_whole=True, at=at
    )
    given = start(message(1_000_001), sim=1_001)
    listed = Upload.preview(
        1,
        account=1,
        mode=Mode.LIVE,
        actor="account:1",
        content="c",
        parts=["p"],
        bad_parts=[],
        good=2,
        bad=0,
        segments=2,
        credits=Credits(2),
        at=at,
    )
    made = (closing, callbacks, sim, odd, ported, phone, in_phone, given, listed)
    return [event for aggregate in made for event in aggregate.collect_events()]


def must_hold_something(tables: dict[str, Any]) -> None:
    """What is empty would be equal whatever a follower did."""
    empty = {name for name, (rows, _) in tables.items() if not rows}
    assert len(tables) > 35
    assert empty <= {"unmatched_reports", "ledger_debts"}, empty


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [name for name in one if one[name] != other.get(name)]
