"""A drill: the newest backup brought back where nobody uses it, timed and looked at, then gone."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.backup.making import remembered
from adapters.backup.report import Report
from adapters.reads import open_store
from adapters.settings import Settings
from adapters.writer_key import own_key_file
from application.books.actors import Actor
from domain.errors import NotFound
from worker.cli.recovery import restore_backup
from worker.cli.restoring import Wish
from worker.cli.soundness import whole_faults


@dataclass(frozen=True, slots=True)
class Drill:
    """What came of one; ``took_s`` is from the file to a store that could be started."""

    report: Report
    took_s: float


def drill_newest(settings: Settings, *, actor: Actor) -> Drill:
    """Restore the newest backup that these settings made as `ngoma restore` does; read all of it.

    Raises:
        InvalidRequest: it is of the other kind of store than the settings name.
        NotFound: none was made.
        StoreDown: the database does not answer, or its role may make no other one.
    """
    made = remembered(settings)
    if not made:
        msg = "No backup was made here: `ngoma backup create FILE` makes one."
        raise NotFound(msg)
    file = Path(made[-1]["file"])
    if not file.is_file():
        return Drill(Report(file=file).with_problems("it is not there any more"), 0.0)
    with _nowhere(settings) as there:
        begun_s = time.monotonic()
        report = restore_backup(there, Wish(file, actor=actor))
        took_s = time.monotonic() - begun_s
        if report.is_ok:
            with closing(open_store(there, is_server=False)) as store:
                report = report.with_problems(*whole_faults(there, store))
    return Drill(report, took_s)


@contextmanager
def _nowhere(settings: Settings) -> Iterator[Settings]:
    """Give settings of a folder, and of a database, that go when the block ends."""
    with tempfile.TemporaryDirectory(prefix="ngoma-drill-") as folder:
        own = own_key_file(settings)
        there = replace(
            settings,
            data_dir=Path(folder) / "data",
            writer_key=settings.writer_key or (f"file:{own}" if own.exists() else None),
            redis_url=None,
            modems=(),
        )
        if settings.database_url is None:
            yield there
            return
        from worker.cli.restoring_postgres import scratch

        with scratch(settings.database_url) as url:
            yield replace(there, database_url=url)
