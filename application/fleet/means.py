"""What a carrier works with, whatever hand hands its segments over."""

from dataclasses import dataclass
from typing import TypeVar

from application.books.alarms import Alarms
from application.books.asking import Asked, Submits, Wait, wait_for
from application.books.commands import Command
from application.books.reader import Reader
from application.fleet.waits import SimWaits
from application.ports import Clock, Randomness, Store
from application.ports.queries import Queries

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the carriers of one process share."""

    store: Store
    reader: Reader
    queries: Queries
    committer: Submits
    randomness: Randomness
    clock: Clock
    alarms: Alarms
    waits: SimWaits
    wait: Wait = wait_for

    def ask(self, command: Command[R]) -> Asked[R]:
        """Give a command to the committer; its outcome is waited for when it is wanted."""
        return Asked(self.committer, command, self.wait)
