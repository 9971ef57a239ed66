"""A forger at work on an unpacked export: changes events, and makes anew all that needs no key."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from adapters.evidence import verify
from adapters.evidence.export import CHECKPOINTS, EVENTS, MANIFEST, MEMBERS, SUMS, line_of
from adapters.security.signing import Ed25519Key
from domain.proof.notes import Checkpoint, Note, SealKey, notes_in
from domain.proof.stored import RawEvent
from domain.proof.tree import CompactRange, leaf_hash

AMOUNT: Final = re.compile(rb'"(credits|available|total)":(\d+)')
Fraud = Callable[[list[RawEvent], Random, int], list[RawEvent]]


class Forger:
    """Works on one folder; ``restore`` puts back what was there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = {name: (folder / name).read_bytes() for name in MEMBERS}
        self.lines = self._kept[EVENTS].splitlines(keepends=True)
        self.events = [event_of(line) for line in self.lines]

    def restore(self) -> None:
        for name, data in self._kept.items():
            (self._folder / name).write_bytes(data)

    def write(self, lines: Sequence[bytes], *, notes: str | None = None, **manifest: Any) -> None:
        """Write events, a manifest and checkpoints that fit to them, and the sums of all."""
        shape = json.loads(self._kept[MANIFEST]) | {"events": len(lines)} | manifest
        (self._folder / EVENTS).write_bytes(b"".join(lines))
        (self._folder / MANIFEST).write_text(json.dumps(shape))
        if notes is not None:
            (self._folder / CHECKPOINTS).write_text(notes, encoding="utf-8")
        sums = [
            f"{hashlib.sha256((self._folder / name).read_bytes()).hexdigest()}  {name}\n"
            for name in MEMBERS[:-1]
        ]
        (self._folder / SUMS).write_text("".join(sums))

    def rooted(self, events: Sequence[RawEvent]) -> str:
        """Put the roots of other events into the checkpoints, whose signatures stay as they were.

        A tail that was cut takes its checkpoints along.
        """
        found = (Note(str(fitting), note.signatures) for note, fitting in self._fitting(events))
        return "".join(f"{note}\n" for note in found)

    def signed(self, events: Sequence[RawEvent], key: Ed25519Key) -> str:
        """Sign checkpoints of other events with a key."""
        return "".join(
            f"{Note.signed(str(fitting), key.named(fitting.origin), key.sign)}\n"
            for _, fitting in self._fitting(events)
        )

    def keys(self, key: Ed25519Key) -> list[dict[str, Any]]:
        """Give the keys of the manifest with another one in the place of ours."""
        keys: list[dict[str, Any]] = json.loads(self._kept[MANIFEST])["keys"]
        name = SealKey.read(keys[-1]["key"]).name
        return [keys[-1] | {"key": str(key.named(name)), "handover": None}]

    def _fitting(self, events: Sequence[RawEvent]) -> list[tuple[Note, Checkpoint]]:
        found = []
        for note in notes_in(self._kept[CHECKPOINTS].decode()):
            old = Checkpoint.read(note.text)
            if old.size <= len(events):
                tree = CompactRange()
                tree.extend([leaf_hash(event) for event in events[: old.size]])
                found.append((note, Checkpoint(old.origin, old.size, tree.root())))
        return found


def event_of(line: bytes) -> RawEvent:
    """Read an event of an export."""
    found = verify.LINE.fullmatch(line)
    assert found
    return RawEvent(
        int(found[1]), bytes.fromhex(found[2].decode()), int(found[3]), found[4].decode(), found[6]
    )


def with_one_byte_changed(line: bytes, random: Random) -> bytes:
    """Change one byte of an event's own, and give it the leaf that it then has."""
    found = verify.LINE.fullmatch(line)
    assert found
    own = [place for group in (1, 2, 3, 4, 6) for place in range(*found.span(group))]
    at = random.choice(own)
    changed = line[:at] + bytes([line[at] ^ random.randrange(1, 256)]) + line[at + 1 :]
    try:
        return line_of(event_of(changed))
    except (AssertionError, UnicodeDecodeError):
        return changed  # no event any more


# -- cleverer ones: all of them below the auditor's earlier checkpoint ---------------------------


def removed(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    at = random.randrange(covered)
    return events[:at] + events[at + 1 :]


def duplicated(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    at = random.randrange(covered)
    return events[: at + 1] + events[at:]


def renumbered(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    """Put a copy in, and move all behind it by one position."""
    at = random.randrange(covered - 1)
    moved = [event._replace(position=event.position + 1) for event in events[at:]]
    return events[: at + 1] + moved


def reordered(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    """Swap two events, each of which takes the other's position."""
    one, two = sorted(random.sample(range(covered), 2))
    first, second = events[one], events[two]
    found = list(events)
    found[one] = second._replace(position=first.position)
    found[two] = first._replace(position=second.position)
    return found


def balanced_fraud(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    """Move one from one amount to another: sums stay as they were."""
    holders = [n for n in range(covered) if AMOUNT.search(events[n].state)]
    found = list(events)
    for at, step in zip(random.sample(holders, 2), (1, -1), strict=True):
        amount = AMOUNT.search(found[at].state)
        assert amount
        digits = str(int(amount[2]) + step).encode()
        state = found[at].state
        found[at] = found[at]._replace(
            state=state[: amount.start(2)] + digits + state[amount.end(2) :]
        )
    return found


def originators_swapped(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    at = random.randrange(covered)
    others = [event.originator for event in events if event.originator != events[at].originator]
    found = list(events)
    found[at] = found[at]._replace(originator=random.choice(others))
    return found


def topics_swapped(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    at = random.randrange(covered)
    others = [event.topic for event in events if event.topic != events[at].topic]
    found = list(events)
    found[at] = found[at]._replace(topic=random.choice(others))
    return found


def tail_cut(events: list[RawEvent], random: Random, covered: int) -> list[RawEvent]:
    return events[: random.randrange(1, covered)]


FRAUDS: Final[Sequence[Fraud]] = (
    removed,
    duplicated,
    renumbered,
    reordered,
    balanced_fraud,
    originators_swapped,
    topics_swapped,
    tail_cut,
)
