"""Behind PgBouncer, as docs/scaling.md says: what is refused, what works, and what is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.end_to_end.fleet import Scaled
from tests.end_to_end.gateway import UNLIMITED, ask_cli
from tests.end_to_end.waiting import wait_until
from tests.support.pgbouncer import ThrowawayPgBouncer
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis

pytestmark = [
    pytest.mark.processes,
    pytest.mark.servers,
    pytest.mark.soak,
    pytest.mark.timeout(600),
]

INSTALLED = ("extra_float_digits",)
"""What must be dropped for any client of libpq's kind."""
WITHIN_S = 120.0


@pytest.fixture
def postgres() -> Iterator[ThrowawayPostgres]:
    with ThrowawayPostgres() as server:
        yield server


def limits(scaled: Scaled, url: str) -> dict[str, Any]:
    """Give what the doctor says of limits."""
    done = ask_cli("doctor", settings={**scaled.settings, "NGOMA_DATABASE_URL": url})
    (said,) = [row for row in json.loads(done.stdout) if row["check"] == "limits"]
    return dict(said)


def test_as_it_is_installed_it_refuses_and_the_reason_is_told(postgres: ThrowawayPostgres) -> None:
    with ThrowawayPgBouncer(postgres, ignored=INSTALLED) as bouncer:
        done = ask_cli("migrate", settings={"NGOMA_DATABASE_URL": bouncer.url})
    assert done.returncode == 1
    assert "connect to PostgreSQL itself" in done.stderr
    assert done.stderr.count("\n") == 1


def test_told_to_drop_limits_it_carries_messages_and_the_doctor_warns(
    postgres: ThrowawayPostgres, tmp_path: Path
) -> None:
    with (
        ThrowawayRedis() as redis,
        ThrowawayPgBouncer(postgres, ignored=(*INSTALLED, "options")) as bouncer,
        Scaled(
            tmp_path,
            database_url=bouncer.url,
            redis_url=redis.url,
            apis=1,
            settings=UNLIMITED,
            networks=["mtn"],
        ) as scaled,
    ):
        account = scaled.create_account(credits=20)
        (client,) = scaled.clients(account)
        numbers = [client.send("0961234567", f"Number {n}").numbers[0] for n in range(10)]
        wait_until(
            lambda: {client.status(number) for number in numbers} == {"sent"},
            within_s=WITHIN_S,
            what="all have left",
        )
        with psycopg.connect(postgres.url) as connection:
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            assert connection.execute(held).fetchone() == (1,)
        said = limits(scaled, bouncer.url)
        assert said["verdict"] == "warning"
        assert "statement_timeout" in said["words"]
        assert limits(scaled, postgres.url)["verdict"] == "ok"
        scaled.must_run()
