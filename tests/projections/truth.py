"""A store of events and what stands beside them, for tests: real SQLite files, real PostgreSQL."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from sqlalchemy import URL, Engine, create_engine, delete, insert, make_url

from adapters.store.log import stretch
from adapters.store.read_engine import ReadEngines, postgres_engines, sqlite_engines
from application.books.codec import EventMapper, event_mapper
from application.ports import LogRow
from domain.events import Aggregate, Event
from projections.folds import PROJECTIONS
from projections.follower import BATCH_EVENTS, Follower
from projections.known import Positions
from projections.log import Log, Origin, Stretch
from projections.projection import Projection
from projections.reading import SqlQueries
from projections.tables import CONTENTS, CREDENTIALS, READ, TRUTH

SAVED_AT_ONCE = 500


class RecorderLog:
    """The log as the library's recorder gives it, in the store that ``is_in`` names."""

    def __init__(self, recorder: ApplicationRecorder, mapper: EventMapper) -> None:
        self._recorder = recorder
        self._mapper = mapper
        self.is_in = Origin("the only one", 1)

    def origin(self) -> Origin:
        return self.is_in

    def head(self) -> int:
        return self._recorder.max_notification_id() or 0

    def mark(self, position: int) -> str:
        return self.read(position, 0).before

    def read(self, after: int, limit: int) -> Stretch:
        found: list[LogRow] = [
            (one.id, cast("UUID", one.originator_id), one.originator_version, one.topic, one.state)
            for one in self._recorder.select_notifications(after, limit + 1)
        ]
        return stretch(found, self._mapper, after=after, limit=limit)


class ListLog:
    """A log in memory, with holes between its positions."""

    def __init__(self, events: Sequence[Event], *, stride: int = 1) -> None:
        self._positions = range(stride, stride * len(events) + 1, stride)
        self._events = events

    def origin(self) -> Origin:
        return Origin("in memory", 1)

    def head(self) -> int:
        return self._positions[-1] if self._positions else 0

    def mark(self, position: int) -> str:
        return f"{position}" if position in self._positions else ""

    def read(self, after: int, limit: int) -> Stretch:
        first = bisect_right(self._positions, after)
        chosen = slice(first, first + limit)
        events = list(zip(self._positions[chosen], self._events[chosen], strict=True))
        return Stretch(self.mark(after), events, self.mark(events[-1][0]) if events else "")


class Truth:
    """``save`` events, ``put`` contents; ``engines`` and ``log`` are what a process would have."""

    def __init__(
        self,
        recorder: SQLiteApplicationRecorder | PostgresApplicationRecorder,
        writing: Engine,
        engines: ReadEngines,
    ) -> None:
        self.recorder = recorder
        self.engines = engines
        self.mapper = event_mapper()
        self.log = RecorderLog(recorder, self.mapper)
        self.writing = writing.execution_options(schema_translate_map={"store": None})
        recorder.create_table()
        TRUTH.create_all(self.writing)

    @property
    def dialect(self) -> str:
        return self.engines.reading.dialect.name

    def save(self, *items: Any) -> list[int]:
        """Store events, and the pending events of aggregates, some hundred in a transaction."""
        events: list[Any] = []
        for item in items:
            events.extend(item.collect_events() if isinstance(item, Aggregate) else [item])
        stored = [self.mapper.to_stored_event(event) for event in events]
        return [
            position
            for start in range(0, len(stored), SAVED_AT_ONCE)
            for position in self.recorder.insert_events(stored[start : start + SAVED_AT_ONCE]) or ()
        ]

    def put_back(self, head: int) -> None:
        """Forget all after a position, as when an older copy of the store is put back."""
        with self.writing.begin() as connection:
            if self.dialect == "postgresql":
                connection.exec_driver_sql(
                    f"DELETE FROM stored_events WHERE notification_id > {head}"
                )
                connection.exec_driver_sql(
                    f"ALTER SEQUENCE stored_events_notification_id_seq RESTART WITH {head + 1}"
                )
            else:
                connection.exec_driver_sql(f"DELETE FROM stored_events WHERE rowid > {head}")

    def put(self, kind: str, number: int, body: object = None, **columns: Any) -> None:
        """Store a content row; a body that is not text becomes JSON."""
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        self._insert(
            CONTENTS, {"kind": kind, "number": number, "salt": b"s" * 32, "body": body, **columns}
        )

    def put_text(self, number: int, msisdn: str, body: str, sender: str = "SHOP") -> None:
        """Store a message's content as the submit command does."""
        folded = None if body.isascii() else body.casefold()
        self.put("message", number, body, msisdn=msisdn, sender=sender, folded=folded)

    def erase(self, kind: str, number: int) -> None:
        with self.writing.begin() as connection:
            connection.execute(
                delete(CONTENTS).where(CONTENTS.c.kind == kind, CONTENTS.c.number == number)
            )

    def put_key(self, key_id: str, account: int, name: str) -> None:
        self._insert(CREDENTIALS, {"key_id": key_id, "account": account, "name": name})

    def insert_many(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        with self.writing.begin() as connection:
            connection.execute(insert(table), list(rows))

    def _insert(self, table: Any, row: dict[str, Any]) -> None:
        self.insert_many(table, [row])

    def follower(
        self,
        projections: Sequence[Projection] = PROJECTIONS,
        *,
        batch_events: int = BATCH_EVENTS,
        migrate: bool = True,
        log: Log | None = None,
        known: Positions | None = None,
    ) -> Follower:
        """Give a follower of its own, as another process would have it."""
        log = log or self.log
        follower = Follower(
            self.engines.writing,
            log,
            projections,
            known or Positions(self.engines.reading, log),
            batch_events=batch_events,
        )
        if migrate:
            follower.migrate()
        return follower

    def queries(self, log: Log | None = None) -> SqlQueries:
        log = log or self.log
        return SqlQueries(self.engines.reading, Positions(self.engines.reading, log), log)

    def follow(self) -> SqlQueries:
        """Catch up, and give what can then be asked."""
        follower = self.follower()
        assert follower.catch_up(timeout_s=30), follower.status()
        follower.close()
        return self.queries()

    def forget_read_models(self) -> None:
        """Drop every read model, as if the read store were new."""
        with self.engines.writing.begin() as connection:
            READ.drop_all(connection)

    def fingerprints(
        self, suffix: str = "", projections: Sequence[Projection] = PROJECTIONS
    ) -> dict[str, str]:
        with self.engines.reading.connect() as connection:
            return {each.name: each.fingerprint(connection, suffix) for each in projections}

    def close(self) -> None:
        self.engines.dispose()
        self.writing.dispose()
        self.recorder.datastore.close()


def sqlite_truth(folder: Path) -> Truth:
    store_db = folder / "store.db"
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(store_db)))
    engines = sqlite_engines(folder / "read.db", store_db)
    return Truth(recorder, create_engine(URL.create("sqlite", database=str(store_db))), engines)


def postgres_truth(url: str) -> Truth:
    parts = make_url(url)
    datastore = PostgresDatastore(
        dbname=parts.database or "",
        host=parts.host or "",
        port=parts.port or 5432,
        user=parts.username or "",
        password=parts.password or "",
    )
    recorder = PostgresApplicationRecorder(datastore)
    return Truth(
        recorder, create_engine(parts.set(drivername="postgresql+psycopg")), postgres_engines(url)
    )
