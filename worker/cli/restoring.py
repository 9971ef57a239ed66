"""What restoring has in common on both stores: what is asked, and holding what was open."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.backup.archive import Manifest
from application.books.actors import Actor
from application.invariants.whole import WholeLog, read_whole
from application.messages.by_hand import ReleaseMessages
from application.messages.restored import AT_ONCE, HoldMessages
from application.ports import StoreIdentity
from worker.cli.gateway import Gateway

Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
"""Shows a bar under some words while a block runs."""
REASON: Final = "released with the restore"
PROBLEMS_MAX: Final = 20
DIFFERS: Final = "its store is not the one that its manifest names"


class Broken(Exception):
    """The backup cannot be restored; each of its arguments says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a restore."""

    file: Path
    actor: Actor
    replaces: bool = False
    """Whether a store that is in order may be put aside."""
    releases: bool = False
    """Whether open messages go on at once."""


def broken(log: WholeLog) -> list[str]:
    """Say which invariants a log breaks."""
    return [str(violation) for violation in log.violations]


def next_generation(manifest: Manifest, was: StoreIdentity | None) -> StoreIdentity:
    """Give the generation that begins: later than the backup's and than what it replaces."""
    known = [manifest.generation]
    if was is not None and was.id == manifest.store_id:
        known.append(was.generation)
    return StoreIdentity(manifest.store_id, max(known) + 1)


def hold(
    gateway: Gateway, identity: StoreIdentity, wish: Wish, progress: Progress
) -> tuple[tuple[int, ...], int]:
    """Check the log that was brought back and hold what is open; give it, and how many went on.

    Raises:
        Broken: the log breaks an invariant.
    """
    with progress("Checking") as advance:
        log = read_whole(gateway.system.store, advance)
    if log.violations:
        raise Broken(*broken(log)[:PROBLEMS_MAX])
    numbers = tuple(log.open_messages)
    with progress("Holding") as advance:
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            gateway.run(HoldMessages(some, generation=identity.generation, at=gateway.now()))
            advance(start + len(some), len(numbers))
    if wish.releases:
        return (), release(gateway, numbers, wish.actor)
    return numbers, 0


def release(gateway: Gateway, numbers: tuple[int, ...], actor: Actor) -> int:
    """Let held messages go on; give how many were."""
    return sum(
        gateway.run(
            ReleaseMessages(
                numbers[start : start + AT_ONCE], actor=actor, reason=REASON, at=gateway.now()
            )
        )
        for start in range(0, len(numbers), AT_ONCE)
    )
