"""What is known of a receipt, and what that lets happen: read, never changed, here.

What is known of it       What may follow
-----------------------   ---------------------------------------------------------------
nothing                   SeenByApi, SeenOnStatement
seen either way           the other one, once; Credited, Held, while neither credited nor
                          posted as anything else
Held, positive            Credited (its payment came after all), Assigned (by hand), WrittenOff
seen on a statement       Matched part by part up to its amount, Settled, Held
Matched                   Unmatched, by hand
Credited, Assigned        Matched (its line), Covered (another line shows it), Reversed, PaidBack
money in Clearing         WrittenOff
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.errors import AlreadyExists, InvalidRequest, NotPermitted, TooLate
from domain.receipt.events import FROM_CLEARING, FROM_HELD
from domain.receipt.progress import Progress

PARTS_MAX: Final = 1_000
"""Matches that one line may have in force, and receipts that one match may name."""


class Known(Progress):
    """A receipt, to be asked."""

    id: UUID

    @property
    def is_on_statement(self) -> bool:
        """Whether a line of a statement shows it."""
        return self.statement is not None

    @property
    def is_credited(self) -> bool:
        """Whether it credited an account, by its payment or by hand."""
        return self.account is not None

    @property
    def source(self) -> str:
        """What a TopUp by it comes from: "held" once it stands in Unallocated, else "clearing"."""
        return FROM_HELD if self.is_held_posted else FROM_CLEARING

    @property
    def matched_ngwee(self) -> int:
        """How much of its line is accounted for by matches in force."""
        return sum(part[0] for part in self.parts.values())

    @property
    def matched_fee_ngwee(self) -> int:
        """How much of its line's fee went with those."""
        return sum(part[1] for part in self.parts.values())

    @property
    def is_posted(self) -> bool:
        """Whether all of its line stands in the books."""
        if self.is_settled or self.is_held_posted or self.was_held_posted:
            return True
        return bool(self.parts) and self.matched_ngwee == self.line_ngwee

    @property
    def amount_ngwee(self) -> int:
        """What moved: what its line shows or, without one, what the API said."""
        return self.line_ngwee if self.is_on_statement else self.said_ngwee or 0

    def require_creditable(self) -> None:
        """Refuse to credit an account.

        Raises:
            AlreadyExists: it credited one.
            TooLate: it is accounted for otherwise, was never seen, or went back.
        """
        self.require_unclaimed()
        if self.reversed_ngwee:
            msg = "The provider took the money back."
            raise TooLate(msg)

    def require_unclaimed(self) -> None:
        """Refuse to wait for a person.

        Raises:
            AlreadyExists: it credited an account.
            TooLate: it is accounted for otherwise, or was never seen.
        """
        if self.is_credited:
            msg = "The receipt has credited an account already."
            raise AlreadyExists(msg)
        if self.said_ngwee is None and not self.is_on_statement:
            msg = "Nobody has seen this receipt."
            raise TooLate(msg)
        if self.parts or self.is_settled or self.was_held_posted:
            msg = "The receipt is accounted for already."
            raise TooLate(msg)

    def require_assignable(self) -> None:
        """Refuse to give it to an account by hand.

        Raises:
            AlreadyExists: it credited one.
            TooLate: it does not wait for a person, is no money that came in, or went back.
        """
        self.require_creditable()
        if self.held is None or self.amount_ngwee <= 0:
            msg = "Only money that came in and is held can be assigned."
            raise TooLate(msg)

    @property
    def loose_ngwee(self) -> int:
        """What stands in Unallocated or else in Clearing for it."""
        return self.line_ngwee if self.is_held_posted else self.clearing_ngwee

    def require_loose(self) -> int:
        """Give that, where it is anything.

        Raises:
            TooLate: nothing of it stands there.
        """
        if self.loose_ngwee == 0:
            msg = "Nothing of this receipt is open."
            raise TooLate(msg)
        return self.loose_ngwee

    def require_open_line(self) -> None:
        """Refuse a line of which anything is accounted for.

        Raises:
            TooLate: there is none, or something is.
        """
        self.require_line()
        if self.is_held_posted or self.parts:
            msg = "The line is accounted for already."
            raise TooLate(msg)

    def require_line(self) -> None:
        """Refuse to account for a line that is not there, or was posted for good.

        Raises:
            TooLate: either.
        """
        if not self.is_on_statement:
            msg = "No statement shows this receipt."
            raise TooLate(msg)
        if self.is_settled or self.was_held_posted:
            msg = "The line is accounted for already."
            raise TooLate(msg)

    def check_part(self, wanted: int | None) -> int:
        """Give how much of its line a match accounts for: what is wanted, or all that is left.

        Raises:
            TooLate: there is no line, it is accounted for, or it is held and this is a part of it.
            InvalidRequest: that goes beyond what is left of the line, or the other way.
        """
        self.require_line()
        left = self.line_ngwee - self.matched_ngwee
        amount = left if wanted is None else wanted
        is_whole = amount == self.line_ngwee and not self.parts
        if self.parts and (left == 0 or len(self.parts) >= PARTS_MAX):
            msg = "All of this line is matched already."
            raise TooLate(msg)
        if self.is_held_posted and not is_whole:
            msg = "A line that is held is matched as a whole."
            raise TooLate(msg)
        if not is_whole and (amount * left <= 0 or abs(amount) > abs(left)):
            msg = "A match takes some of what is left of the line, and no more."
            raise InvalidRequest(msg, field="amount_ngwee")
        return amount

    def check_covered(self, receipts: Sequence[str], amount_ngwee: int) -> None:
        """Refuse a match that names receipts which cannot be matched together.

        Raises:
            InvalidRequest: its own and others, one twice, too many, or none for an amount.
        """
        is_own = str(self.id) in receipts
        if len(receipts) > PARTS_MAX or (is_own and len(receipts) > 1):
            msg = f"A match names its own receipt, or up to {PARTS_MAX} others."
            raise InvalidRequest(msg, field="receipts")
        if amount_ngwee and not receipts:
            msg = "A match says which receipts its money is of."
            raise InvalidRequest(msg, field="receipts")
        if len(set(receipts)) != len(receipts):
            msg = "A match names a receipt once."
            raise InvalidRequest(msg, field="receipts")


def require_others(actor: str, approver: str | None, account: int | None) -> None:
    """Refuse one person in two parts, and who acts on an account of their own (I13).

    Raises:
        NotPermitted: either.
    """
    if approver == actor or f"account:{account}" in {actor, approver}:
        msg = "That takes another person."
        raise NotPermitted(msg)
