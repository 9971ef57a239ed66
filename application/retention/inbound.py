"""Erasing what came in: texts and numbers whose time is over, or all for an account."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.ports.queries import Queries
from application.retention.erasure import Retention
from domain.contents import ContentKind
from domain.days import DAY_S
from domain.roles import Duty
from domain.values import SECOND, Instant

INBOUND_MAX: Final = 200
"""Pieces that one command erases."""


class EraseInbound(Command[int]):
    """Erase the texts of pieces that came in, or texts and numbers."""

    def __init__(
        self, numbers: Sequence[int], *, with_numbers: bool = True, actor: Actor, at: Instant
    ) -> None:
        self.at = at
        self.weight = len(numbers)
        self._numbers = numbers
        self._with_numbers = with_numbers
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """Nothing: what the log says of them stays."""
        return ()

    def decide(self, books: Books) -> int:
        """Erase them; give how many.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.ERASE)
        for number in self._numbers:
            if self._with_numbers:
                books.erase(ContentKind.INBOUND, number)
            else:
                books.erase_text(ContentKind.INBOUND, number)
        return self.weight


def erase_due_inbound(
    queries: Queries,
    retention: Retention,
    *,
    actor: Actor,
    as_of: Instant,
    now: Callable[[], Instant],
    run: Callable[[EraseInbound], int],
    batches_max: int,
) -> Iterator[int]:
    """Erase what has served its time, a batch at each step."""
    for days, with_numbers in ((retention.number_days, True), (retention.text_days, False)):
        before, after = Instant(as_of - days * DAY_S * SECOND), 0
        for _ in range(batches_max if days else 0):
            found = queries.old_inbound(
                before, with_numbers=with_numbers, after=after, limit=INBOUND_MAX
            )
            if not found:
                break
            yield run(EraseInbound(found, with_numbers=with_numbers, actor=actor, at=now()))
            after = found[-1]
