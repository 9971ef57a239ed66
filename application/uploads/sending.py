"""Sending a list: each part as a bulk, accepted in one save with the event that counts it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from application.accounts.principal import Principal
from application.books.books import Books
from application.books.commands import Command, Execute, Preparing
from application.books.contents import ContentChanged
from application.books.digests import Digests
from application.books.reader import Reader
from application.messages.accept import SendMessages
from application.messages.rehearsing import SendTests
from application.messages.sending import Own, Recipient, Sending
from application.messages.suppressing import Suppressible
from application.ports import Clock, Store
from application.uploads.parts import GoodRow, asked_of, good_rows, options_of
from domain.account import Account, account_id
from domain.contents import ListAsked
from domain.errors import (
    AccountSuspended,
    InsufficientCredits,
    InvalidKey,
    InvalidRecipient,
    NotPermitted,
    RateLimited,
    RecipientOptedOut,
    Refused,
    SenderIdNotApproved,
)
from domain.msisdn import Msisdn, Numbering
from domain.segments import Text
from domain.suppression import EVERYBODY
from domain.upload.aggregate import Upload, upload_id
from domain.upload.bounds import ROWS_A_PART
from domain.upload.template import Template
from domain.values import Category, Instant, Network

TRIES_MAX: Final = 4
"""How often a part is tried without who says STOP meanwhile."""
NO_TEXT: Final = Text.measured("")
_STOPS: Final = (
    *(InsufficientCredits, RateLimited, AccountSuspended, InvalidKey, NotPermitted),
    *(SenderIdNotApproved, ContentChanged),
)
"""Refusals at which a list pauses itself: the same part would be refused again."""


class SendPart(Command[bool]):
    """Accept the next part of a list; gives whether it was this one's turn.

    The part's place in the list is what makes it once: an upload takes each of them a single time,
    in the save in which its messages are queued and charged.
    """

    def __init__(
        self,
        number: int,
        part: int,
        sending: Sending | None,
        *,
        skipped: int,
        stopped: Refused | None = None,
        at: Instant,
    ) -> None:
        """Without ``sending`` nobody of the part gets a message; ``stopped`` pauses at once."""
        self.at = at
        self._number = number
        self._part = part
        self._skipped = skipped
        self._stopped = stopped
        self._accept = None if sending is None else _acceptance(sending)
        self.weight = 1 if self._accept is None else self._accept.weight

    def prepare(self, tools: Preparing) -> None:
        """Prepare the messages."""
        if self._accept is not None:
            self._accept.prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The upload, and what the messages touch."""
        yield upload_id(self._number)
        if self._accept is not None:
            yield from self._accept.touches()

    def decide(self, books: Books) -> bool:
        """Accept the part, or pause the list at a refusal that would come again.

        Raises:
            RecipientOptedOut: recipients want no promotional messages.
        """
        upload = books.get(Upload, upload_id(self._number))
        if not upload.is_next(self._part):
            return False
        try:
            self._take(books, upload)
        except _STOPS as stop:
            short = stop if isinstance(stop, InsufficientCredits) else None
            upload.pause(
                cause=type(stop).__name__,
                required=short.required if short else None,
                available=short.available if short else None,
                at=self.at,
            )
        books.record(upload)
        return True

    def _take(self, books: Books, upload: Upload) -> None:
        if self._stopped is not None:
            raise self._stopped
        accepted = None if self._accept is None else self._accept.decide(books)
        upload.accept_part(
            self._part,
            count=accepted.count if accepted else 0,
            skipped=self._skipped,
            credits=int(accepted.credits_used) if accepted else 0,
            first_number=accepted.first_number if accepted else None,
            batch=accepted.batch if accepted else None,
            at=self.at,
        )


def _acceptance(sending: Sending) -> SendMessages:
    return SendTests(sending) if sending.principal.is_test else SendMessages(sending)


class _Run(NamedTuple):
    """What of a list stays the same from part to part."""

    upload: Upload
    asked: ListAsked
    template: Template
    principal: Principal


class UploadSending:
    """Sends parts of lists; called by one thread, of one process at a time."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        digests: Digests,
        numbering: Numbering,
        default_sender: Callable[[Account], str],
        offline: Callable[[], frozenset[Network]],
        execute: Execute,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reader = reader
        self._digests = digests
        self._numbering = numbering
        self._default_sender = default_sender
        self._offline = offline
        self._execute = execute
        self._clock = clock

    def send_part(self, number: int) -> bool:
        """Send the next part of a list; whether there was one to send.

        Raises:
            Unavailable: the store is away; nothing was accepted.
            OutcomeUnknown: the part may have been accepted: ask again, and the list knows.
        """
        upload = self._reader.find(Upload, upload_id(number))
        if upload is None or not upload.is_next(upload.done_parts):
            return False
        run = self._run(upload)
        recipients, stopped = self._recipients(run)
        lost = self._size(upload) - len(recipients)
        sending = self._sending(run, recipients) if recipients else None
        for _ in range(TRIES_MAX):
            command = SendPart(
                number,
                upload.done_parts,
                sending,
                skipped=lost + (len(sending.skipped) if sending else len(recipients)),
                stopped=stopped,
                at=self._clock.now(),
            )
            try:
                return self._execute(command)
            except RecipientOptedOut as refusal:
                if sending is not None:
                    out = sending.skipped.union(refusal.places)
                    sending = None if len(out) == len(recipients) else replace(sending, skipped=out)
        return True  # they opt out faster than we ask: the next turn tries again

    @staticmethod
    def _size(upload: Upload) -> int:
        """Count the rows of the next part."""
        return min(ROWS_A_PART, upload.good - upload.done_parts * ROWS_A_PART)

    def _run(self, upload: Upload) -> _Run:
        asked = asked_of(upload, self._store)
        account = self._reader.find(Account, account_id(upload.account))
        sender = "" if account is None else self._default_sender(account)
        principal = Principal(upload.account, upload.key_id, sender, mode=upload.mode)
        return _Run(upload, asked, Template.read(asked.template or ""), principal)

    def _recipients(self, run: _Run) -> tuple[list[Recipient], Refused | None]:
        """Give whom the next part reaches; what was changed past the gateway is not used."""
        upload = run.upload
        after = upload.done_parts * ROWS_A_PART
        try:
            rows = list(good_rows(upload, self._store, after=after))
        except ContentChanged as changed:
            return [], changed
        if len(rows) != self._size(upload):
            return [], ContentChanged(f"rows of upload {upload.number} are gone")
        found = [self._recipient(run.template, place, row) for place, row in enumerate(rows)]
        return [one for one in found if one is not None], None

    def _recipient(self, template: Template, place: int, row: GoodRow) -> Recipient | None:
        """Give a row as a recipient; None where its network is served no more."""
        msisdn = Msisdn(row.msisdn)
        try:
            route = self._numbering.route(msisdn)
        except InvalidRecipient:
            return None
        text = Text.measured(template.fill(row.values))
        return Recipient(place, row.msisdn, msisdn, route, Own(text, None))

    def _sending(self, run: _Run, recipients: Sequence[Recipient]) -> Sending:
        upload, options, at = run.upload, options_of(run.asked), self._clock.now()
        return Sending(
            principal=run.principal,
            text=NO_TEXT,
            recipients=recipients,
            is_bulk=True,
            asked_sender=run.asked.sender_id,
            require_approved_sender=True,
            idempotency_key=None,
            digest=None,
            options=options,
            offline=frozenset() if options.later(at) or upload.is_test else self._offline(),
            at=at,
            suppressible=[
                tuple(
                    Suppressible.of(self._digests, whose, one.msisdn).id
                    for whose in (upload.account, EVERYBODY)
                )
                for one in (recipients if options.category is Category.PROMOTIONAL else ())
            ],
        )
