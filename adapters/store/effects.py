"""Positions of followers with effects, in both dialects of SQL."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from application.ports import BadEvent, Standing
from domain.values import Instant

Cursors = Callable[[], AbstractContextManager[Any]]
"""Lend a cursor; one that writes, in a transaction that commits unless something is raised."""


class SqlEffectPositions:
    """``application.ports.EffectPositions`` over the cursors of a store.

    ``placeholder`` is what stands for a parameter; statements are written with ``?``.
    """

    def __init__(self, writing: Cursors, reading: Cursors, *, placeholder: str) -> None:
        self._writing = writing
        self._reading = reading
        self._placeholder = placeholder

    def begin(self, follower: str, *, at: int) -> int:
        """Give where a follower stands; a new one stands at ``at``."""
        position = self._position(follower)
        if position is not None:
            return position
        with self._writing() as cursor:
            self._run(
                cursor,
                "INSERT INTO effect_positions (follower, position) VALUES (?, ?)"
                " ON CONFLICT DO NOTHING",
                follower,
                at,
            )
        return self._position(follower) or 0

    def lead(self, follower: str, holder: str, *, now: Instant, until: Instant) -> int | None:
        """Lead until ``until``, and give the position."""
        with self._writing() as cursor:
            self._run(
                cursor,
                "UPDATE effect_positions SET holder = ?, leads_until = ? WHERE follower = ?"
                " AND (holder IS NULL OR holder = ? OR leads_until <= ? OR leads_until > ?)"
                " RETURNING position",
                *(holder, until, follower, holder, now, 2 * until - now),
            )
            return _one(cursor)

    def advance(
        self,
        follower: str,
        holder: str,
        *,
        after: int,
        to: int,
        until: Instant,
        bad: Sequence[BadEvent] = (),
    ) -> bool:
        """Move the position and note bad events, or nothing."""
        with self._writing() as cursor:
            self._run(
                cursor,
                "UPDATE effect_positions SET position = ?, leads_until = ?"
                " WHERE follower = ? AND holder = ? AND position = ? RETURNING position",
                *(to, until, follower, holder, after),
            )
            if _one(cursor) is None:
                return False
            for each in bad:
                self._run(
                    cursor,
                    "INSERT INTO bad_events (follower, position, reason, at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (follower, position)"
                    " DO UPDATE SET reason = excluded.reason, at = excluded.at",
                    *(each.follower, each.position, each.reason, each.at),
                )
            return True

    def release(self, follower: str, holder: str) -> None:
        """Lead no more."""
        with self._writing() as cursor:
            self._run(
                cursor,
                "UPDATE effect_positions SET holder = NULL, leads_until = NULL"
                " WHERE follower = ? AND holder = ?",
                *(follower, holder),
            )

    def standings(self) -> Sequence[Standing]:
        """Give every follower that has begun."""
        with self._reading() as cursor:
            self._run(cursor, "SELECT follower, position FROM effect_positions ORDER BY follower")
            return [Standing(*row) for row in _rows(cursor)]

    def bad_events(self, follower: str, *, limit: int) -> Sequence[BadEvent]:
        """Give what a follower could not handle, oldest first."""
        with self._reading() as cursor:
            self._run(
                cursor,
                "SELECT follower, position, reason, at FROM bad_events WHERE follower = ?"
                " ORDER BY position LIMIT ?",
                *(follower, limit),
            )
            return [BadEvent(*row) for row in _rows(cursor)]

    def count_bad(self, follower: str) -> int:
        """Count what a follower could not handle."""
        with self._reading() as cursor:
            self._run(cursor, "SELECT count(*) AS n FROM bad_events WHERE follower = ?", follower)
            return _one(cursor) or 0

    def forget_bad(self, follower: str, position: int) -> None:
        """Forget a bad event."""
        with self._writing() as cursor:
            self._run(
                cursor,
                "DELETE FROM bad_events WHERE follower = ? AND position = ?",
                *(follower, position),
            )

    def _position(self, follower: str) -> int | None:
        with self._reading() as cursor:
            self._run(cursor, "SELECT position FROM effect_positions WHERE follower = ?", follower)
            return _one(cursor)

    def _run(self, cursor: Any, statement: str, *values: object) -> None:
        cursor.execute(statement.replace("?", self._placeholder), values)


def _rows(cursor: Any) -> Iterable[tuple[Any, ...]]:
    """Give rows as tuples: PostgreSQL's cursor gives them by name."""
    for row in cursor.fetchall():
        yield tuple(row.values()) if isinstance(row, dict) else row


def _one(cursor: Any) -> int | None:
    """Give the number in the one row that there is, None without a row."""
    return next((int(row[0]) for row in _rows(cursor)), None)
