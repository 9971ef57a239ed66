"""A gateway opened for one command: it commits and reads in this process, beside any server.

What only reads opens the store and the read models. The rest of the gateway, with all that it
imports, is opened when it is first asked for.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import click

from adapters.clock import SystemClock
from domain.errors import InvalidKey, OutcomeUnknown, StoreDown
from domain.values import Instant
from worker.cli.alone import is_served
from worker.cli.options import Place
from worker.cli.progress import Progress
from worker.cli.session_file import SessionFile

if TYPE_CHECKING:
    from adapters.reads import Reads
    from adapters.settings import Settings
    from application.accounts.sessions import Session
    from application.books.actors import Actor
    from application.books.commands import Command, Outcome
    from application.ports.queries import Queries
    from application.system import System

LEADER_WAIT_S: Final = 0.1
"""How long whoever follows the log already may take before a command steps the followers."""
CATCH_UP_S: Final = 60.0
"""How long nothing may come on, where a command follows the log, before it gives up."""

R = TypeVar("R")


class Unmigrated(click.ClickException):
    """The store has no tables yet, or those of another version."""


class Gateway:
    """A gateway without threads; each method does its work in the caller's."""

    def __init__(self, reads: "Reads", settings: "Settings") -> None:
        self.reads = reads
        self.settings = settings
        self.file = SessionFile(settings)

    @cached_property
    def system(self) -> "System":
        """The whole gateway, over the store that is open."""
        from adapters.bootstrap import bootstrap

        return bootstrap(self.settings, is_server=False, reads=self.reads)

    def close(self) -> None:
        """Let go of all connections."""
        opened = self.__dict__.get("system", self.reads)
        opened.close()

    @cached_property
    def actor(self) -> "Actor":
        """Who gives the commands: the account of the login, else the user of the host.

        Raises:
            InvalidKey: the login is over.
            NotPermitted: its account is not of staff, or it had no second factor.
        """
        from application.books.actors import Actor

        login = self.login()
        return Actor(host_user()) if login is None else self.system.logins.staff(login)

    def login(self) -> "Session | None":
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
        if self.file.read() is None:
            return  # the user of the host, who could read the files themselves
        from application.accounts.looks import NoteRead, must_be_recorded

        if must_be_recorded(self.system.reader, self.actor):
            self.run(NoteRead(what, subject=subject, actor=self.actor, at=self.now()))

    def now(self) -> Instant:
        """Give the time for a command."""
        return SystemClock().now()

    def run(self, command: "Command[R]") -> R:
        """Commit a command.

        Raises:
            Refused: nothing was stored.
            Unavailable: the store cannot be written now; nothing was stored.
            OutcomeUnknown: it may have been stored.
        """
        from application.ports import VersionConflict

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

    def reading(self, projection: str) -> "Queries":
        """Give the queries once ``projection`` has reached the end of the log.

        The followers are stepped here when nobody else has done it.

        Raises:
            Unmigrated: the read models are not there, or of another version.
            StoreDown: the projection has stopped, or does not catch up in time.
        """
        reads = self.reads
        head = reads.store.head()
        wait_s = LEADER_WAIT_S if self._is_followed() else 0.0
        if not (reads.are_sound() and self._reached(head, projection, wait_s)):
            self._catch_up(head, projection)
        return reads.queries

    def _catch_up(self, head: int, projection: str) -> None:
        from sqlalchemy.exc import DBAPIError

        follower = self.system.follower
        if self.settings.database_url is None and not follower.are_made():
            follower.migrate()  # disposable, and lost: made anew
        if follower.outdated():
            msg = "The read models are not those of this version: run `ngoma migrate`."
            raise Unmigrated(msg)
        with suppress(DBAPIError):  # another runner keeps us out: what it reaches counts
            told = Progress()
            follower.catch_up(
                timeout_s=CATCH_UP_S,
                on_way=lambda at, end: told.say(f"{at:,} of {end:,} events followed"),
            )
        if not self._reached(head, projection, LEADER_WAIT_S):
            raise StoreDown(self._why_behind(projection))

    def _is_followed(self) -> bool:
        """Whether somebody else may be about to step the followers: it costs less to wait."""
        return self.settings.database_url is not None or is_served(self.settings.data_dir)

    def _reached(self, head: int, projection: str, wait_s: float) -> bool:
        return self.reads.queries.reached(head, timeout_s=wait_s, projection=projection)

    def _why_behind(self, projection: str) -> str:
        for status in self.reads.queries.projections():
            if status.name == projection and status.error:
                return f"The read model {projection} has stopped: {status.error}"
        return f"The read model {projection} has not come on for {CATCH_UP_S:.0f} s; try again."


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
    gateway = Gateway(opened_reads(settings), settings)
    try:
        if requires_migrated and not gateway.reads.store.is_migrated():
            from worker.cli.soundness import why_unmigrated

            raise Unmigrated(why_unmigrated(gateway.reads.store))
        yield gateway
    except Rebuilding:
        with suppress(DBAPIError, StoreDown):
            gateway.system.follower.step()  # sets aside what is damaged: the next finds another
        raise
    except DBAPIError as error:
        msg = f"The read models cannot be read: {error.orig}"
        raise StoreDown(msg) from error
    finally:
        gateway.close()


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


def opened_reads(settings: "Settings") -> "Reads":
    """Open what the settings name.

    Raises:
        StoreDown: the database does not answer.
    """
    from adapters.reads import open_reads

    if settings.database_url is None:
        return open_reads(settings, is_server=False)
    import psycopg

    try:
        return open_reads(settings, is_server=False)
    except psycopg.Error as error:
        msg = f"The database cannot be opened ({type(error).__name__}): look at database_url."
        raise StoreDown(msg) from error


def host_user() -> str:
    """Name who gives a command without a login: ``os:<user>@<host>``."""
    import getpass

    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an uid without a name, as in containers
        user = str(os.getuid())
    return f"os:{user}@{socket.gethostname()}"
