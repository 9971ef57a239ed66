"""A new account: with its wallet, its first key, and what it is given to begin with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.accounts.changes import use_allowance
from application.accounts.keys import NewKey, credential
from application.accounts.passwords import password_row
from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import (
    SALT_BYTES,
    body_content,
    reason_content,
    reference,
    seal_of,
)
from domain.account import Account
from domain.claim import Claim, claim_id
from domain.contents import Person, SenderIdRequest
from domain.errors import AlreadyExists
from domain.manual_entry import EntryKind, ManualEntry
from domain.roles import Duty
from domain.sender_id import SenderId
from domain.sender_id_rules import folded
from domain.values import Credits, Instant
from domain.wallet import CreditWallet

NOTHING: Final = Credits(0)


@dataclass(frozen=True, slots=True)
class Created:
    """A new account."""

    account: int
    entry: int | None = None
    """The entry under which its credits wait for a second person; None when they are there."""


class CreateAccount(Command[Created]):
    """Register an account with its wallet, first key, granted credits and sender IDs."""

    def __init__(
        self,
        *,
        name: str,
        email: str,
        email_digest: str,
        key: NewKey,
        granted: Credits = NOTHING,
        alone_max: int = 0,
        sender_ids: Sequence[str] = (),
        password_hash: str | None = None,
        daily_credits: int | None = None,
        actor: Actor | None,
        at: Instant,
    ) -> None:
        """``actor`` is None when people register themselves.

        ``alone_max`` is what one person may grant in a day (invariant I13; 0: no limit),
        ``daily_credits`` what the account may spend in a day (None: no limit).
        """
        self.at = at
        self._name = name
        self._email = email
        self._email_digest = email_digest
        self._key = key
        self._granted = granted
        self._sender_ids = list(dict.fromkeys(sender_ids))
        self._alone_max = alone_max
        self._password_hash = password_hash
        self._daily_credits = daily_credits
        self._actor = actor
        self._number = 0
        self._entry = 0
        self._sender_id_numbers: list[int] = []
        self._reason_number = 0
        self._salts: list[bytes] = []

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers and salts."""
        self._number = tools.numbers.take("account")
        self._sender_id_numbers = [tools.numbers.take("sender_id") for _ in self._sender_ids]
        if self._granted:
            self._entry = tools.numbers.take("entry")
        self._reason_number = tools.numbers.take("reason")
        self._salts = [tools.randomness.token(SALT_BYTES) for _ in range(2 + len(self._sender_ids))]

    def touches(self) -> Iterable[UUID]:
        """The claim on the e-mail address; the rest is new."""
        yield claim_id("email", self._email_digest)

    def decide(self, books: Books) -> Created:
        """Register it.

        Raises:
            NotPermitted: the actor may not.
            AlreadyExists: the e-mail address has an account.
        """
        if books.find(Claim, claim_id("email", self._email_digest)) is not None:
            msg = "An account with this e-mail address exists already."
            raise AlreadyExists(msg)
        if self._actor is not None:
            permit(books, self._actor, Duty.RUN_ACCOUNTS)
            if self._granted:
                permit(books, self._actor, Duty.MOVE_CREDITS)
        person = body_content(Person(self._name, self._email), self._number, salt=self._salts[0])
        account = Account.register(self._number, person=seal_of(person), at=self.at)
        account.issue_key(self._key.key_id, actor=self._by, at=self.at)
        self._set_secrets(books, account)
        wallet = CreditWallet.open(self._number, at=self.at)
        entry = self._grant(books, wallet)
        books.record(Claim.take("email", self._email_digest, owner=self._number, at=self.at))
        books.record(account)
        books.record(wallet)
        books.keep(person)
        books.keep_credential(credential(self._key, self._number, self.at))
        self._approve_sender_ids(books)
        return Created(self._number, entry)

    @property
    def _by(self) -> str:
        return self._actor.name if self._actor else Actor.of(self._number).name

    def _set_secrets(self, books: Books, account: Account) -> None:
        if self._password_hash is not None:
            account.change_credential("password", at=self.at)
            books.keep_secret(password_row(self._number, self._password_hash, at=self.at))
        if self._daily_credits is not None:
            account.change_limits(
                **account.limits,
                daily_credits=self._daily_credits,
                actor=self._by,
                reason="registration",
                at=self.at,
            )

    def _grant(self, books: Books, wallet: CreditWallet) -> int | None:
        """Grant what it is given; over the actor's limit it waits as an entry."""
        if not self._granted or self._actor is None:
            return None
        row = reason_content(
            self._reason_number, salt=self._salts[1], text="Granted at registration."
        )
        books.keep(row)
        reason = reference(row)
        if use_allowance(books, self._actor, self._granted, limit=self._alone_max, at=self.at):
            wallet.grant(self._granted, actor=self._by, reason=reason, at=self.at)
            return None
        entry = ManualEntry.prepare(
            self._entry,
            kind=EntryKind.GRANT,
            account=self._number,
            credits=self._granted,
            actor=self._by,
            reason=reason,
            at=self.at,
        )
        books.record(entry)
        return self._entry

    def _approve_sender_ids(self, books: Books) -> None:
        for number, name, salt in zip(
            self._sender_id_numbers, self._sender_ids, self._salts[2:], strict=True
        ):
            row = body_content(SenderIdRequest(name, ""), number, salt=salt)
            sender_id = SenderId.request(
                number,
                account=self._number,
                folded_name=folded(name),
                content=seal_of(row),
                at=self.at,
            )
            sender_id.approve(actor=self._by, at=self.at)
            books.record(sender_id)
            books.keep(row)
