"""Lots: what each credit of a customer was bought for, and what is taken of it when it goes.

A lot of C credits and value V (ngwee, without tax) gives up ``V*(k+n)//C - V*k//C`` for its
credits k to k+n: what is rounded off now comes with a later credit, and a lot that is used up has
given up exactly V. First in, first out by log position. Who took more than there was is in debt
(only a claw-back of spent credits makes that happen), and the next lot pays first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Lot:
    """Credits that came in by one event, at log position ``position``."""

    position: int
    receipt: str | None
    credits: int
    value_ngwee: int
    taken: int = 0

    @property
    def left(self) -> int:
        """Credits that nobody took yet."""
        return self.credits - self.taken

    @property
    def left_ngwee(self) -> int:
        """What they are worth."""
        return self.value_ngwee - self.value_ngwee * self.taken // self.credits

    def take(self, credits: int) -> int:
        """Take credits, at most those left, and give their value."""
        before = self.value_ngwee * self.taken // self.credits
        self.taken += credits
        return self.value_ngwee * self.taken // self.credits - before


@dataclass(slots=True)
class Holdings:
    """The open lots of one account, oldest first, and what it owes."""

    lots: dict[int, Lot] = field(default_factory=dict)
    """By log position, in order; a lot that is used up leaves."""
    debt: int = 0
    """Credits that were taken and were not there."""
    receivable_ngwee: int = 0
    """What they are owed for."""
    worth_ngwee: int = 0
    """What is left in all lots."""
    added: list[Lot] = field(default_factory=list, compare=False)
    """Lots that came in since these were put together; whoever stores them empties it."""

    @classmethod
    def of(cls, lots: Iterable[Lot], *, debt: int = 0, receivable_ngwee: int = 0) -> "Holdings":
        """Hold lots that are given in the order of their positions."""
        held = {lot.position: lot for lot in lots}
        worth = sum(lot.left_ngwee for lot in held.values())
        return cls(held, debt, receivable_ngwee, worth)

    def add(self, lot: Lot) -> int:
        """Put a new lot in, which pays a debt first; give the value that this took of it."""
        paid = min(self.debt, lot.credits)
        self.debt -= paid
        value = lot.take(paid)
        self.added.append(lot)
        if lot.left:
            self.lots[lot.position] = lot
            self.worth_ngwee += lot.left_ngwee
        return value

    def take(self, credits: int) -> int:
        """Take credits from the oldest lots on, and give their value; what is short is a debt."""
        value = 0
        while credits and self.lots:
            lot = next(iter(self.lots.values()))
            taken = min(credits, lot.credits - lot.taken)
            value += self._take_of(lot, taken)
            credits -= taken
        self.debt += credits
        return value

    def take_of(self, lot: Lot | None, credits: int) -> tuple[int, int]:
        """Take credits from one lot, and what it lacks from the oldest: the values of both."""
        taken = 0 if lot is None else min(credits, lot.left)
        value = 0 if lot is None else self._take_of(lot, taken)
        return value, self.take(credits - taken)

    def bought_by(self, receipt: str) -> Lot | None:
        """Give the open lot that a receipt bought."""
        return next((lot for lot in self.lots.values() if lot.receipt == receipt), None)

    def owe(self, ngwee: int) -> tuple[int, int]:
        """Change what is owed in money: by how much it changes, and what nobody owes any more.

        Who owes no credits owes no money, whatever those were worth that paid.
        """
        before, owed = self.receivable_ngwee, self.receivable_ngwee + ngwee
        self.receivable_ngwee = max(owed, 0) if self.debt else 0
        return self.receivable_ngwee - before, owed - self.receivable_ngwee

    def _take_of(self, lot: Lot, credits: int) -> int:
        value = lot.take(credits)
        self.worth_ngwee -= value
        if lot.taken == lot.credits:
            del self.lots[lot.position]
        return value
