"""A backup taken every second under full load: each restores, is in order, starts and sends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.fleet import Scaled, Served
from tests.end_to_end.gateway import UNLIMITED
from tests.end_to_end.recovery import Recovery
from tests.end_to_end.truth import postgres_store, sqlite_store
from tests.support.counts import soak_count
from tests.support.databases import TemplateDatabases

BACKUPS = soak_count(50, quick=2)
CREDITS = 10_000_000

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(3_600, quick=200))]


def test_each_backup_of_sqlite_under_full_load_restores_and_starts(
    tmp_path: Path, report_count: Callable[..., None]
) -> None:
    with Served(tmp_path / "first", settings=UNLIMITED) as served:
        recovery = Recovery(
            served,
            served.create_account(credits=CREDITS),
            opened=lambda settings: sqlite_store(Path(settings["NGOMA_DATA_DIR"])),
        )
        files = recovery.back_up([served.client(recovery.account)], BACKUPS)
        served.server.stop()
        for file in files:
            folder = str(tmp_path / file.stem)
            recovery.restore(file, {**served.settings, "NGOMA_DATA_DIR": folder})
    print(*recovery.faults[:20], sep="\n")
    report_count("backups of SQLite under full load", BACKUPS, len(recovery.faults), "none")


def test_each_backup_of_postgresql_under_full_load_restores_and_starts(
    tmp_path: Path,
    databases: TemplateDatabases,
    redis_url: str,
    report_count: Callable[..., None],
) -> None:
    first = databases.fresh_database()
    with Scaled(
        tmp_path / "first", database_url=first, redis_url=redis_url, settings=UNLIMITED
    ) as scaled:
        recovery = Recovery(
            scaled,
            scaled.create_account(credits=CREDITS),
            opened=lambda settings: postgres_store(settings["NGOMA_DATABASE_URL"]),
        )
        files = recovery.back_up(scaled.clients(recovery.account), BACKUPS)
        for process in (*scaled.apis, scaled.worker, scaled.projector):
            process.stop()
        for file in files:
            url = databases.fresh_database()
            place = {"NGOMA_DATA_DIR": str(tmp_path / file.stem), "NGOMA_DATABASE_URL": url}
            kept = {k: v for k, v in scaled.settings.items() if k != "NGOMA_REDIS_URL"}
            recovery.restore(file, {**kept, **place})
            databases.drop(url)
    databases.drop(first)
    print(*recovery.faults[:20], sep="\n")
    report_count("backups of PostgreSQL under full load", BACKUPS, len(recovery.faults), "none")
