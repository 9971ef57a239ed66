"""Questions about single messages and bulks, and about tests, answered from the read models."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

import projections
from application.ports.queries import ActivityRow, BatchRow, LogEntry, TrafficRow
from domain.values import Instant
from projections.catalogue import MESSAGE_LOG, ReadModel

if TYPE_CHECKING:  # else it is imported when it is asked
    import projections.message_log


class MessageReading(ABC):
    """Implements queries of the message log that read few rows."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def log_entry(self, account: int, number: int) -> LogEntry | None:
        """Find one message of an account."""
        with self._reading(MESSAGE_LOG) as connection:
            return projections.message_log.entry(connection, account, number)

    def activity(self, account: int, first_day: int) -> Sequence[ActivityRow]:
        """Count an account's messages since a time by day, network and state, of the newest."""
        with self._reading(MESSAGE_LOG) as connection:
            return projections.message_log.activity(connection, account, first_day)

    def traffic(self) -> Sequence[TrafficRow]:
        """Say what ever became of messages, by network."""
        with self._reading(MESSAGE_LOG) as connection:
            return projections.message_log.traffic(connection)

    def batch(self, account: int, batch: int) -> BatchRow | None:
        """Count how the messages of an account's bulk stand."""
        with self._reading(MESSAGE_LOG) as connection:
            return projections.message_log.batch_row(connection, account, batch)

    def open_of_batch(self, account: int, batch: int) -> Sequence[int]:
        """Number the messages of an account's bulk that have not ended."""
        with self._reading(MESSAGE_LOG) as connection:
            return projections.message_log.open_of_batch(connection, account, batch)

    def due_rehearsals(self, now: Instant, *, limit: int) -> Sequence[int]:
        """Number the test messages whose time has come, longest due first."""
        with self._reading(MESSAGE_LOG) as connection:
            return projections.message_log.due_rehearsals(connection, now, limit=limit)
