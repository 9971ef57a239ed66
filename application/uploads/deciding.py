"""People start, pause and cancel what they uploaded."""

from collections.abc import Iterable
from uuid import UUID

from application.accounts.keys import require_key
from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command
from application.retention.uploads import erase_upload
from domain.account import account_id
from domain.errors import NotFound
from domain.upload.aggregate import Upload, upload_id
from domain.values import Instant


class _OfUpload(Command[None]):
    """A decision about an upload, by the account that it is of."""

    def __init__(self, number: int, *, log: int, actor: Actor, at: Instant) -> None:
        """``log`` is the account's, or that of its tests."""
        self.at = at
        self._number = number
        self._log = log
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The upload, and the account."""
        yield upload_id(self._number)
        yield account_id(abs(self._log))

    def _upload(self, books: Books) -> Upload:
        """Give the upload.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: there is none, or it is in another log.
        """
        require_key(books, self._actor)
        upload = books.find(Upload, upload_id(self._number))
        if upload is None or upload.log != self._log:
            raise NotFound("No such upload.")
        return upload


class StartUpload(_OfUpload):
    """Send a list, or go on. Who may not send finds it paused: its first part says so."""

    def decide(self, books: Books) -> None:
        """Start it; nothing when it is being sent.

        Raises:
            InvalidKey, NotFound: see above.
            TooLate: it is over, or no row of it can be sent.
        """
        upload = self._upload(books)
        upload.start(actor=self._actor.name, key_id=self._actor.key_id, at=self.at)
        books.record(upload)


class PauseUpload(_OfUpload):
    """Let a list wait."""

    def decide(self, books: Books) -> None:
        """Pause it; nothing when it waits.

        Raises:
            InvalidKey, NotFound: see above.
            TooLate: it is over, or was not started.
        """
        upload = self._upload(books)
        upload.pause(actor=self._actor.name, at=self.at)
        books.record(upload)


class CancelUpload(_OfUpload):
    """Send no more of a list; its rows go for good. What was accepted stays accepted."""

    def decide(self, books: Books) -> None:
        """Cancel it; nothing when it was cancelled.

        Raises:
            InvalidKey, NotFound: see above.
            TooLate: all of it was accepted.
        """
        upload = self._upload(books)
        upload.cancel(actor=self._actor.name, at=self.at)
        erase_upload(books, upload, actor=self._actor.name, at=self.at)
