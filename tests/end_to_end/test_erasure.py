"""What was erased is found nowhere: not in the stores' files, their logs, Redis, the folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
import pytest
import redis

from tests.end_to_end.client import Client
from tests.end_to_end.fleet import Scaled, Served
from tests.end_to_end.gateway import UNLIMITED
from tests.end_to_end.load import Load, Recipients, Sms
from tests.end_to_end.waiting import wait_until
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis

pytestmark = [pytest.mark.processes]

OTHERS: Final = 40
"""Messages of other people, among which the erased ones stand."""
WAL_ROUNDS_MAX: Final = 60


class Planted(NamedTuple):
    """A message whose number and text occur nowhere else."""

    national: str
    word: str
    number: int = 0

    @property
    def to(self) -> str:
        """The number as clients write it."""
        return f"0{self.national}"

    @property
    def text(self) -> str:
        """A text of two parts."""
        return f"{self.word} " + "long enough for two parts " * 8

    @property
    def traces(self) -> Sequence[bytes]:
        """What would be left of it: its number, also as PDUs have it, and its word."""
        digits = f"260{self.national}"
        return (self.national.encode(), _swap(digits).encode(), self.word.encode())


def _swap(digits: str) -> str:
    return "".join(digits[place + 1] + digits[place] for place in range(0, len(digits), 2))


def found_in(files: Sequence[Path], traces: Sequence[bytes]) -> list[str]:
    """Name the files that hold a trace; what goes away meanwhile holds none."""
    found = []
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        found += [f"{path.name}: {trace!r}" for trace in traces if trace in content]
    return found


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def send_all(client: Client) -> tuple[Planted, Planted, Planted]:
    """Send three messages to be erased, two of them to one number, among those of others."""
    wanted = [
        Planted("961230771", "Quixotry"),
        Planted("961230771", "Zephyrine"),
        Planted("771230993", "Xylotomous"),
    ]
    sent: list[Planted] = []
    for place in range(OTHERS):
        assert client.send(f"09755500{place:02d}", "To somebody else").is_accepted
        if place % 15 == 7:
            sms = wanted[len(sent)]
            sent.append(sms._replace(number=client.send(sms.to, sms.text).numbers[0]))
    wait_until(
        lambda: all(entry["delivery"] == "delivered" for entry in client.log(limit=100)["logs"]),
        within_s=60,
        what="all messages were delivered",
    )
    one, two, three = sent
    return one, two, three


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path, settings={**UNLIMITED, "NGOMA_LOG_LEVEL": "debug"}) as running:
        yield running


def test_what_is_erased_while_sqlite_serves_is_found_in_no_file(served: Served) -> None:
    account = served.create_account(credits=200)
    client = served.client(account)
    one, two, three = send_all(client)
    traces = [trace for sms in (one, two, three) for trace in sms.traces]
    before = found_in(files_of(served.folder), traces)
    assert {line.partition(":")[0] for line in before} >= {"mtn.jsonl", "airtel.jsonl"}
    assert any(line.startswith("store.db") for line in before), before

    others = served.client(served.create_account(credits=10_000))
    recipients = Recipients()
    with Load(
        [others], lambda: Sms(recipients.take(), "Goes on"), threads=2, goes_on=True, pause_s=0.02
    ) as load:
        number = f"+260 {one.national}"
        done = served.cli("contents", "purge", "--number", number, "--reason", "ask 1")
        assert (done["messages"], done["left_open"], done["segments_on_air"]) == (2, 0, 4)
        erased = [*one.traces, *two.traces]
        assert found_in(files_of(served.folder), erased) == []
        done = served.cli("contents", "purge", "--message", three.number, "--reason", "ask 2")
    said = load.stop()
    assert said.accepted
    assert (said.unanswered, said.refused) == ([], [])
    assert (done["messages"], done["segments_on_air"]) == (1, 2)
    assert found_in(files_of(served.folder), traces) == []

    assert client.send(one.to, "Later").is_accepted  # the modem goes on in its log
    logged = client.log(limit=100)["logs"]
    assert sum(entry["recipient"] is None for entry in logged) == 3
    assert sum(entry["recipient"] is not None for entry in logged) == OTHERS + 1
    assert "ContentErased" in str(client.explain(one.number))
    assert served.server.stop() == 0
    assert found_in(files_of(served.folder), [one.word.encode(), *three.traces]) == []


def test_an_erased_account_and_all_that_it_sent_are_found_in_no_file(served: Served) -> None:
    made = served.cli(
        *("account", "create", "Marmalade Ltd", "--email", "jam@quince.example"),
        *("--credits", OTHERS + 6),
    )
    client = Client(served.base_url, made["api_key"])
    sent = send_all(client)
    served.cli("key", "issue", made["account_id"], "--name", "Orchard laptop")
    mail = served.folder / "mail"
    mail.mkdir()
    (mail / "1.eml").write_text("To: Jam@quince.example\n\nWelcome")
    (mail / "2.eml").write_text("To: another@quince.example\n\nWelcome")
    traces = [
        b"Marmalade",
        b"jam@quince",
        b"Orchard",
        *(trace for sms in sent for trace in sms.traces),
    ]
    assert found_in(files_of(served.folder), traces)
    done = served.cli("contents", "purge", "--account", made["account_id"], "--reason", "ask 3")
    assert (done["accounts"], done["messages"], done["mails"]) == (1, OTHERS + 3, 1)
    assert found_in(files_of(served.folder), traces) == []
    wait_until(lambda: client.get("/api/v1/balance").status == 401, what="the key is refused")
    assert served.cli("account", "list")[0]["name"] is None


@pytest.mark.servers
def test_what_is_erased_from_postgresql_is_found_in_no_file_once_it_is_rewritten(
    tmp_path: Path, own_postgres: ThrowawayPostgres, own_redis: ThrowawayRedis
) -> None:
    with Scaled(
        tmp_path,
        database_url=own_postgres.url,
        redis_url=own_redis.url,
        apis=1,
        settings={**UNLIMITED, "NGOMA_LOG_LEVEL": "debug"},
    ) as scaled:
        client = scaled.clients(scaled.create_account(credits=200))[0]
        sent = send_all(client)
        traces = [trace for sms in sent for trace in sms.traces]
        with psycopg.connect(own_postgres.url, autocommit=True) as connection:
            connection.execute("ANALYZE")
            connection.execute("CHECKPOINT")
        cluster = own_postgres.directory / "data"
        assert found_in(files_of(cluster / "base"), traces)
        assert found_in(files_of(cluster / "pg_wal"), traces)

        for sms in sent[1:]:
            scaled.cli("contents", "purge", "--number", sms.to, "--reason", "ask", "--rewrite")
        files = files_of(cluster / "base") + files_of(cluster / "global")
        assert found_in(files, traces) == []
        recycle_wal(own_postgres, traces)
        assert found_in(files_of(own_postgres.directory), traces) == []

        with redis.Redis.from_url(own_redis.url) as store:
            store.save()
        assert (own_redis.directory / "dump.rdb").stat().st_size > 0
        assert found_in(files_of(own_redis.directory), traces) == []
        assert found_in(files_of(tmp_path), traces) == []
        assert sum(entry["recipient"] is None for entry in client.log(limit=100)["logs"]) == 3


def recycle_wal(server: ThrowawayPostgres, traces: Sequence[bytes]) -> None:
    """Go on in the write-ahead log until its old segments are removed or written over.

    A recycled segment keeps its old bytes until the log comes around to it again.
    """
    with psycopg.connect(server.url, autocommit=True) as connection:
        for _ in range(WAL_ROUNDS_MAX):
            connection.execute("SELECT pg_logical_emit_message(false, 'test', 'goes on')")
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
            if not found_in(files_of(server.directory / "data" / "pg_wal"), traces):
                return
