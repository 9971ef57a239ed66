"""Restoring ``store.db``: made ready beside the old one, then put in its place."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from adapters.backup.archive import STORES, Archive, Manifest
from adapters.backup.making import own_secret
from adapters.backup.report import Report
from adapters.reads import open_reads
from adapters.security.secret import keep_private
from adapters.settings import Settings
from adapters.store.identity import begin_generation
from adapters.store.sqlite import SqliteStore
from adapters.store.sqlite import copying as sqlite
from adapters.store.sqlite.swapping import STAGING, InUse, finish, let_count, nobody_else
from application.invariants.whole import read_whole
from application.ports import StoreIdentity
from domain.errors import AlreadyExists, StoreDown
from worker.cli.alone import alone
from worker.cli.gateway import Gateway
from worker.cli.restoring import (
    DIFFERS,
    PROBLEMS_MAX,
    Broken,
    Progress,
    Wish,
    broken,
    came_back,
    hold,
    next_generation,
    with_own_key,
)


def check_store(store_db: Path, manifest: Manifest, report: Report, progress: Progress) -> Report:
    """Add what is wrong with an unpacked store: pages, manifest, invariants."""
    faults = _faults_of_pages(store_db, manifest)
    if not faults:
        with (
            closing(SqliteStore(store_db, is_server=False)) as store,
            progress("Checking") as advance,
        ):
            store.migrate()  # of an earlier version, maybe; it is a copy
            return report.with_breaks(*broken(read_whole(store, advance)))
    return report.with_problems(*faults[:PROBLEMS_MAX])


def _faults_of_pages(store_db: Path, manifest: Manifest) -> list[str]:
    if faults := sqlite.faults_of(store_db, is_whole=True):
        return faults
    try:
        found = sqlite.described(store_db)
    except sqlite3.DatabaseError as error:
        return [f"its store cannot be read: {error}"]
    except StoreDown as error:  # of a later version
        return [str(error)]
    identity = StoreIdentity(manifest.store_id, manifest.generation)
    said = (identity, manifest.position, manifest.events, manifest.schema)
    return [] if found == said else [DIFFERS]


def restore_file(
    settings: Settings, wish: Wish, archive: Archive, secret: str | None, progress: Progress
) -> Report:
    """Put the store of a backup in the place of the one under the data folder, which is kept.

    Raises:
        AlreadyExists: a store stands there that may not be replaced, or somebody has it open.
        BadBackup: it is damaged.
        Broken: its log is not in order.
    """
    folder, manifest = settings.data_dir, archive.manifest
    report = Report.of(wish.file, manifest)
    with alone(folder):
        finish(folder)
        was = _must_give_way(folder / "store.db", wish)
        with _staging(folder) as staging:
            store_db = staging / STORES[manifest.store]
            with progress("Unpacking") as advance:
                archive.extract_store(store_db, advance)
            if faults := _faults_of_pages(store_db, manifest):
                raise Broken(*faults)
            identity = next_generation(manifest, was)
            with closing(sqlite.connected(store_db)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                begin_generation(connection.execute, identity, placeholder="?")
                connection.execute("COMMIT")
            with closing(SqliteStore(store_db, is_server=False)) as store:
                has_older_secrets = store.has_older_secrets()
                store.migrate()
            in_force = archive.secret() or own_secret(settings) or "none"
            keep_private(staging / "server", in_force)
            with _gateway_of(settings, staging) as gateway:
                brought = hold(
                    gateway, identity, wish, progress, has_older_secrets=has_older_secrets
                )
            _leave_only_what_counts(staging, secret)
            with _kept_out(folder / "store.db"):
                let_count(folder)
    if was is not None:
        report = report.with_notes(f"What stood there is kept as {folder}/store.db.before-restore.")
    return came_back(report, identity, brought)


def _must_give_way(store_db: Path, wish: Wish) -> StoreIdentity | None:
    """Look at what stands in the place: a store in order gives way only when that was said.

    Give which store it was, None when there is none; of a damaged one, as far as it can be told.

    Raises:
        AlreadyExists: it may not be replaced, or is in use.
    """
    if not store_db.exists() or not store_db.stat().st_size:
        return None
    if sqlite.faults_of(store_db, is_whole=False):
        return sqlite.identity_of(store_db)  # damaged: nobody can use it, and it is kept
    try:
        events = sqlite.described(store_db).events
        what = f"A store with {events:,} events"
    except (sqlite3.DatabaseError, StoreDown):
        what, events = "What is no store of this version", 1
    if events and not wish.replaces:
        msg = f"{what} stands in {store_db.parent.absolute()}: say --replace to put it aside."
        raise AlreadyExists(msg)
    return sqlite.identity_of(store_db)


@contextmanager
def _kept_out(store_db: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(nobody_else(store_db))
        except InUse as error:
            msg = f"Somebody has {store_db.absolute()} open: end it first, and nothing was changed."
            raise AlreadyExists(msg) from error
        yield


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Give an empty folder for what is made ready; what is left of it goes."""
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _gateway_of(settings: Settings, staging: Path) -> Iterator[Gateway]:
    in_staging = replace(
        with_own_key(settings),
        data_dir=staging,
        server_secret=f"file:{staging / 'server'}",
        modems=(),
    )
    gateway = Gateway(open_reads(in_staging, is_server=False), in_staging)
    try:
        yield gateway
    finally:
        gateway.close()


def _leave_only_what_counts(staging: Path, secret: str | None) -> None:
    sqlite.fold_log(staging / "store.db")
    for path in staging.iterdir():
        if path.name != "store.db":
            path.unlink()
    if secret is not None:
        keep_private(staging / "server", secret)
