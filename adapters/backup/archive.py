"""The file of a backup: a zip with a manifest, which names every member with its digest.

It holds personal data and the server's secret, so it is readable by its owner only.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

from adapters.zip_damage import ZIP_DAMAGE

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MANIFEST_BYTES_MAX: Final = 65_536
SECRET: Final = "server-secret"  # noqa: S105 - a name
SECRET_BYTES_MAX: Final = 65_536
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
STORES: Final[Mapping[str, str]] = {SQLITE: "store.db", POSTGRESQL: "store.dump"}
"""What the member is called that holds the store, by the kind of the store."""
MISSING: Final = ("the writer's key", "the sealer's key")
"""What a backup never holds: whoever has it could write history anew, and seal it."""
CHUNK: Final = 1 << 20
FASTEST: Final = 1
"""Compression of SQLite's pages; PostgreSQL compresses its dump by itself."""

Advance = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


class BadBackup(Exception):
    """A file is no backup, or not a whole one; its words say what was found."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    ngoma: str
    made_at: str
    store: str
    schema: int
    store_id: str
    generation: int
    position: int
    events: int
    members: Mapping[str, Mapping[str, Any]]
    """Size in bytes and SHA-256 of each member but this one."""
    missing: Sequence[str]
    tools: Mapping[str, str]
    """Versions of the programs that made it."""

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Read it.

        Raises:
            BadBackup: it is not one that this version can read.
        """
        try:
            found = json.loads(text)
            manifest = cls(**{each.name: found[each.name] for each in fields(cls)})
            sizes = [(one["bytes"], one["sha256"]) for one in manifest.members.values()]
        except (ValueError, KeyError, TypeError) as error:
            msg = "its manifest cannot be read"
            raise BadBackup(msg) from error
        if manifest.format != FORMAT or manifest.store not in STORES:
            msg = f"it was made by ngoma {manifest.ngoma} in a form that this version does not know"
            raise BadBackup(msg)
        numbers = (manifest.schema, manifest.generation, manifest.position, manifest.events)
        if not all(type(number) is int for number in (*numbers, *(size for size, _ in sizes))):
            msg = "its manifest cannot be read"
            raise BadBackup(msg)
        return manifest


def write_archive(
    path: Path, members: Mapping[str, Path | bytes], advance: Advance, **said: Any
) -> Manifest:
    """Write a backup to ``path``, which is made readable by its owner only, and onto the disk.

    ``said`` is what the manifest says beside its format and members.
    """
    total = sum(_size(member) for member in members.values())
    done, digests = 0, {}
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, member in members.items():
                digest, before = hashlib.sha256(), done
                with archive.open(_entry(name), "w", force_zip64=True) as target:
                    for chunk in _chunks(member):
                        digest.update(chunk)
                        target.write(chunk)
                        done += len(chunk)
                        advance(done, total)
                digests[name] = {"bytes": done - before, "sha256": digest.hexdigest()}
            manifest = Manifest(format=FORMAT, members=digests, missing=MISSING, **said)
            text = json.dumps(asdict(manifest), indent=2)
            archive.writestr(_entry(MANIFEST), text)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o600 << 16
    is_packed = name == STORES[POSTGRESQL]
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    entry._compresslevel = FASTEST  # type: ignore[attr-defined]  # no other way before 3.13
    return entry


def _size(member: Path | bytes) -> int:
    return len(member) if isinstance(member, bytes) else member.stat().st_size


def _chunks(member: Path | bytes) -> Iterator[bytes]:
    if isinstance(member, bytes):
        yield member
        return
    with member.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


class Archive:
    """A backup that is read."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self.path = path
        self._file = file
        self.manifest = Manifest.read(self._small(MANIFEST, MANIFEST_BYTES_MAX))

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Self]:
        """Open a file.

        Raises:
            BadBackup: it is no backup.
        """
        try:
            with zipfile.ZipFile(path) as file:
                yield cls(path, file)
        except ZIP_DAMAGE as error:
            msg = "it is no backup, or was cut off"
            raise BadBackup(msg) from error

    def secret(self) -> str | None:
        """Give the server's secret; None when there was none yet.

        Raises:
            BadBackup: it is damaged.
        """
        if SECRET not in self.manifest.members:
            return None
        found = self._small(SECRET, SECRET_BYTES_MAX)
        if hashlib.sha256(found).hexdigest() != self.manifest.members[SECRET]["sha256"]:
            msg = f"{SECRET} in it is damaged"
            raise BadBackup(msg)
        return found.decode()

    def extract_store(self, target: Path, advance: Advance) -> None:
        """Write the store's member to ``target``, readable by its owner only.

        Raises:
            BadBackup: it is not what the manifest says.
        """
        name = STORES[self.manifest.store]
        said = self.manifest.members.get(name, {"bytes": 0, "sha256": ""})
        digest, done = hashlib.sha256(), 0
        descriptor = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, _faults_of(name), self._file.open(name) as source:
            while (chunk := source.read(CHUNK)) and done <= said["bytes"]:
                digest.update(chunk)
                file.write(chunk)
                done += len(chunk)
                advance(done, said["bytes"])
        if digest.hexdigest() != said["sha256"]:
            msg = f"{name} in it is damaged: its digest is not that of the manifest"
            raise BadBackup(msg)

    def _small(self, name: str, most: int) -> bytes:
        with _faults_of(name):
            if self._file.getinfo(name).file_size > most:
                msg = f"{name} in it is too long"
                raise BadBackup(msg)
            return self._file.read(name)


@contextmanager
def _faults_of(name: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        msg = f"there is no {name} in it"
        raise BadBackup(msg) from error
    except ZIP_DAMAGE as error:
        msg = f"{name} in it is damaged"
        raise BadBackup(msg) from error
