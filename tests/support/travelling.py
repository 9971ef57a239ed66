"""Commands and their outcomes as bytes, as if another process saved them: what cannot travel fails.

In a gateway with two cores each command goes to the committer's process and its outcome comes back
(``worker/apart/batches.py``). Tests whose gateway is one process have them travel all the same.
"""

from collections.abc import Sequence
from uuid import uuid4

from application.books.commands import Outcome
from application.books.committer import Committer
from application.books.line import Waiting
from application.books.saver import Saver
from worker.apart.batches import Answer, Order, packed, unpacked


class Travelling:
    """``application.books.committer.Saves``: the saver of this process, reached by bytes."""

    def __init__(self, saver: Saver) -> None:
        self._saver = saver

    def save(self, batch: Sequence[Waiting[object]]) -> None:
        """Settle each command of a batch."""
        asked = [(each.command, each.deadline_s, None) for each in batch]
        order: Order = unpacked(packed(Order(uuid4(), after_loss=False, asked=asked)))
        copies = [
            Waiting(command, each.done, each.deadline_s, each.under)
            for (command, *_), each in zip(order.asked, batch, strict=True)
        ]
        self._saver.save(copies)
        for each, copy in zip(batch, copies, strict=True):
            each.outcome, each.is_told = _came(copy.outcome), copy.is_told

    def tidy(self) -> None:
        """Do what nobody waits for."""
        self._saver.tidy()


def _came(outcome: Outcome[object] | None) -> Outcome[object] | None:
    if outcome is None:
        return None
    settled = (0, outcome.result, outcome.error)
    answer: Answer = unpacked(packed(Answer(settled=[settled])))
    _, result, error = answer.settled[0]
    return Outcome(result, error)


def have_travel(committer: Committer) -> None:
    """Have all commands of a gateway travel, and their outcomes."""
    committer.saved_by(Travelling(committer.saver))
