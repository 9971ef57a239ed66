"""Erasing who paid: the payers of top-ups, and what statements and callbacks say of people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.ports.queries import Queries
from application.retention.erasure import Erased, Retention
from domain.contents import ContentKind
from domain.days import DAY_S
from domain.payment import Payment
from domain.roles import Duty
from domain.values import SECOND, Instant

PAYERS_MAX: Final = 200
"""Contents that one command erases."""


class Payers(NamedTuple):
    """Contents of one kind: ``TOP_UP``, ``LINE`` or ``CALLBACK``."""

    kind: ContentKind
    numbers: Sequence[int]


class ErasePayers(Command[Erased]):
    """Erase who paid; of a top-up whose end nobody knows the payer is needed, and stays."""

    def __init__(self, payers: Payers, *, actor: Actor, at: Instant) -> None:
        self.at = at
        self._payers = payers
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payments they are stands beside the log."""
        return ()

    def decide(self, books: Books) -> Erased:
        """Erase them.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.ERASE)
        kind, numbers = self._payers
        is_top_up = kind is ContentKind.TOP_UP
        needed = {one for one in numbers if is_top_up and self._is_open(books, one)}
        for number in numbers:
            if number not in needed:
                books.erase(kind, number)
        return Erased(len(numbers) - len(needed), len(needed))

    def _is_open(self, books: Books, number: int) -> bool:
        poll = books.poll(number)
        payment = None if poll is None else books.find(Payment, UUID(poll.payment))
        return payment is not None and payment.is_open


def erase_due_payers(
    queries: Queries,
    retention: Retention,
    *,
    as_of: Instant,
    run: Callable[[Payers], Erased],
    batches_max: int,
) -> Iterator[Erased]:
    """Erase what is kept for longer than numbers are, a batch at each step."""
    if not retention.number_days:
        return
    before = Instant(as_of - retention.number_days * DAY_S * SECOND)
    for kind in (ContentKind.LINE, ContentKind.TOP_UP, ContentKind.CALLBACK):
        after = 0
        for _ in range(batches_max):
            found = queries.old_payers(kind, before=before, after=after, limit=PAYERS_MAX)
            if not found:
                break
            yield run(Payers(kind, [content for _, content in found]))
            after = found[-1][0]
