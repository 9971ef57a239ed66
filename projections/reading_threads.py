"""The questions about conversations, answered from the message log and the inbox together."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

import projections
from application.ports.queries import Older, ThreadList, ThreadPage
from projections.catalogue import INBOX, MESSAGE_LOG, ReadModel

if TYPE_CHECKING:  # else it is imported when it is asked
    import projections.threads


class ThreadReading(ABC):
    """Implements the queries of conversations."""

    @abstractmethod
    def _reading(self, *models: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask some read models."""

    def thread(self, account: int, msisdn: str, *, before: Older, limit: int) -> ThreadPage:
        """Give a page of what an account and a number said to each other."""
        with self._reading(MESSAGE_LOG, INBOX) as connection:
            return projections.threads.thread(
                connection, account, msisdn, before=before, limit=limit
            )

    def threads(self, account: int, *, before: Older, limit: int) -> ThreadList:
        """Give a page of an account's conversations."""
        with self._reading(MESSAGE_LOG, INBOX) as connection:
            return projections.threads.page(connection, account, before=before, limit=limit)
