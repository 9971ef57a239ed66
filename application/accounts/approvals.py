"""What takes two people: one prepares an entry, another decides on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Unpack
from uuid import UUID

from application.accounts.changes import wallet_of
from application.accounts.factor_reset import reset_second_factor
from application.accounts.loose_money import carry_out as move_money
from application.accounts.seal_chapters import begin_chapter
from application.books.actors import OWN_ACCOUNT, Actor, permit, permit_on
from application.books.books import Books
from application.books.commands import Preparing
from application.books.reasons import WithReason
from application.ports import SecretKind
from domain.account import Account, ByHand, account_id
from domain.claim import Claim, claim_id
from domain.errors import AlreadyExists, NotFound, NotPermitted
from domain.manual_entry import EntryKind, EntryStatus, ManualEntry, manual_entry_id
from domain.roles import Duty, Role
from domain.values import Credits, Instant

FIRST_ADMIN: tuple[str, str] = ("role", "first admin")
"""The claim that the first admin takes: every later role needs an approver."""


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """What became of a change of roles."""

    entry: int | None
    """The entry that waits for a second person; None when it took effect."""


class ChangeRole(WithReason[RoleChanged]):
    """Give an account a role, or take one away; after the first admin always by two people."""

    def __init__(
        self, account: int, role: Role, *, is_grant: bool, actor: Actor, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._role = role
        self._is_grant = is_grant
        self._entry = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers of an entry and of the reason."""
        self._entry = tools.numbers.take("entry")
        super().prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The account, and the claim of the first admin."""
        yield account_id(self._account)
        yield claim_id(*FIRST_ADMIN)

    def decide(self, books: Books) -> RoleChanged:
        """Make the first admin, or ask for a second person.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such account, or it does not have the role.
            AlreadyExists: it has the role.
        """
        permit_on(books, self._actor, Duty.GRANT_ROLES, account=self._account)
        account = books.get(Account, account_id(self._account))
        self._check(account)
        if self._makes_first_admin(books):
            books.record(Claim.take(*FIRST_ADMIN, owner=self._account, at=self.at))
            change_role(
                books,
                account,
                self._role,
                is_grant=True,
                actor=self._actor.name,
                reason=self._keep_reason(books),
                approver=None,
                entry=None,
                at=self.at,
            )
            return RoleChanged(None)
        kind = EntryKind.GRANT_ROLE if self._is_grant else EntryKind.WITHDRAW_ROLE
        entry = ManualEntry.prepare(
            self._entry,
            kind=kind,
            account=self._account,
            role=self._role.value,
            actor=self._actor.name,
            reason=self._keep_reason(books),
            at=self.at,
        )
        books.record(entry)
        return RoleChanged(self._entry)

    def _check(self, account: Account) -> None:
        has = self._role in account.roles
        if has and self._is_grant:
            msg = f"The account has the role {self._role} already."
            raise AlreadyExists(msg)
        if not (has or self._is_grant):
            msg = f"The account does not have the role {self._role}."
            raise NotFound(msg)

    def _makes_first_admin(self, books: Books) -> bool:
        return (
            self._is_grant
            and self._role is Role.ADMIN
            and self._actor.account is None
            and books.find(Claim, claim_id(*FIRST_ADMIN)) is None
        )


def change_role(
    books: Books,
    account: Account,
    role: Role,
    *,
    is_grant: bool,
    at: Instant,
    **by: Unpack[ByHand],
) -> None:
    """Give or take a role, and end the account's sessions: rights change with a new login."""
    change = account.grant_role if is_grant else account.withdraw_role
    change(role, at=at, **by)
    books.record(account)
    books.forget_secrets(SecretKind.SESSION, account.number)


class Decision(StrEnum):
    """What becomes of an entry."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Decided:
    """An entry after a decision."""

    number: int
    kind: EntryKind
    account: int | None
    status: EntryStatus


class DecideEntry(WithReason[Decided]):
    """Approve or reject an entry as another person, or withdraw one's own."""

    def __init__(
        self, number: int, decision: Decision, *, actor: Actor, reason: str, at: Instant
    ) -> None:
        """``reason`` may be empty, but not when it is rejected."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number
        self._decision = decision

    def touches(self) -> Iterable[UUID]:
        """The entry; what it is about is loaded when it is known."""
        yield manual_entry_id(self._number)

    def decide(self, books: Books) -> Decided:
        """Decide; what an approval allows is in the same save.

        Raises:
            NotFound: no such entry.
            NotPermitted: the actor prepared it, lacks the duty, or owns the account.
            TooLate: it was decided already.
            InsufficientCredits: an adjustment takes more than is there by now.
            AlreadyExists: the account has got the role, or the receipt credited one, meanwhile.
            TooLate: what is open of the receipt has changed since.
            NotFound: it has no such role, or no second factor, any more.
        """
        entry = books.find(ManualEntry, manual_entry_id(self._number))
        if entry is None:
            msg = "No such entry."
            raise NotFound(msg)
        match self._decision:
            case Decision.WITHDRAW:
                entry.withdraw(actor=self._actor.name, reason=self._remark(), at=self.at)
                self._keep_remark(books)
                books.record(entry)
            case Decision.REJECT:
                self._require_approver(books, entry)
                entry.reject(approver=self._actor.name, reason=self._reason_reference(), at=self.at)
                self._keep_reason(books)
                books.record(entry)
            case Decision.APPROVE:
                self._require_approver(books, entry)
                entry.require_decidable(self._actor.name)
                self._carry_out(books, entry)
                entry.approve(approver=self._actor.name, reason=self._remark(), at=self.at)
                self._keep_remark(books)
                books.record(entry)
        return Decided(entry.number, entry.kind, entry.account, entry.status)

    def _remark(self) -> str | None:
        return self._reason_reference() if self._reason else None

    def _keep_remark(self, books: Books) -> None:
        if self._reason:
            self._keep_reason(books)

    def _require_approver(self, books: Books, entry: ManualEntry) -> None:
        if self._actor.account is None:
            msg = "Approving takes a login: `ngoma login`."
            raise NotPermitted(msg)
        if self._actor.account == entry.account:
            raise NotPermitted(OWN_ACCOUNT)
        permit(books, self._actor, entry.kind.approved_under)

    def _carry_out(self, books: Books, entry: ManualEntry) -> None:
        by: ByHand = {
            "actor": entry.actor,
            "reason": entry.reason,
            "approver": self._actor.name,
            "entry": entry.number,
        }
        if entry.kind in {EntryKind.GRANT, EntryKind.ADJUST}:
            wallet = wallet_of(books, entry.account or 0)
            move = wallet.grant if entry.kind is EntryKind.GRANT else wallet.adjust
            move(Credits(entry.credits or 0), at=self.at, **by)
            books.record(wallet)
            return
        if entry.kind in {EntryKind.ASSIGN_RECEIPT, EntryKind.WRITE_OFF}:
            move_money(books, entry, at=self.at, **by)
            return
        if entry.kind is EntryKind.BEGIN_CHAPTER:
            begin_chapter(books, entry.seal_key or "", at=self.at, **by)
            return
        account = books.get(Account, account_id(entry.account or 0))
        if entry.kind is EntryKind.RESET_SECOND_FACTOR:
            reset_second_factor(books, account, at=self.at, **by)
            return
        is_grant = entry.kind is EntryKind.GRANT_ROLE
        change_role(books, account, Role(entry.role or ""), is_grant=is_grant, at=self.at, **by)
