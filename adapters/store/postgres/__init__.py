"""The scaled truth: PostgreSQL through the library's recorder, lock first, arrays in."""

from adapters.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
