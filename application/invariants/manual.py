"""Invariant I13 of the log: what people did by hand, with a reason, and by two where it takes two.

    I13  a manual event has an actor and a reason; what one person moves in a day without an
         approver is within the limit; an approver is another person, approves nothing for an
         account of their own, and what takes effect is what was prepared, once; roles after the
         first admin have an approver, and so has a second factor's reset, unless a user of the
         host did it alone

An effect and the approval of its entry are one save, in either order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from application.invariants.violation import Violations
from domain.account import Account
from domain.days import day_of
from domain.events import Event
from domain.ledger_seal import ChapterCause, LedgerSeal
from domain.manual_entry import EntryKind, ManualEntry
from domain.message import Message
from domain.receipt import Receipt, receipt_id
from domain.receipt.names import parse_receipt_name
from domain.roles import Role
from domain.sender_id import SenderId
from domain.sim import Sim
from domain.wallet import CreditWallet
from domain.wallet import events as wallet

NAME: Final = "I13"
ACCOUNT: Final = "account:"
"""What the name of a person with an account begins with; others are users of the host."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """What an entry allows, or what came about by one."""

    kind: EntryKind
    account: int | None
    credits: int | None
    role: str | None
    actor: str
    reason: str
    receipt: str | None = None
    amount_ngwee: int | None = None
    seal_key: str | None = None


class ManualChecker:
    """Feed it the log in order; what is broken goes into ``found``."""

    def __init__(self, found: Violations, *, alone_max: int) -> None:
        """``alone_max`` is what one person may move in a day alone; 0 is no limit."""
        self._found = found
        self._alone_max = alone_max
        self._position = 0
        self._moved: dict[tuple[str, int], int] = {}
        self._entries: dict[int, _Effect] = {}
        """Those that wait."""
        self._approved: dict[int, str] = {}
        """By whom, of those whose effect is still to come in this save."""
        self._effects: dict[int, tuple[_Effect, str]] = {}
        """Effects whose approval is still to come in this save, with their approvers."""
        self._has_first_admin = False

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            self._position = position
            handle(self, event)

    def settle(self) -> None:
        """Check what may only be open within one save."""
        for number in self._effects:
            self._broken(f"what entry {number} allows came about without its approval")
        for number in self._approved:
            self._broken(f"entry {number} was approved, and what it allows did not come about")
        self._effects.clear()
        self._approved.clear()

    # -- by hand -----------------------------------------------------------------------------

    def _by_hand(self, event: Any) -> None:
        actor = getattr(event, "actor", None) or getattr(event, "approver", None)
        for word, value in (("actor", actor), ("reason", event.reason)):
            if not value:
                self._broken(f"{event.TOPIC} has no {word}")

    def _moved_credits(self, event: wallet.Granted | wallet.Adjusted) -> None:
        self._by_hand(event)
        if event.approver is None:
            self._alone(event)
        is_grant = isinstance(event, CreditWallet.Granted)
        kind = EntryKind.GRANT if is_grant else EntryKind.ADJUST
        self._by_two(
            event,
            _Effect(kind, event.account, event.credits, None, event.actor, event.reason),
        )

    def _alone(self, event: wallet.Granted | wallet.Adjusted) -> None:
        day = event.actor, day_of(event.at)
        total = self._moved[day] = self._moved.get(day, 0) + abs(event.credits)
        if self._alone_max and total > self._alone_max:
            self._broken(
                f"{event.actor} moved {total} credits alone on day {day[1]},"
                f" {self._alone_max} are allowed"
            )

    def _changed_role(self, event: Account.RoleGranted | Account.RoleWithdrawn) -> None:
        self._by_hand(event)
        is_grant = isinstance(event, Account.RoleGranted)
        if event.approver is None:
            is_first = is_grant and event.role == Role.ADMIN and not self._has_first_admin
            if not is_first or event.actor.startswith(ACCOUNT):
                self._broken(f"the role {event.role} of account {event.number} has no approver")
            self._has_first_admin = True
        kind = EntryKind.GRANT_ROLE if is_grant else EntryKind.WITHDRAW_ROLE
        self._by_two(
            event, _Effect(kind, event.number, None, event.role, event.actor, event.reason)
        )

    def _reset_factor(self, event: Account.SecondFactorReset) -> None:
        self._by_hand(event)
        if event.approver is None and event.actor.startswith(ACCOUNT):
            self._broken(f"the reset of account {event.number}'s second factor has no approver")
        kind = EntryKind.RESET_SECOND_FACTOR
        self._by_two(event, _Effect(kind, event.number, None, None, event.actor, event.reason))

    def _moved_money(self, event: Any) -> None:
        """Pair it with its entry; the rest of I13 for money is in ``manual_money``."""
        if event.entry is not None:
            is_assigned = isinstance(event, Receipt.Assigned)
            self._by_two(
                event,
                _Effect(
                    EntryKind.ASSIGN_RECEIPT if is_assigned else EntryKind.WRITE_OFF,
                    event.account if is_assigned else None,
                    *(None, None, event.actor, event.reason, str(event.originator_id)),
                    event.amount_ngwee,
                ),
            )

    def _began_chapter(self, event: LedgerSeal.ChapterBegun) -> None:
        if event.cause == ChapterCause.FIRST:
            if event.chapter != 1:
                self._broken(f"chapter {event.chapter} of the seal began as if it were the first")
            return
        self._by_hand(event)
        if event.approver is None:
            self._broken(f"chapter {event.chapter} of the seal has no approver")
        effect = _Effect(
            *(EntryKind.BEGIN_CHAPTER, None, None, None, event.actor, event.reason or ""),
            seal_key=event.key,
        )
        self._by_two(event, effect)

    # -- by two ------------------------------------------------------------------------------

    def _by_two(self, event: Any, effect: _Effect) -> None:
        if effect.actor == f"{ACCOUNT}{effect.account}":
            self._broken(f"{effect.actor} acted on an account of their own")
        if event.approver is None and event.entry is None:
            return
        if event.approver is None or event.entry is None:
            self._broken(f"{event.TOPIC} names an entry or an approver, not both")
            return
        if self._approved.get(event.entry) is not None:
            self._match(event.entry, effect, event.approver, self._approved.pop(event.entry))
        elif event.entry in self._effects:
            self._broken(f"entry {event.entry} took effect twice")
        else:
            self._effects[event.entry] = effect, event.approver

    def _match(self, number: int, effect: _Effect, named: str, approver: str) -> None:
        prepared = self._entries.pop(number, None)
        if prepared is None:
            self._broken(f"entry {number} did not wait when it took effect")
        elif prepared != effect:
            self._broken(f"what came about is not what entry {number} asked for")
        if named != approver:
            self._broken(f"entry {number} was approved by {approver}, not by {named}")

    def _prepared(self, event: ManualEntry.Prepared) -> None:
        self._by_hand(event)
        if event.actor == f"{ACCOUNT}{event.account}":
            self._broken(f"{event.actor} prepared an entry for an account of their own")
        self._entries[event.number] = _Effect(
            EntryKind(event.kind),
            event.account,
            event.credits,
            event.role,
            event.actor,
            event.reason,
            event.receipt and str(receipt_id(*parse_receipt_name(event.receipt))),
            event.amount_ngwee,
            event.seal_key,
        )

    def _entry_approved(self, event: ManualEntry.Approved) -> None:
        self._other_person(event.number, event.approver)
        if event.number in self._effects:
            effect, named = self._effects.pop(event.number)
            self._match(event.number, effect, named, event.approver)
        else:
            self._approved[event.number] = event.approver

    def _entry_rejected(self, event: ManualEntry.Rejected) -> None:
        self._by_hand(event)
        self._other_person(event.number, event.approver)
        self._entries.pop(event.number, None)

    def _entry_withdrawn(self, event: ManualEntry.Withdrawn) -> None:
        prepared = self._entries.pop(event.number, None)
        if prepared is None or prepared.actor != event.actor:
            self._broken(f"entry {event.number} was withdrawn by another, or did not wait")

    def _other_person(self, number: int, approver: str) -> None:
        prepared = self._entries.get(number)
        if prepared is None:
            self._broken(f"entry {number} did not wait when it was decided")
            return
        if not approver.startswith(ACCOUNT):
            self._broken(f"entry {number} was decided without a login")
        if approver == prepared.actor:
            self._broken(f"entry {number} was decided by who prepared it")
        if approver == f"{ACCOUNT}{prepared.account}":
            self._broken(f"entry {number} was decided by who it is for")

    def _broken(self, what: str) -> None:
        self._found.add(NAME, self._position, what)


_HANDLERS: Final[Mapping[type[Event], Callable[[ManualChecker, Any], None]]] = {
    CreditWallet.Granted: ManualChecker._moved_credits,
    CreditWallet.Adjusted: ManualChecker._moved_credits,
    Account.RoleGranted: ManualChecker._changed_role,
    Account.RoleWithdrawn: ManualChecker._changed_role,
    Account.SecondFactorReset: ManualChecker._reset_factor,
    Account.LimitsChanged: ManualChecker._by_hand,
    Account.Suspended: ManualChecker._by_hand,
    Account.Reinstated: ManualChecker._by_hand,
    Message.Released: ManualChecker._by_hand,
    Message.Resolved: ManualChecker._by_hand,
    SenderId.Rejected: ManualChecker._by_hand,
    Sim.Quarantined: ManualChecker._by_hand,
    Sim.Released: ManualChecker._by_hand,
    Receipt.Assigned: ManualChecker._moved_money,
    Receipt.WrittenOff: ManualChecker._moved_money,
    LedgerSeal.ChapterBegun: ManualChecker._began_chapter,
    ManualEntry.Prepared: ManualChecker._prepared,
    ManualEntry.Approved: ManualChecker._entry_approved,
    ManualEntry.Rejected: ManualChecker._entry_rejected,
    ManualEntry.Withdrawn: ManualChecker._entry_withdrawn,
}
