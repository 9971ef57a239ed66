"""A sealed store on disk that is changed past the gateway, as whoever holds its file can."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from adapters.security.signing import Ed25519Key, is_signature
from adapters.store.sqlite import SqliteStore
from application.ports import SealedLog
from application.proof.stretches import Hashed, Stretch, hashed
from application.proof.verifying import LogVerifier, Verified
from domain.proof.notes import Checkpoint, Note
from domain.proof.stored import RawEvent
from domain.proof.tree import leaf_hash
from domain.proof.writer import WriterKeys
from tests.adapters.evidence.sealed import sealed_gateway

EVENTS: Final = 7
"""Of a stretch: many divide the log, and end within its saves."""


class Log:
    """Three seals, the first of which the auditor kept, and events behind the last one."""

    def __init__(self, folder: Path, private: Ed25519Key) -> None:
        self._kept, self.path = folder / "kept.db", folder / "store.db"
        with sealed_gateway(private) as sealed:
            sealed.work(3)
            self.own = Note.read(sealed.seal())
            for _ in range(2):
                sealed.work(2)
                sealed.seal()
            sealed.work(1)
            self.fingerprint = sealed.key.fingerprint
            self.writer = sealed.gateway.system.writer
            self.events = list(sealed.store.sealed.raw_after(0, limit=1_000))
            with (
                closing(sqlite3.connect(sealed.gateway.folder / "store.db")) as old,
                closing(sqlite3.connect(self._kept)) as new,
            ):
                old.backup(new)
        self.covered = Checkpoint.read(self.own.text).size
        self.restore()

    def restore(self) -> None:
        """Put back what was there."""
        for path in self.path.parent.glob("store.db*"):
            path.unlink()
        shutil.copyfile(self._kept, self.path)

    def run(self, *statements: str) -> None:
        """Change the store; whatever refuses that goes first."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as file:
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                file.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                file.execute(statement)

    def one(self, query: str) -> tuple[Any, ...]:
        """Read one row of the store."""
        with closing(sqlite3.connect(self.path)) as file:
            row: tuple[Any, ...] = file.execute(query).fetchone()
            return row

    def write(self, events: Sequence[RawEvent], *, with_leaves: bool = False) -> None:
        """Put other events in the place of all and, if asked, their leaves beside them."""
        columns = "originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB"
        self.run("DROP TABLE stored_events", f"CREATE TABLE stored_events ({columns})")
        with closing(sqlite3.connect(self.path)) as file:
            file.executemany(
                "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
                " VALUES (?, ?, ?, ?, ?)",
                [(e.position, e.originator.hex(), *e[2:]) for e in events],
            )
            if with_leaves:
                (length,) = file.execute("SELECT length(hashes) FROM seal_tiles").fetchone()
                leaves = b"".join(map(leaf_hash, events))[:length]
                file.execute("UPDATE seal_tiles SET hashes = ?", (leaves,))
            file.commit()

    def verified(
        self, *, key: bool = True, checkpoint: bool = True, tags: bool = False
    ) -> Verified:
        """Verify what is there now; whoever hashes it, the same is found."""
        writer = self.writer if tags else None
        with closing(SqliteStore(self.path, is_server=False)) as store:
            alone, divided = (
                LogVerifier(
                    store,
                    verify=is_signature,
                    fingerprint=self.fingerprint if key else None,
                    own=[self.own] if checkpoint else [],
                    writer=writer,
                    hashers=hashers,
                )
                for hashers in (None, InTurn(store.sealed, writer))
            )
            found = alone.run()
            with patch("application.proof.stretches.EVENTS", EVENTS):
                same = divided.run()
        assert same.faults == found.faults
        assert same == found or found.faults, "behind a fault it matters how much is read at once"
        return found


@dataclass(slots=True)
class InTurn:
    """Hashes stretches here, one after the other."""

    log: SealedLog
    keys: WriterKeys | None

    @contextmanager
    def each(
        self, stretches: Iterable[Stretch]
    ) -> Iterator[Iterator[tuple[Stretch, Hashed | None]]]:
        """Give what comes of each."""
        yield ((one, hashed(self.log, one, self.keys)) for one in stretches)
