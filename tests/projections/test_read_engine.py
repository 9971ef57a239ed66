"""Engines of the read store: small pools, timeouts everywhere, and readers that cannot write."""

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.store import read_engine
from adapters.store.read_engine import sqlite_engines
from tests.projections.history import message
from tests.projections.truth import Truth, sqlite_truth


def test_readers_write_neither_read_models_nor_the_truth(truth: Truth) -> None:
    truth.save(message(1))
    truth.follow()
    schema = "store." if truth.dialect == "sqlite" else "public."
    for statement in ("DELETE FROM message_log", f"DELETE FROM {schema}contents"):
        with truth.engines.reading.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement))


def test_a_reader_sees_one_moment(truth: Truth) -> None:
    truth.save(message(1))
    truth.follow()
    count = text("SELECT count(*) FROM message_log")
    with truth.engines.reading.connect() as connection:
        assert connection.scalar(count) == 1
        truth.save(message(2))
        truth.follow()
        assert connection.scalar(count) == 1
    with truth.engines.reading.connect() as connection:
        assert connection.scalar(count) == 2


def test_a_query_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_engine, "QUERY_TIMEOUT_S", 0.05)
    truth = sqlite_truth(tmp_path)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    started_s = time.monotonic()
    interrupted = pytest.raises(OperationalError, match="interrupted")
    with truth.engines.reading.connect() as connection, interrupted:
        connection.execute(text(endless))
    assert time.monotonic() - started_s < 5
    with truth.engines.reading.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    truth.close()


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("reading", {"statement_timeout": "10s", "default_transaction_read_only": "on"}),
        ("writing", {"statement_timeout": "30s", "idle_session_timeout": "4s", "jit": "off"}),
    ],
)
def test_postgresql_connections_have_their_timeouts(
    database_url: str, engine: str, expected: dict[str, str]
) -> None:
    engines = read_engine.postgres_engines(database_url)
    with getattr(engines, engine).connect() as connection:
        for name, value in {**expected, "lock_timeout": "2s"}.items():
            assert connection.scalar(text(f"SHOW {name}")) == value
    engines.dispose()


def test_pools_are_small_and_do_not_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_engine, "POOL_TIMEOUT_S", 0.05)
    store = sqlite_truth(tmp_path)
    engines = sqlite_engines(tmp_path / "read.db", tmp_path / "store.db", readers=1)
    with engines.reading.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(PoolTimeout):
            engines.reading.connect()
    engines.dispose()
    store.close()


def test_errors_do_not_quote_what_was_asked(truth: Truth) -> None:
    with truth.engines.reading.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("SELECT * FROM nothing WHERE text = :t"), {"t": "secret"})
    assert "secret" not in str(raised.value)


def test_paths_with_spaces_and_signs_are_only_names(tmp_path: Path) -> None:
    folder: Any = tmp_path / "my data? 100%"
    folder.mkdir()
    truth = sqlite_truth(folder)
    truth.save(message(1))
    truth.put_text(1, "+260977123456", "Hello")
    entry = truth.follow().log_entry(1, 1)
    assert entry is not None
    assert entry.text == "Hello"
    truth.close()
