"""The part of a purge that is about uploaded lists."""

from collections.abc import Callable, Sequence
from typing import Final

from application.retention.uploads import UPLOADS_MAX, EraseUploads, erase_due_uploads
from domain.contents import ContentKind, reason_number
from domain.msisdn import Msisdn
from domain.upload.aggregate import Upload, upload_id
from worker.cli.gateway import Gateway
from worker.cli.purged import Purged

BATCHES_MAX: Final = 100_000
NATIONAL_DIGITS: Final = 9


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
        for numbers in self._kept(account):
            self._erase(numbers)

    def number(self, msisdn: Msisdn) -> None:
        """Erase the lists that name a number, whole: their other rows are sent or are not needed.

        One that is being sent stays, and is told as left.
        """
        for numbers in self._kept(None):
            self._erase([one for one in numbers if self._names(one, msisdn)])

    def _kept(self, account: int | None) -> Sequence[Sequence[int]]:
        found, after = [], 0
        for _ in range(BATCHES_MAX):
            numbers = self._queries.uploads_kept(account, after=after, limit=UPLOADS_MAX)
            if not numbers:
                break
            found.append(numbers)
            after = numbers[-1]
        return found

    def _names(self, number: int, msisdn: Msisdn) -> bool:
        """Whether a row of a list has the number, in whatever form it was written."""
        system = self._gateway.system
        upload = system.reader.find(Upload, upload_id(number))
        if upload is None:
            return False
        for written in (*upload.parts, *upload.bad_parts):
            kept = reason_number(written)
            row = None if kept is None else system.store.content(ContentKind.UPLOAD, kept)
            if row is not None and msisdn[-NATIONAL_DIGITS:] in (row.body or ""):
                return True
        return False

    def _erase(self, numbers: Sequence[int]) -> None:
        if numbers:
            gateway = self._gateway
            self._run(EraseUploads(numbers, actor=gateway.actor, at=gateway.now()))

    def _run(self, command: EraseUploads) -> int:
        count = command.weight if self._done.dry_run else self._gateway.run(command)
        self._done.uploads += count
        self._advance(count)
        return count
