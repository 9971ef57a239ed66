"""A backup looked at, or brought back, whichever kind of store it holds."""

import tempfile
from pathlib import Path

from adapters.backup.archive import POSTGRESQL, STORES, Archive, BadBackup
from adapters.backup.making import own_secret
from adapters.backup.report import Report
from adapters.settings import Settings
from domain.errors import InvalidRequest
from worker.cli.projections import progress
from worker.cli.restoring import Broken, LogBroken, Wish
from worker.cli.restoring_sqlite import check_store, restore_file


def check_backup(settings: Settings, file: Path) -> Report:
    """Look at everything in a backup, and change nothing.

    One of PostgreSQL is looked into in a scratch database, where the settings name a server and
    its role may make one.
    """
    try:
        with Archive.opened(file) as archive:
            report = Report.of(file, archive.manifest)
            archive.secret()
            with tempfile.TemporaryDirectory(prefix="ngoma-check-") as folder:
                store = Path(folder) / STORES[archive.manifest.store]
                with progress("Unpacking") as advance:
                    archive.extract_store(store, advance)
                if archive.manifest.store != POSTGRESQL:
                    return check_store(store, archive.manifest, report, progress)
                if settings.database_url is None:
                    words = "Its events were not read: name a server by --database-url."
                    return report.with_notes(words)
                from worker.cli.restoring_postgres import check_dump

                return check_dump(settings, store, report, progress)
    except BadBackup as error:
        return Report(file=file).with_problems(str(error))


def restore_backup(settings: Settings, wish: Wish) -> Report:
    """Put a backup in the place of the store that the settings name.

    Raises:
        AlreadyExists: a store stands there that may not be replaced, or somebody has it open.
        InvalidRequest: the backup is of the other kind of store.
        StoreDown: the database does not answer.
    """
    try:
        with Archive.opened(wish.file) as archive:
            kind = archive.manifest.store
            if (kind == POSTGRESQL) != (settings.database_url is not None):
                msg = f"This is a backup of {kind}, and the settings name the other kind of store."
                raise InvalidRequest(msg, field="file")
            secret = _fitting_secret(settings, archive)
            if kind == POSTGRESQL:
                from worker.cli.restoring_postgres import restore_database

                return restore_database(settings, wish, archive, secret, progress)
            return restore_file(settings, wish, archive, secret, progress)
    except BadBackup as error:
        return Report(file=wish.file).with_problems(str(error))
    except LogBroken as error:
        return Report(file=wish.file).with_breaks(*error.args)
    except Broken as error:
        return Report(file=wish.file).with_problems(*map(str, error.args))


def _fitting_secret(settings: Settings, archive: Archive) -> str | None:
    """Give the secret to be put under the data folder; None when the right one is in force.

    Raises:
        Broken: the settings name another one.
    """
    secret = archive.secret()
    if secret is None or secret == own_secret(settings):
        return None
    if settings.server_secret is not None:
        msg = (
            "the server_secret of the settings is not the one of the backup: no API key and no"
            " password would be known"
        )
        raise Broken(msg)
    return secret
