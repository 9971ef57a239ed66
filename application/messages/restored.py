"""What a restore does to open messages: none of them is sent again without a person's word."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from domain.message import Message, State, message_id
from domain.values import Instant

AT_ONCE: Final = 200
"""Messages that one command holds or releases."""


def held_words(count: int) -> str:
    """Say that messages wait for a word of the operator: nothing else lets them go on."""
    return (
        f"{count:,} are held since a restore: `ngoma message list --state held`, then"
        " `message resolve` or `release`, or `ngoma restore FILE --release` for all"
    )


class HoldMessages(Command[int]):
    """The log comes from a backup: what was open then may have left since."""

    def __init__(self, numbers: Sequence[int], *, generation: int, at: Instant) -> None:
        self.at = at
        self.weight = len(numbers)
        self._numbers = numbers
        self._generation = generation

    def touches(self) -> Iterable[UUID]:
        """The messages."""
        return map(message_id, self._numbers)

    def decide(self, books: Books) -> int:
        """Hold those that are open and not held already; give how many were."""
        messages = [books.get(Message, message_id(number)) for number in self._numbers]
        open_ = [each for each in messages if each.is_open and each.state != State.HELD]
        for message in open_:
            message.hold(generation=self._generation, at=self.at)
            books.record(message)
        return len(open_)
