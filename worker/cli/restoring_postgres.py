"""Restoring into PostgreSQL, by its own tools, and looking into a dump in a scratch database."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from adapters.backup.archive import STORES, Archive
from adapters.backup.report import Report
from adapters.reads import open_reads
from adapters.security.secret import keep_private
from adapters.settings import Settings
from adapters.store.postgres import PostgresStore, copying
from application.invariants.whole import read_whole
from application.ports import StoreIdentity
from domain.errors import AlreadyExists, StoreDown
from worker.cli.gateway import Gateway
from worker.cli.restoring import (
    DIFFERS,
    Broken,
    Progress,
    Wish,
    broken,
    came_back,
    hold,
    next_generation,
    with_own_key,
)

UNREAD = "Its events were not read first: that takes a role that may make databases."


class NoScratch(StoreDown):
    """The role of the settings may make no database to look at a backup in."""


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """Make an empty database on the server of ``url``, and give its own URL; it goes afterwards.

    Raises:
        NoScratch: the role may not.
        StoreDown: the server does not answer.
    """
    with ExitStack() as stack:
        try:
            made = stack.enter_context(copying.Scratch(url))
        except psycopg.errors.InsufficientPrivilege as error:
            msg = "It takes a role that may make databases (CREATEDB)."
            raise NoScratch(msg) from error
        except psycopg.Error as error:
            msg = f"The server cannot be reached ({type(error).__name__}): look at database_url."
            raise StoreDown(msg) from error
        yield made.url


def restore_database(
    settings: Settings, wish: Wish, archive: Archive, secret: str | None, progress: Progress
) -> Report:
    """Put a dump in the place of the store in the database of the settings.

    Raises:
        AlreadyExists: a store stands there that may not be replaced, or somebody is connected.
        Broken: the dump is, or a tool failed.
        StoreDown: the database does not answer.
    """
    url, manifest = settings.database_url or "", archive.manifest
    report = Report.of(wish.file, manifest)
    try:
        was = _must_give_way(url, wish)
        with tempfile.TemporaryDirectory(prefix="ngoma-restore-") as folder:
            dump = Path(folder) / STORES[manifest.store]
            with progress("Unpacking") as advance:
                archive.extract_store(dump, advance)
            report = check_dump(settings, dump, report, progress)
            if report.problems or (report.breaks and not wish.accepts_broken):
                return report
            identity = next_generation(manifest, was)
            with progress("Restoring") as advance:
                tools = copying.bring_back(url, dump, advance)
            has_older_secrets = copying.renew(url, identity, dump)
        if secret is not None:
            _keep_secret(settings, secret)
        without_modems = replace(with_own_key(settings), modems=())
        gateway = Gateway(open_reads(without_modems, is_server=False), without_modems)
        try:
            brought = hold(gateway, identity, wish, progress, has_older_secrets=has_older_secrets)
            if gateway.system.follower.outdated():
                with progress("Read models") as advance:
                    gateway.system.follower.migrate(advance)
        finally:
            gateway.close()
        copying.finish(url)
    except copying.ToolFailed as error:
        raise Broken(str(error)) from error
    except psycopg.Error as error:
        msg = f"The database cannot be restored ({type(error).__name__}): {error}"
        raise StoreDown(msg) from error
    report = replace(report, tools=report.tools | dict(tools))
    return came_back(report, identity, brought)


def _must_give_way(url: str, wish: Wish) -> StoreIdentity | None:
    found = copying.standing(url)
    if found.others:
        msg = f"{found.others} others are connected to the database: end them first."
        raise AlreadyExists(msg)
    if found.events and found.is_whole and not wish.replaces:
        msg = (
            f"A store with {found.events:,} events stands in the database: say --replace to"
            " lose it."
        )
        raise AlreadyExists(msg)
    return found.identity


def _keep_secret(settings: Settings, secret: str) -> None:
    own = settings.data_dir / "secrets" / "server"
    if own.exists():
        own.rename(own.with_name("server.before-restore"))
    keep_private(own, secret)


def check_dump(settings: Settings, dump: Path, report: Report, progress: Progress) -> Report:
    """Restore a dump into a scratch database and read all of it."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(scratch(settings.database_url or ""))
            with progress("Restoring to check") as advance:
                tools = copying.bring_back(url, dump, advance)
        except NoScratch:
            return report.with_notes(UNREAD)
        except copying.ToolFailed as error:
            return report.with_problems(str(error))
        store = PostgresStore(url, connect_timeout_s=settings.connect_timeout_s)
        stack.callback(store.close)
        with progress("Checking") as advance:
            log = read_whole(store, advance)
    report = replace(report, tools=report.tools | dict(tools))
    if (log.position, log.events) != (report.position, report.events):
        return report.with_problems(DIFFERS)
    return report.with_breaks(*broken(log))
