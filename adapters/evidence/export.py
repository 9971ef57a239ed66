"""An export of the log: exact bytes, leaves and checkpoints in one zip, and a program to verify it.

Members are stored and not compressed, so that what counts is their bytes and not the zip's. What
was written stays in a folder beside the file until the export is whole, so that it can go on.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from application.ports import SealedLog, Store
from application.proof.history import KeyTaken, SealMade, seal_history
from application.proof.proving import leaf_at
from application.proof.tiles import Tiles
from domain.errors import AlreadyExists, InvalidRequest
from domain.proof.stored import RawEvent
from domain.proof.tree import compact_range, cover, leaf_hash

FORMAT: Final = "ngoma-export/1"
EVENTS: Final = "events.ndjson"
TAGS: Final = "tags.ndjson"
CHECKPOINTS: Final = "checkpoints/checkpoints.txt"
MANIFEST: Final = "manifest.json"
VERIFIER: Final = "verify.py"
SUMS: Final = "SHA256SUMS"
MEMBERS: Final = (EVENTS, TAGS, CHECKPOINTS, MANIFEST, VERIFIER, SUMS)
EVENTS_AT_ONCE: Final = 4_096
TAGS_AT_ONCE: Final = 1_000
PART_BYTES: Final = 1 << 20
DATE: Final = (1980, 1, 1, 0, 0, 0)
MODE: Final = 0o600 << 16

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What is in the file."""

    file: Path
    first: int
    last: int
    events: int
    checkpoints: int


@dataclass(slots=True)
class _Seals:
    """What the log says of its seal, as far as it is about the export."""

    keys: list[KeyTaken] = field(default_factory=list)
    made: list[SealMade] = field(default_factory=list)


def must_be_new(out: Path) -> None:
    """Refuse to write over a file.

    Raises:
        AlreadyExists: it is there.
    """
    if out.exists():
        msg = f"{out} is there already."
        raise AlreadyExists(msg)


def line_of(event: RawEvent) -> bytes:
    """Write an event as a line: its state stands in it byte for byte."""
    position, originator, version, topic, state = event
    return (
        b'{"position":%d,"originator":"%s","version":%d,"topic":"%s","leaf":"%s","state":%s}\n'
        % (
            position,
            originator.hex().encode(),
            version,
            topic.encode(),
            leaf_hash(event).hex().encode(),
            state,
        )
    )


def export(
    store: Store,
    *,
    first: int,
    last: int | None,
    out: Path,
    made_at: str,
    advance: Advance = lambda _done, _all: None,
) -> Exported:
    """Write what is sealed from one position to another; without ``last`` to the newest seal.

    Raises:
        AlreadyExists: the file is there.
        InvalidRequest: nothing of it is sealed.
        StoreDown: the log cannot be read.
    """
    must_be_new(out)
    log = store.sealed
    last = newest_sealed(log) if last is None else last
    if not 0 < first <= last:
        msg = f"Nothing is sealed from position {first} to {last}."
        raise InvalidRequest(msg, field="from")
    identity = store.identity()
    what = {
        "format": FORMAT,
        "store_id": identity.id,
        "generation": identity.generation,
        "from": first,
        "to": last,
    }
    folder = out.with_name(f"{out.name}.partial")
    _begin(folder, what)
    events = _write_events(log, folder / EVENTS, first=first, last=last, advance=advance)
    first_leaf = leaf_at(log, first)
    seals = _seals(log, first_leaf, first_leaf + events)
    with (folder / TAGS).open("wb") as file:
        file.writelines(_tags(log, first, last))
    _write(folder / CHECKPOINTS, "".join(f"{made.text}\n" for made in seals.made))
    shape = _shape(log, first_leaf, events, seals)
    manifest = {**what, "made_at": made_at, "events": events, **shape}
    _write(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    shutil.copyfile(Path(__file__).with_name(VERIFIER), folder / VERIFIER)
    _write(folder / SUMS, "".join(_sums(folder)))
    _zip(folder, out)
    shutil.rmtree(folder)
    return Exported(out, first, last, events, len(seals.made))


def newest_sealed(log: SealedLog) -> int:
    """Give the position up to which the newest seal goes, 0 without one."""
    covered = [made.covered for made in seal_history(log) if isinstance(made, SealMade)]
    return covered[-1] if covered else 0


def _begin(folder: Path, what: dict[str, Any]) -> None:
    """Begin, or go on with the same; what is left of another export goes."""
    state, text = folder / "export.json", json.dumps(what)
    with suppress(FileNotFoundError):
        if state.read_text(encoding="utf-8") == text:
            return
        shutil.rmtree(folder)
    (folder / "checkpoints").mkdir(parents=True, mode=0o700)
    (folder / EVENTS).touch()
    _write(state, text)


def _write_events(log: SealedLog, path: Path, *, first: int, last: int, advance: Advance) -> int:
    """Write the events that are not there yet; give how many there are."""
    with path.open("r+b") as file:
        count, position = _written(file.fileno())
        file.seek(0, os.SEEK_END)
        position = max(position, first - 1)
        while position < last:
            events = log.raw_after(position, limit=EVENTS_AT_ONCE)
            wanted = [event for event in events if event.position <= last]
            if not wanted:
                break
            file.write(b"".join(map(line_of, wanted)))
            count, position = count + len(wanted), wanted[-1].position
            advance(position, last)
        file.flush()
        os.fsync(file.fileno())
    return count


def _written(descriptor: int) -> tuple[int, int]:
    """Cut off a line that was begun; give how many are whole, and the last one's position."""
    count, whole, seen, position = 0, 0, 0, 0
    with os.fdopen(os.dup(descriptor), "rb") as file:
        for line in file:
            seen += len(line)
            if line.endswith(b"\n"):
                count, whole = count + 1, seen
                position = int(line[len(b'{"position":') : line.index(b",")])
    os.ftruncate(descriptor, whole)
    return count, position


def _tags(log: SealedLog, first: int, last: int) -> Iterator[bytes]:
    """Write the tags of the saves that have events between two positions, a line each."""
    behind = log.tag_behind(first)
    number = behind.number - 1 if behind else 0
    while tags := log.tags_after(number, limit=TAGS_AT_ONCE):
        for tag in tags:
            if tag.after >= last:
                return
            fields = {**asdict(tag), "mac": tag.mac.hex()}
            yield json.dumps(fields, separators=(",", ":")).encode() + b"\n"
        number = tags[-1].number


def _seals(log: SealedLog, first_leaf: int, end: int) -> _Seals:
    """Gather the keys, and the seals from the beginning of the export to the first behind it."""
    found = _Seals()
    for each in seal_history(log):
        if isinstance(each, KeyTaken):
            found.keys.append(each)
        elif each.checkpoint.size >= max(first_leaf, 1):
            found.made.append(each)
            if each.checkpoint.size >= end:
                break
    return found


def _shape(log: SealedLog, first_leaf: int, events: int, seals: _Seals) -> dict[str, Any]:
    """Give the tree around the events: what is before them, and up to the first seal behind."""
    node, end = Tiles(log).node, first_leaf + events
    size = seals.made[-1].checkpoint.size if seals.made else end
    after = cover(end, size) if size > end else ()
    return {
        "first_leaf": first_leaf,
        "before": [digest.hex() for digest in compact_range(first_leaf, node).hashes],
        "after": [[level, node(level, index).hex()] for level, index in after],
        "keys": [
            {
                "key": str(taken.key),
                "fingerprint": taken.key.fingerprint,
                "chapter": taken.chapter,
                "cause": taken.cause,
                "handover": taken.handover,
            }
            for taken in seals.keys
        ],
        "checkpoints": len(seals.made),
    }


def _sums(folder: Path) -> Iterator[str]:
    for name in MEMBERS[:-1]:
        found = hashlib.sha256()
        with (folder / name).open("rb") as file:
            for part in iter(lambda: file.read(PART_BYTES), b""):
                found.update(part)
        yield f"{found.hexdigest()}  {name}\n"


def _zip(folder: Path, out: Path) -> None:
    made = folder / "export.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in MEMBERS:
            info = zipfile.ZipInfo(name, DATE)
            info.external_attr = MODE
            info.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as file, archive.open(info, "w") as member:
                shutil.copyfileobj(file, member, PART_BYTES)
    made.rename(out)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
