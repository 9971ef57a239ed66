"""The Receipt aggregate: public methods decide, its events apply."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from domain.errors import AlreadyExists, InvalidRequest, NotFound, TooLate
from domain.events import Aggregate, aggregate_id
from domain.receipt import events
from domain.receipt.events import FROM_HELD, FROM_LINE
from domain.receipt.known import Known, require_others
from domain.values import Credits, Instant


def receipt_id(provider_account: str, transaction_id: str) -> UUID:
    """Give the id of a provider's transaction, under the provider's own id for it."""
    return aggregate_id("receipt", provider_account, transaction_id)


class Receipt(Known, Aggregate):
    """One transaction in one of our wallets at a provider."""

    TOPIC = "Receipt"

    Event = events.Event
    Opened = events.Opened
    SeenByApi = events.SeenByApi
    SeenOnStatement = events.SeenOnStatement
    Credited = events.Credited
    Held = events.Held
    Assigned = events.Assigned
    Matched = events.Matched
    Unmatched = events.Unmatched
    Covered = events.Covered
    Uncovered = events.Uncovered
    Reversed = events.Reversed
    PaidBack = events.PaidBack
    Settled = events.Settled
    WrittenOff = events.WrittenOff

    def __init__(self, provider_account: str, transaction_id: str) -> None:
        self.provider_account = provider_account
        self.transaction_id = transaction_id
        self.begin()

    @classmethod
    def open(cls, provider_account: str, transaction_id: str, *, at: Instant) -> Self:
        """Begin the record of a transaction."""
        return cls._create(
            cls.Opened,
            id=receipt_id(provider_account, transaction_id),
            timestamp=at,
            provider_account=provider_account,
            transaction_id=transaction_id,
        )

    def see_by_api(self, *, amount_ngwee: int, payment: str | None, at: Instant) -> None:
        """Note what the provider's API says of it; the same again changes nothing.

        Raises:
            AlreadyExists: the API said another amount before.
        """
        if self.said_ngwee not in {None, amount_ngwee}:
            msg = "The provider tells of another amount than before."
            raise AlreadyExists(msg)
        if self.said_ngwee is None:
            self._record(self.SeenByApi, at=at, payment=payment, amount_ngwee=amount_ngwee)

    def see_on_statement(
        self,
        *,
        statement: str,
        line: int,
        kind: str = "payment",
        amount_ngwee: int,
        fee_ngwee: int,
        happened_at: Instant,
        content: str | None = None,
        reference: str | None = None,
        at: Instant,
    ) -> bool:
        """Note the line that shows it; False when it is known already, as a file imported again.

        Raises:
            AlreadyExists: an earlier line showed another amount or fee.
            InvalidRequest: the fee is negative, or the line is about nothing.
        """
        if self.is_on_statement:
            if (self.line_ngwee, self.fee_ngwee) != (amount_ngwee, fee_ngwee):
                msg = "An earlier statement shows another amount for this transaction."
                raise AlreadyExists(msg)
            return False
        if fee_ngwee < 0 or (amount_ngwee == 0 and fee_ngwee == 0):
            msg = "A line has an amount, a fee of 0 or more, or both."
            raise InvalidRequest(msg, field="amount_ngwee")
        self._book(
            self.SeenOnStatement,
            at=at,
            statement=statement,
            line=line,
            kind=kind,
            amount_ngwee=amount_ngwee,
            fee_ngwee=fee_ngwee,
            happened_at=happened_at,
            content=content,
            reference=reference,
            posts_held=self.held is not None,
        )
        return True

    # -- whose it is --------------------------------------------------------------------------

    def credit(
        self,
        *,
        payment: str,
        account: int,
        credits: Credits,
        amount_ngwee: int,
        vat_ngwee: int,
        at: Instant,
    ) -> str:
        """Let it pay a payment, and give the source for the wallet's top_up of the same save.

        Raises:
            AlreadyExists: it credited an account before (invariant I6).
            TooLate: its line was matched, settled, or went back.
            InvalidRequest: it stands in Unallocated with another amount.
        """
        self.require_creditable()
        source = self.source
        if source == FROM_HELD and amount_ngwee != self.line_ngwee:
            msg = "The statement shows another amount for this receipt."
            raise InvalidRequest(msg, field="amount_ngwee")
        self._book(
            self.Credited,
            at=at,
            payment=payment,
            account=account,
            source=source,
            credits=credits,
            amount_ngwee=amount_ngwee,
            vat_ngwee=vat_ngwee,
        )
        return source

    def hold(self, *, cause: str, at: Instant) -> None:
        """Let it wait for a person.

        Raises:
            AlreadyExists: it credited an account, or is held already.
            TooLate: its line was matched, settled, or it was never seen.
        """
        self.require_unclaimed()
        if self.held is not None:
            msg = "The receipt is held already."
            raise AlreadyExists(msg)
        self._book(
            self.Held,
            at=at,
            cause=cause,
            amount_ngwee=self.amount_ngwee,
            fee_ngwee=self.fee_ngwee,
            posts=self.is_on_statement,
        )

    def assign(
        self,
        *,
        account: int,
        credits: Credits,
        vat_ngwee: int,
        actor: str,
        approver: str | None = None,
        entry: int | None = None,
        reason: str,
        at: Instant,
    ) -> str:
        """Give what is held to an account; the source for the wallet's top_up of the same save.

        Raises:
            AlreadyExists: it credited an account before (invariant I6).
            TooLate: it does not wait for a person, is no money that came in, or went back.
            NotPermitted: the approver is the actor, or one of them owns the account.
        """
        self.require_assignable()
        require_others(actor, approver, account)
        source = self.source
        self._book(
            self.Assigned,
            at=at,
            account=account,
            source=source,
            credits=credits,
            amount_ngwee=self.amount_ngwee,
            vat_ngwee=vat_ngwee,
            actor=actor,
            approver=approver,
            entry=entry,
            reason=reason,
        )
        return source

    # -- what accounts for its line -----------------------------------------------------------

    def match(
        self,
        *,
        rule: str,
        evidence: Sequence[str] = (),
        receipts: Sequence[str],
        amount_ngwee: int | None = None,
        actor: str | None = None,
        reason: str | None = None,
        at: Instant,
    ) -> int:
        """Account for a part of its line, by default for all that is left; the part's number.

        ``receipts`` are ids of those whose confirmed money it shows: its own alone, or others,
        which are covered in the same save; none for a fee.

        Raises:
            TooLate: there is no line, it is accounted for, or it is held and this is a part of it.
            InvalidRequest: the amount goes beyond what is left of the line, or the other way.
        """
        amount, part = self.check_part(amount_ngwee), self.next_part
        self.check_covered(receipts, amount)
        self._book(
            self.Matched,
            at=at,
            part=part,
            rule=rule,
            evidence=list(evidence),
            receipts=list(receipts),
            source=FROM_HELD if self.is_held_posted else FROM_LINE,
            amount_ngwee=amount,
            fee_ngwee=0 if self.is_held_posted else self.fee_ngwee - self.matched_fee_ngwee,
            actor=actor,
            reason=reason,
        )
        return part

    def unmatch(self, part: int, *, actor: str, reason: str, at: Instant) -> list[str]:
        """Take a match back, and give the receipts to be uncovered in the same save.

        Raises:
            NotFound: no such match is in force.
        """
        if (found := self.parts.get(str(part))) is None:
            msg = "No such match is in force."
            raise NotFound(msg)
        amount, fee, source, receipts = found
        self._book(
            self.Unmatched,
            at=at,
            part=part,
            receipts=receipts,
            source=source,
            amount_ngwee=amount,
            fee_ngwee=fee,
            actor=actor,
            reason=reason,
        )
        return [one for one in receipts if one != str(self.id)]

    def cover(self, *, by: str, part: int, amount_ngwee: int, at: Instant) -> None:
        """Note that another receipt's line shows money that this one confirmed.

        Raises:
            TooLate: nothing of it stands in Clearing, or the other way.
        """
        if self.clearing_ngwee * amount_ngwee <= 0:
            msg = "Nothing of this receipt waits for such a line."
            raise TooLate(msg)
        self._record(self.Covered, at=at, by=by, part=part, amount_ngwee=amount_ngwee)

    def uncover(self, *, by: str, part: int, amount_ngwee: int, at: Instant) -> None:
        """Note that this was taken back."""
        self._record(self.Uncovered, at=at, by=by, part=part, amount_ngwee=amount_ngwee)

    def settle(self, *, at: Instant) -> None:
        """Note that its line moves money between our wallet and our bank.

        Raises:
            TooLate: there is no line, or it is accounted for.
        """
        self.require_open_line()
        self._book(self.Settled, at=at, amount_ngwee=self.line_ngwee, fee_ngwee=self.fee_ngwee)

    # -- what goes back, and what is given up -------------------------------------------------

    def reverse(self, *, amount_ngwee: int, at: Instant) -> bool:
        """Note that the provider took it back; whether the wallet must be clawed back with it.

        Raises:
            AlreadyExists: it was reversed before.
            InvalidRequest: more than came in.
        """
        if self.reversed_ngwee:
            msg = "The receipt was reversed already."
            raise AlreadyExists(msg)
        if not 0 < amount_ngwee <= max(self.amount_ngwee, self.value_ngwee):
            msg = "More cannot be reversed than came in."
            raise InvalidRequest(msg, field="amount_ngwee")
        self._record(self.Reversed, at=at, amount_ngwee=amount_ngwee, was_credited=self.is_credited)
        return self.is_credited

    def pay_back(self, *, payment: str, amount_ngwee: int, at: Instant) -> None:
        """Note that we paid some of it back.

        Raises:
            TooLate: it credited nobody, or was reversed.
        """
        if not self.is_credited or self.reversed_ngwee:
            msg = "Only what was credited, and not reversed, is paid back."
            raise TooLate(msg)
        self._record(self.PaidBack, at=at, payment=payment, amount_ngwee=amount_ngwee)

    def write_off(
        self,
        *,
        actor: str,
        approver: str | None = None,
        entry: int | None = None,
        reason: str,
        at: Instant,
    ) -> int:
        """Give up what stands in Clearing for it, or what nobody claims; the amount in ngwee.

        Raises:
            TooLate: nothing of it stands there.
            NotPermitted: the approver is the actor.
        """
        require_others(actor, approver, self.account)
        amount = self.require_loose()
        self._book(
            self.WrittenOff,
            at=at,
            source=self.source,
            amount_ngwee=amount,
            actor=actor,
            approver=approver,
            entry=entry,
            reason=reason,
        )
        return amount

    def _book(self, event: type[events.Event], *, at: Instant, **fields: object) -> None:
        """Record an event that moves money, which names the wallet that it is in."""
        self._record(event, at=at, provider_account=self.provider_account, **fields)
