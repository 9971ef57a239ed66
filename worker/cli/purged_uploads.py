"""The part of a purge that is about uploaded lists."""

from collections.abc import Callable, Sequence
from typing import Final

from application.retention.uploads import (
    EraseUploads,
    erase_due_uploads,
    lists_kept,
    lists_naming,
)
from domain.msisdn import Msisdn
from worker.cli.gateway import Gateway
from worker.cli.purged import Purged

BATCHES_MAX: Final = 100_000


class UploadPurge:
    """Erases lists; ``done`` counts, ``advance`` shows."""

    def __init__(self, gateway: Gateway, done: Purged, advance: Callable[[int], None]) -> None:
        self._gateway = gateway
        self._done = done
        self._advance = advance
        self._queries = gateway.reading("uploads")

    def due(self) -> None:
        """Apply the retention of the settings."""
        gateway = self._gateway
        for _ in erase_due_uploads(
            self._queries,
            gateway.system.terms.retention,
            actor=gateway.actor,
            as_of=gateway.now(),
            now=gateway.now,
            run=self._run,
            batches_max=BATCHES_MAX,
        ):
            pass

    def account(self, account: int) -> None:
        """Erase all lists of an account."""
        for numbers in lists_kept(self._queries, account):
            self._erase(numbers)

    def number(self, msisdn: Msisdn) -> None:
        """Erase the lists that name a number, whole: their other rows are sent or are not needed.

        One that is being sent stays, and is told as left.
        """
        system = self._gateway.system
        for numbers in lists_naming(self._queries, system.reader, system.store, msisdn):
            self._erase(numbers)

    def _erase(self, numbers: Sequence[int]) -> None:
        gateway = self._gateway
        self._run(EraseUploads(numbers, actor=gateway.actor, at=gateway.now()))

    def _run(self, command: EraseUploads) -> int:
        count = command.weight if self._done.dry_run else self._gateway.run(command)
        self._done.uploads += count
        self._advance(count)
        return count
