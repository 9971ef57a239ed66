"""A whole gateway in the test's process: real store, committer and follower threads, no HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from application.accounts import CreateAccount, MoveCredits
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.ports import KeyHasher, Randomness
from application.system import System
from domain.sender_id_rules import default_sender
from domain.values import Credits
from tests.support.templates import copy_migrated
from tests.support.travelling import have_travel

FOLLOW_POLL_S = 0.02


class FastKeyHasher:
    """A hasher for tests that are not about hashing: the port's promises, without the cost."""

    def hash(self, secret: str) -> str:
        return "fast:" + secret.encode("ascii", "backslashreplace").decode()

    def verify(self, stored: str, secret: str) -> bool:
        return stored == self.hash(secret)


@contextmanager
def running_system(
    folder: Path,
    *,
    database_url: str | None = None,
    follows: bool = True,
    hasher: KeyHasher | None = None,
    randomness: Randomness | None = None,
    **settings: Any,
) -> Iterator[System]:
    """Run a gateway over SQLite in ``folder``, or over PostgreSQL."""
    if database_url is None:
        copy_migrated(folder)
    system = bootstrap(
        Settings(data_dir=folder, database_url=database_url, **settings),
        hasher=hasher or FastKeyHasher(),
        randomness=randomness,
    )
    have_travel(system.committer)
    system.store.migrate()
    system.follower.migrate()
    stopping = threading.Event()

    def follow() -> None:
        while not stopping.is_set():
            system.signals.committed.clear()
            if not system.follower.step():
                system.signals.committed.wait(FOLLOW_POLL_S)

    committing = threading.Thread(target=system.committer.run, name="committer", daemon=True)
    following = threading.Thread(target=follow, name="follower", daemon=True)
    committing.start()
    if follows:
        following.start()
    try:
        yield system
    finally:
        system.committer.stop()
        committing.join(10)
        stopping.set()
        if follows:
            following.join(10)
        system.close()


def create_account(
    system: System, *, name: str = "Demo", credits: int = 0, sender_ids: tuple[str, ...] = ()
) -> tuple[int, str]:
    """Make an account; give its number and its API key."""
    key, new_key = system.keyring.make("first")
    created = system.committer.execute(
        CreateAccount(
            name=name,
            email=f"{name}@example.test",
            email_digest=system.digests.email(f"{name}@example.test"),
            key=new_key,
            granted=Credits(credits),
            sender_ids=sender_ids,
            actor=Actor("test"),
            at=system.clock.now(),
        ),
        timeout_s=10,
    )
    return created.account, key


def grant(system: System, account: int, credits: int) -> None:
    """Give an account credits."""
    system.committer.execute(
        MoveCredits(
            account,
            Credits(credits),
            is_grant=True,
            alone_max=0,
            actor=Actor("test"),
            reason="test",
            at=system.clock.now(),
        ),
        timeout_s=10,
    )


def principal(account: int, key: str, name: str = "Demo") -> Principal:
    """Give the principal of a key without asking the store."""
    return Principal(account, key[:8], default_sender(name, "Ngoma"))
