"""Accounts, keys, wallets and sender IDs: the commands of operators and of the account itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.committer import Command, Preparing
from application.contents import (
    SALT_BYTES,
    json_content,
    reason_content,
    reference,
    seal,
    seal_of,
)
from application.gateway import Books
from application.ports import CredentialRow
from domain.account import Account, account_id
from domain.claim import Claim, claim_id
from domain.errors import AlreadyExists, NotFound
from domain.sender_id import SenderId, sender_id_id
from domain.sender_names import folded
from domain.values import Credits, Instant
from domain.wallet import CreditWallet, wallet_id


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made but not stored yet: its public id and its hash."""

    key_id: str
    hash: str
    name: str


class WithReason(Command[None]):
    """A command that a person gives with a typed reason; the reason is a content."""

    def __init__(self, *, actor: str, reason: str, at: Instant) -> None:
        self.at = at
        self._actor = actor
        self._reason = reason
        self._reason_number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw the reason's number and salt."""
        self._reason_number = tools.numbers.take("reason")
        self._salt = tools.randomness.token(SALT_BYTES)

    def _keep_reason(self, books: Books) -> str:
        row = reason_content(self._reason_number, salt=self._salt, text=self._reason)
        books.keep(row)
        return reference(row)

    def _reason_reference(self) -> str:
        return reference(reason_content(self._reason_number, salt=self._salt, text=self._reason))


@dataclass(frozen=True, slots=True)
class Created:
    """A new account."""

    account: int


class CreateAccount(Command[Created]):
    """Register an account with its wallet, first key, granted credits and sender IDs."""

    def __init__(
        self,
        *,
        name: str,
        email: str,
        email_digest: str,
        key: NewKey,
        granted: Credits,
        sender_ids: Sequence[str],
        actor: str,
        at: Instant,
    ) -> None:
        self.at = at
        self._name = name
        self._email = email
        self._email_digest = email_digest
        self._key = key
        self._granted = granted
        self._sender_ids = list(dict.fromkeys(sender_ids))
        self._actor = actor
        self._number = 0
        self._sender_id_numbers: list[int] = []
        self._reason_number = 0
        self._salts: list[bytes] = []

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers and salts."""
        self._number = tools.numbers.take("account")
        self._sender_id_numbers = [tools.numbers.take("sender_id") for _ in self._sender_ids]
        self._reason_number = tools.numbers.take("reason")
        self._salts = [tools.randomness.token(SALT_BYTES) for _ in range(2 + len(self._sender_ids))]

    def touches(self) -> Iterable[UUID]:
        """The claim on the e-mail address; the rest is new."""
        yield claim_id("email", self._email_digest)

    def decide(self, books: Books) -> Created:
        """Register it.

        Raises:
            AlreadyExists: the e-mail address has an account.
        """
        if books.find(Claim, claim_id("email", self._email_digest)) is not None:
            msg = "An account with this e-mail address exists already."
            raise AlreadyExists(msg)
        person = json_content(
            "account",
            self._number,
            salt=self._salts[0],
            value={"name": self._name, "email": self._email},
        )
        account = Account.register(self._number, person=seal_of(person), at=self.at)
        account.issue_key(self._key.key_id, at=self.at)
        wallet = CreditWallet.open(self._number, at=self.at)
        if self._granted:
            reason = reason_content(
                self._reason_number, salt=self._salts[1], text="Granted at registration."
            )
            wallet.grant(self._granted, actor=self._actor, reason=reference(reason), at=self.at)
            books.keep(reason)
        books.record(Claim.take("email", self._email_digest, owner=self._number, at=self.at))
        books.record(account)
        books.record(wallet)
        books.keep(person)
        books.keep_credential(_credential(self._key, self._number, self.at))
        self._approve_sender_ids(books)
        return Created(self._number)

    def _approve_sender_ids(self, books: Books) -> None:
        for number, name, salt in zip(
            self._sender_id_numbers, self._sender_ids, self._salts[2:], strict=True
        ):
            row = json_content("sender_id", number, salt=salt, value={"name": name, "use_case": ""})
            sender_id = SenderId.request(
                number,
                account=self._number,
                folded_name=folded(name),
                content=seal_of(row),
                at=self.at,
            )
            sender_id.approve(actor=self._actor, at=self.at)
            books.record(sender_id)
            books.keep(row)


def _credential(key: NewKey, account: int, at: Instant) -> CredentialRow:
    return CredentialRow(key.key_id, account, key.name, key.hash, at)


class IssueKey(Command[None]):
    """Give an account another key; with ``revoke`` the old one ends in the same save."""

    def __init__(self, account: int, key: NewKey, *, revoke: str | None, at: Instant) -> None:
        self.at = at
        self._account = account
        self._key = key
        self._revoke = revoke

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Issue, and revoke when asked.

        Raises:
            NotFound: no such account, or no such working key.
        """
        account = books.get(Account, account_id(self._account))
        if self._revoke is not None:
            account.revoke_key(self._revoke, at=self.at)
            books.revoke_credential(self._revoke, self.at)
        account.issue_key(self._key.key_id, at=self.at)
        books.record(account)
        books.keep_credential(_credential(self._key, self._account, self.at))


class RevokeKey(Command[None]):
    """End a key: nothing is accepted with it after this commits."""

    def __init__(self, account: int, key_id: str, *, at: Instant) -> None:
        self.at = at
        self._account = account
        self._key_id = key_id

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Revoke it.

        Raises:
            NotFound: no such account, or no such working key.
        """
        account = books.get(Account, account_id(self._account))
        account.revoke_key(self._key_id, at=self.at)
        books.record(account)
        books.revoke_credential(self._key_id, self.at)


class ChangeLimits(Command[None]):
    """Set an account's own request limits; None follows the settings, 0 is no limit."""

    def __init__(
        self,
        account: int,
        *,
        single: int | None,
        bulk: int | None,
        read: int | None,
        actor: str,
        at: Instant,
    ) -> None:
        self.at = at
        self._account = account
        self._limits = {"single": single, "bulk": bulk, "read": read}
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Set the limits.

        Raises:
            NotFound: no such account.
        """
        account = books.get(Account, account_id(self._account))
        account.change_limits(**self._limits, actor=self._actor, at=self.at)
        books.record(account)


class SetSuspension(WithReason):
    """Suspend or reinstate an account."""

    def __init__(
        self, account: int, *, suspended: bool, actor: str, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._suspended = suspended

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Suspend or reinstate it; again changes nothing.

        Raises:
            NotFound: no such account.
        """
        account = books.get(Account, account_id(self._account))
        if account.suspended == self._suspended:
            return
        reason = self._keep_reason(books)
        change = account.suspend if self._suspended else account.reinstate
        change(actor=self._actor, reason=reason, at=self.at)
        books.record(account)


class MoveCredits(WithReason):
    """Grant credits, or adjust the wallet by a signed number."""

    def __init__(
        self,
        account: int,
        credits: Credits,
        *,
        is_grant: bool,
        actor: str,
        reason: str,
        at: Instant,
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._credits = credits
        self._is_grant = is_grant

    def touches(self) -> Iterable[UUID]:
        """The wallet."""
        yield wallet_id(self._account)

    def decide(self, books: Books) -> None:
        """Move the credits.

        Raises:
            NotFound: no such account.
            InvalidRequest: the number makes no sense.
            InsufficientCredits: a downward adjustment takes more than is there.
        """
        wallet = books.find(CreditWallet, wallet_id(self._account))
        if wallet is None:
            msg = "No such account."
            raise NotFound(msg)
        move = wallet.grant if self._is_grant else wallet.adjust
        move(self._credits, actor=self._actor, reason=self._reason_reference(), at=self.at)
        self._keep_reason(books)
        books.record(wallet)


@dataclass(frozen=True, slots=True)
class RequestedSenderId:
    """A sender ID request that was stored."""

    number: int
    created_at: Instant


class RequestSenderId(Command[RequestedSenderId]):
    """An account asks for a sender ID."""

    def __init__(self, account: int, *, name: str, use_case: str, at: Instant) -> None:
        self.at = at
        self._account = account
        self._name = name
        self._use_case = use_case
        self._number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw its number and salt."""
        self._number = tools.numbers.take("sender_id")
        self._salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """The sender ID of that name."""
        yield sender_id_id(self._account, folded(self._name))

    def decide(self, books: Books) -> RequestedSenderId:
        """Store the request.

        Raises:
            AlreadyExists: the account asked for this name before, in any case.
        """
        if books.find(SenderId, sender_id_id(self._account, folded(self._name))) is not None:
            msg = "You have already requested this Sender ID."
            raise AlreadyExists(msg)
        row = json_content(
            "sender_id",
            self._number,
            salt=self._salt,
            value={"name": self._name, "use_case": self._use_case},
        )
        sender_id = SenderId.request(
            self._number,
            account=self._account,
            folded_name=folded(self._name),
            content=seal_of(row),
            at=self.at,
        )
        books.record(sender_id)
        books.keep(row)
        return RequestedSenderId(self._number, self.at)


class DecideSenderId(WithReason):
    """Staff approve or reject a sender ID."""

    def __init__(
        self,
        account: int,
        name: str,
        *,
        approved: bool,
        actor: str,
        reason: str,
        at: Instant,
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._key = sender_id_id(account, folded(name))
        self._approved = approved

    def touches(self) -> Iterable[UUID]:
        """The sender ID."""
        yield self._key

    def decide(self, books: Books) -> None:
        """Decide it.

        Raises:
            NotFound: nobody asked for it.
            TooLate: it was rejected or approved already.
        """
        sender_id = books.get(SenderId, self._key)
        if self._approved:
            sender_id.approve(actor=self._actor, at=self.at)
        else:
            sender_id.reject(actor=self._actor, reason=self._reason_reference(), at=self.at)
            self._keep_reason(books)
        books.record(sender_id)


def email_digest(key: bytes, email: str) -> str:
    """Give the keyed digest under which an e-mail address is claimed."""
    return seal(key, email.strip().casefold())
