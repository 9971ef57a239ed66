"""A gateway opened for one command: it commits and reads in this process, beside any server."""

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import click

from application.accounts import NoteRead
from application.accounts.looks import must_be_recorded
from application.accounts.sessions import Session
from application.books.actors import Actor
from application.books.commands import Command, Outcome
from application.ports import VersionConflict
from application.ports.queries import Queries
from application.system import System
from domain.errors import InvalidKey, OutcomeUnknown, StoreDown
from domain.values import Instant
from worker.cli.options import Place
from worker.cli.session_file import SessionFile

LEADER_WAIT_S: Final = 0.1
"""How long whoever follows the log already may take before a command steps the followers."""
CATCH_UP_S: Final = 60.0
"""How long a command follows the log before it says that it cannot answer."""

if TYPE_CHECKING:
    from adapters.settings import Settings

R = TypeVar("R")


class Unmigrated(click.ClickException):
    """The store has no tables yet, or those of another version."""


class Gateway:
    """A ``System`` without threads; each method does its work in the caller's."""

    def __init__(self, system: System, settings: "Settings") -> None:
        self.system = system
        self.settings = settings
        self.file = SessionFile(settings)

    @cached_property
    def actor(self) -> Actor:
        """Who gives the commands: the account of the login, else the user of the host.

        Raises:
            InvalidKey: the login is over.
            NotPermitted: its account is not of staff, or it had no second factor.
        """
        login = self.login()
        return Actor(host_user()) if login is None else self.system.logins.staff(login)

    def login(self) -> Session | None:
        """Give the session of ``ngoma login``; None when nobody is logged in.

        Raises:
            InvalidKey: it is over.
        """
        token = self.file.read()
        if token is None:
            return None
        try:
            return self.system.logins.find(token, execute=self.run)
        except InvalidKey as error:
            msg = "Your session is over: `ngoma login` opens another, `ngoma logout` forgets it."
            raise InvalidKey(msg) from error

    def look(self, what: str, subject: int | None = None) -> None:
        """Make sure that whoever is logged in may read, and record it when an auditor does.

        Raises:
            InvalidKey: the login is over.
            NotPermitted: the actor may not look.
        """
        if must_be_recorded(self.system.reader, self.actor):
            self.run(NoteRead(what, subject=subject, actor=self.actor, at=self.now()))

    def now(self) -> Instant:
        """Give the time for a command."""
        return self.system.clock.now()

    def run(self, command: Command[R]) -> R:
        """Commit a command.

        Raises:
            Refused: nothing was stored.
            Unavailable: the store cannot be written now; nothing was stored.
            OutcomeUnknown: it may have been stored.
        """
        outcomes: list[Outcome[R]] = []
        self.system.committer.submit(command, outcomes.append)
        self.system.committer.step(0)
        if not outcomes:
            msg = "The command got no answer; look before you give it again."
            raise OutcomeUnknown(msg)
        try:
            return outcomes[0].unwrap()
        except VersionConflict as error:
            msg = "Somebody wrote past the store's lock; nothing was stored. Try again."
            raise StoreDown(msg) from error

    def reading(self, projection: str) -> Queries:
        """Give the queries once ``projection`` has reached the end of the log.

        The followers are stepped here when nobody else has done it.

        Raises:
            Unmigrated: the read models are not there, or of another version.
            StoreDown: the projection has stopped, or does not catch up in time.
        """
        from sqlalchemy.exc import DBAPIError

        system = self.system
        if system.follower.outdated():
            msg = "The read models are not those of this version: run `ngoma migrate`."
            raise Unmigrated(msg)
        head = system.store.head()
        if not self._reached(head, projection, LEADER_WAIT_S):
            with suppress(DBAPIError):  # another runner keeps us out: what it reaches counts
                system.follower.catch_up(timeout_s=CATCH_UP_S)
        if not self._reached(head, projection, LEADER_WAIT_S):
            raise StoreDown(self._why_behind(projection))
        return system.queries

    def _reached(self, head: int, projection: str, timeout_s: float) -> bool:
        return self.system.queries.reached(head, timeout_s=timeout_s, projection=projection)

    def _why_behind(self, projection: str) -> str:
        for status in self.system.queries.projections():
            if status.name == projection and status.error:
                return f"The read model {projection} has stopped: {status.error}"
        return f"The read model {projection} has not caught up in {CATCH_UP_S:.0f} s; try again."


@contextmanager
def opened(place: Place, *, requires_migrated: bool = True) -> Iterator[Gateway]:
    """Open the gateway at a place; what makes a store is ``migrate`` and ``serve`` alone.

    Raises:
        InvalidRequest: a setting cannot be used.
        StoreDown: the database does not answer.
        Unmigrated: there is no store here, or none of this version.
    """
    from sqlalchemy.exc import DBAPIError

    from projections.keeping import Rebuilding

    settings = place.settings()
    is_embedded = settings.database_url is None
    if is_embedded and requires_migrated:
        require_store(settings)
    system = _bootstrapped(settings)
    try:
        if requires_migrated:
            _require_migrated(system, settings)
        yield Gateway(system, settings)
    except Rebuilding:
        with suppress(DBAPIError, StoreDown):
            system.follower.step()  # sets aside what is damaged: the next command finds another
        raise
    except DBAPIError as error:
        msg = f"The read models cannot be read: {error.orig}"
        raise StoreDown(msg) from error
    finally:
        system.close()


def require_store(settings: "Settings") -> None:
    """Refuse to look at an embedded store that is not there: looking would make it.

    Raises:
        Unmigrated: there is no file.
    """
    from adapters.store.sqlite.swapping import finish

    finish(settings.data_dir)  # a restore that was broken off may have the store
    if not (settings.data_dir / "store.db").exists():
        msg = (
            f"There is no store in {settings.data_dir.absolute()}: name the right folder by "
            "--data-dir, or run `ngoma migrate` to make a store there."
        )
        raise Unmigrated(msg)


def _bootstrapped(settings: "Settings") -> System:
    from adapters.bootstrap import bootstrap

    if settings.database_url is None:
        return bootstrap(settings, is_server=False)
    import psycopg

    try:
        return bootstrap(settings, is_server=False)
    except psycopg.Error as error:
        msg = f"The database cannot be opened ({type(error).__name__}): look at database_url."
        raise StoreDown(msg) from error


def _require_migrated(system: System, settings: "Settings") -> None:
    if not system.store.is_migrated():
        msg = "The store is not migrated: run `ngoma migrate` first."
        raise Unmigrated(msg)
    if settings.database_url is None and not system.follower.are_made():
        system.follower.migrate()  # disposable, and lost: made anew


def host_user() -> str:
    """Name who gives a command without a login: ``os:<user>@<host>``."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an uid without a name, as in containers
        user = str(os.getuid())
    return f"os:{user}@{socket.gethostname()}"
