"""What restoring has in common on both stores: what is asked, and holding what was open."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adapters.backup.archive import Manifest
from adapters.backup.report import Report
from adapters.security.secret import kept_or_made
from adapters.settings import Settings
from adapters.writer_key import own_key_file
from application.books.actors import Actor
from application.invariants.whole import WholeLog, read_whole
from application.messages.by_hand import ReleaseMessages
from application.messages.restored import AT_ONCE, HoldMessages
from application.ports import StoreIdentity
from application.proof.adopting import adopt, adopt_secrets, is_of_another_key, must_be_adopted
from domain.public_ids import feltech_id
from worker.cli.gateway import Gateway

Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
"""Shows a bar under some words while a block runs."""
REASON: Final = "released with the restore"
PROBLEMS_MAX: Final = 20
ADOPTED: Final = (
    "The writer's key of the backup is not here: its log was taken as it was found, under the key"
    " of this place."
)
DIFFERS: Final = "its store is not the one that its manifest names"


def with_own_key(settings: Settings) -> Settings:
    """Name the writer's key of the place that is restored; one is made where there is none."""
    if settings.writer_key is not None:
        return settings
    path = own_key_file(settings)
    kept_or_made(path)
    return replace(settings, writer_key=f"file:{path}")


class Broken(Exception):
    """The backup cannot be restored; each of its arguments says why."""


class LogBroken(Broken):
    """Its log breaks invariants: each of its arguments is one. Somebody may accept that."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a restore."""

    file: Path
    actor: Actor
    replaces: bool = False
    """Whether a store that is in order may be put aside."""
    releases: bool = False
    """Whether open messages go on at once."""
    accepts_broken: bool = False
    """Whether a log that breaks invariants is taken as it is."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What is in a log that was brought back."""

    held: tuple[int, ...]
    released: int
    breaks: tuple[str, ...]
    is_adopted: bool
    """Whether its tags are of a key that is not here, so that it was taken as found."""
    unread: tuple[int, ...]
    """Open messages whose events do not fit together."""


def broken(log: WholeLog) -> list[str]:
    """Say which invariants a log breaks, as far as they are named."""
    return [str(violation) for violation in log.violations[:PROBLEMS_MAX]]


def next_generation(manifest: Manifest, was: StoreIdentity | None) -> StoreIdentity:
    """Give the generation that begins: later than the backup's and than what it replaces."""
    known = [manifest.generation]
    if was is not None and was.id == manifest.store_id:
        known.append(was.generation)
    return StoreIdentity(manifest.store_id, max(known) + 1)


def hold(
    gateway: Gateway,
    identity: StoreIdentity,
    wish: Wish,
    progress: Progress,
    *,
    has_older_secrets: bool,
) -> Brought:
    """Check the log that was brought back and hold what is open, or let it go on.

    Secrets of people are taken as found where they are of a version that gave them no tags.

    Raises:
        LogBroken: the log breaks an invariant, and nobody accepted that.
    """
    system = gateway.system
    with progress("Checking") as advance:
        log = read_whole(system.store, advance)
    breaks = tuple(broken(log))
    if breaks and not wish.accepts_broken:
        raise LogBroken(*breaks)
    is_adopted = is_of_another_key(system.store, system.writer) or must_be_adopted(system.store)
    if is_adopted:
        adopt(system.store, system.writer, system.randomness, at=gateway.now())
    elif has_older_secrets:
        adopt_secrets(system.store, system.writer, system.randomness, at=gateway.now())
    numbers, unread = tuple(log.open_messages), set[int]()
    at_once = 1 if breaks else AT_ONCE
    with progress("Holding") as advance:
        for start in range(0, len(numbers), at_once):
            some = numbers[start : start + at_once]
            try:
                gateway.run(HoldMessages(some, generation=identity.generation, at=gateway.now()))
            except Exception:  # a log that is broken may break whatever reads it
                if not breaks:
                    raise
                unread.update(some)
            advance(start + len(some), len(numbers))
    held = tuple(number for number in numbers if number not in unread)
    if wish.releases:
        released = release(gateway, held, wish.actor)
        return Brought((), released, breaks, is_adopted, tuple(unread))
    return Brought(held, 0, breaks, is_adopted, tuple(unread))


def came_back(report: Report, identity: StoreIdentity, brought: Brought) -> Report:
    """Add to a report what became of it."""
    if brought.is_adopted:
        report = report.with_notes(ADOPTED)
    if brought.unread:
        names = ", ".join(map(feltech_id, sorted(brought.unread)))
        report = report.with_notes(
            f"Open messages that cannot be read, so nothing holds, sends or ends them: {names}."
        )
    return replace(
        report,
        generation=identity.generation,
        held=brought.held,
        released=brought.released,
        breaks=brought.breaks,
        is_accepted=True,
    )


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
