"""The embedded truth: store.db through the library's SQLite recorder, one writer at a time."""

from adapters.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
