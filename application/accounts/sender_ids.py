"""Sender IDs are asked for by accounts and decided by staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.accounts.keys import require_key
from application.books.actors import Actor, permit_on
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, body_content, seal_of
from application.books.reasons import WithReason
from domain.account import Account, account_id
from domain.contents import SenderIdRequest
from domain.errors import AlreadyExists, InvalidKey, SenderIdNotApproved
from domain.roles import Duty
from domain.sender_id import SenderId, sender_id_id
from domain.sender_id_rules import SenderIdStatus, folded
from domain.sender_requests import SenderRequests, sender_requests_id
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class RequestedSenderId:
    """A sender ID request that was stored."""

    number: int
    created_at: Instant


class RequestSenderId(Command[RequestedSenderId]):
    """An account asks for a sender ID, with the API key ``key_id`` where it used one."""

    def __init__(
        self, account: int, *, name: str, use_case: str, at: Instant, key_id: str | None = None
    ) -> None:
        self.at = at
        self._account = account
        self._key_id = key_id
        self._name = name
        self._use_case = use_case
        self._number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw its number and salt."""
        self._number = tools.numbers.take("sender_id")
        self._salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """The sender ID of that name, what else waits, and the account whose key was used."""
        yield sender_id_id(self._account, folded(self._name))
        yield sender_requests_id(self._account)
        if self._key_id is not None:
            yield account_id(self._account)

    def decide(self, books: Books) -> RequestedSenderId:
        """Store the request.

        Raises:
            InvalidKey: the key was revoked meanwhile.
            AlreadyExists: the account asked for this name before, in any case.
            TooLate: as many of the account's requests wait as may.
        """
        if self._key_id is not None:
            account = books.get(Account, account_id(self._account))
            if self._key_id not in account.keys:
                msg = "The API key is invalid or was revoked."
                raise InvalidKey(msg)
        if books.find(SenderId, sender_id_id(self._account, folded(self._name))) is not None:
            msg = "You have already requested this Sender ID."
            raise AlreadyExists(msg)
        requests = books.find(SenderRequests, sender_requests_id(self._account))
        requests = requests or SenderRequests.open(self._account, at=self.at)
        requests.add(self._number, at=self.at)
        request = SenderIdRequest(self._name, self._use_case)
        row = body_content(request, self._number, salt=self._salt)
        sender_id = SenderId.request(
            self._number,
            account=self._account,
            folded_name=folded(self._name),
            content=seal_of(row),
            at=self.at,
        )
        books.record(requests)
        books.record(sender_id)
        books.keep(row)
        return RequestedSenderId(self._number, self.at)


class DecideSenderId(WithReason[None]):
    """Staff approve or reject a sender ID."""

    def __init__(
        self,
        account: int,
        name: str,
        *,
        approved: bool,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._key = sender_id_id(account, folded(name))
        self._approved = approved

    def touches(self) -> Iterable[UUID]:
        """The sender ID, and what the account waits for."""
        yield self._key
        yield sender_requests_id(self._account)

    def decide(self, books: Books) -> None:
        """Decide it.

        Raises:
            NotPermitted: the actor may not.
            NotFound: nobody asked for it.
            TooLate: it was rejected or approved already.
        """
        permit_on(books, self._actor, Duty.RUN_ACCOUNTS, account=self._account)
        sender_id = books.get(SenderId, self._key)
        if self._approved:
            sender_id.approve(actor=self._actor.name, at=self.at)
        else:
            sender_id.reject(actor=self._actor.name, reason=self._reason_reference(), at=self.at)
            self._keep_reason(books)
        books.record(sender_id)
        requests = books.find(SenderRequests, sender_requests_id(self._account))
        if requests is not None:
            requests.settle(sender_id.number, at=self.at)
            books.record(requests)


class ChooseDefaultSender(Command[None]):
    """An account chooses what its messages that name no sender go out under."""

    def __init__(self, account: int, name: str | None, *, actor: Actor, at: Instant) -> None:
        """``name`` is one of its approved sender IDs; None is its own name again."""
        self.at = at
        self._actor = actor
        self._account = account
        self._name = name

    def touches(self) -> Iterable[UUID]:
        """The account, and the sender ID."""
        yield account_id(self._account)
        if self._name is not None:
            yield sender_id_id(self._account, folded(self._name))

    def decide(self, books: Books) -> None:
        """Choose it.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account.
            SenderIdNotApproved: the name is not approved for the account.
        """
        require_key(books, self._actor)
        account = books.get(Account, account_id(self._account))
        account.choose_default_sender(self._approved(books), at=self.at)
        books.record(account)

    def _approved(self, books: Books) -> int | None:
        if self._name is None:
            return None
        found = books.find(SenderId, sender_id_id(self._account, folded(self._name)))
        if found is None or found.status is not SenderIdStatus.APPROVED:
            msg = "The sender ID is not approved for this account."
            raise SenderIdNotApproved(msg)
        return found.number
