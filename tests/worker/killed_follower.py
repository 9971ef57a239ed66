"""Followers and rebuilds that end themselves by SIGKILL at any point of what they ask the store.

``python -m tests.worker.killed_follower FOLDER SEED KILLS [URL]`` follows the log of a store from
nothing, and builds its read models anew, again and again until so many processes were killed on
the way. They are forked from one that has everything imported. What the tables hold then, and
whenever nothing should have changed, is a line of ``DIGESTS``; the first is of a follower that
nobody killed.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event

from adapters.reads import open_reads
from adapters.settings import Settings
from projections.catalogue import MODELS
from projections.driver import Driver
from projections.folds import PROJECTIONS
from projections.follower import Follower
from projections.tables import READ
from tests.worker.killed import end_of

DIGESTS: Final = "digests.jsonl"
POSITIONS: Final = "projection_positions"
CATCH_UP_S: Final = 60.0
KILLS_OF_A_REBUILD: Final = 4
BATCH_EVENTS: Final = 300
"""So few that a short log has several batches to be killed between."""


class Doom:
    """Counts what is asked of the read store, before and after it is done, up to its end."""

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self.points = 0

    def arm(self) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, self._pass)
        for name in ("execute", "execute_each"):
            setattr(Driver, name, self._around(getattr(Driver, name)))

    def _around(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def passing(*given: Any) -> Any:
            self._pass()
            found = ask(*given)
            self._pass()
            return found

        return passing

    def _pass(self, *_: Any) -> None:
        self.points += 1
        if self.points == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class Lane:
    """One store, whose read models are made by processes that are killed."""

    def __init__(self, folder: Path, seed: int, url: str | None) -> None:
        self._folder = folder
        self._settings = Settings(data_dir=folder, database_url=url)
        self._random = Random(seed)
        self._kills = 0

    def run(self, kills: int) -> None:
        """Have so many processes killed."""
        following = self._measure(self._follow)
        self._must_live(self._tell)
        rebuilding = self._measure(self._rebuild)
        while self._kills < kills:
            self._must_live(self._forget)
            while self._is_killed(self._follow, within=following):
                pass
            self._must_live(self._tell)
            for _ in range(KILLS_OF_A_REBUILD):
                self._is_killed(self._rebuild, within=rebuilding)
                self._must_live(self._tell)
            self._must_live(partial(self._rebuild, Doom()))
            self._must_live(self._tell)

    def _is_killed(self, work: Any, *, within: int) -> bool:
        doom = Doom(self._random.randint(1, within))
        ended = end_of(partial(work, doom))
        assert ended in {0, signal.SIGKILL}, ended
        self._kills += ended == signal.SIGKILL
        return ended == signal.SIGKILL

    def _measure(self, work: Any) -> int:
        told = self._folder / "points"

        def count() -> None:
            work(doom := Doom())
            told.write_text(f"{doom.points}")

        self._must_live(count)
        return int(told.read_text())

    def _must_live(self, work: Any) -> None:
        assert end_of(work) == 0

    # -- what the processes do ---------------------------------------------------------------------

    def _follow(self, doom: Doom) -> None:
        with self._followed() as follower:
            doom.arm()
            follower.migrate()
            assert follower.catch_up(timeout_s=CATCH_UP_S), follower.status()

    def _rebuild(self, doom: Doom) -> None:
        with self._followed() as follower:
            doom.arm()
            names = [model.name for model in MODELS]
            follower.rebuild(names, pace=lambda _events, _seconds: None)

    def _forget(self) -> None:
        with self._reading() as engine:
            READ.drop_all(engine)

    def _tell(self) -> None:
        with (self._folder / DIGESTS).open("a") as file:
            file.write(json.dumps({"kills": self._kills, "tables": self._tables()}) + "\n")

    def _tables(self) -> dict[str, tuple[int, str]]:
        """Give rows and digest of each table, whose rows stand as their key orders them."""
        found = {}
        with self._reading() as engine, engine.connect() as connection:
            for table in READ.sorted_tables:
                if table.name != POSITIONS:  # which count how often they were built anew
                    keys = ", ".join(column.name for column in table.primary_key.columns)
                    text = f"SELECT * FROM {table.name} ORDER BY {keys}"
                    rows = connection.exec_driver_sql(text).all()
                    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
                    found[table.name] = (len(rows), digest)
        return found

    @contextmanager
    def _followed(self) -> Iterator[Follower]:
        reads = open_reads(self._settings, is_server=False)
        engines = reads.engines
        follower = Follower(
            engines.writing,
            reads.log,
            PROJECTIONS,
            reads.known,
            keeper=engines.keeper,
            batch_events=BATCH_EVENTS,
        )
        try:
            yield follower
        finally:
            follower.close()
            reads.close()

    @contextmanager
    def _reading(self) -> Iterator[Engine]:
        url = self._settings.database_url
        at = url.replace("postgresql:", "postgresql+psycopg:") if url else None
        engine = create_engine(at or f"sqlite:///{self._folder / 'read.db'}")
        try:
            yield engine
        finally:
            engine.dispose()


if __name__ == "__main__":
    folder_, seed_, kills_, *url_ = sys.argv[1:]
    Lane(Path(folder_), int(seed_), url_[0] if url_ else None).run(int(kills_))
