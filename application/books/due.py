"""What time asks for: which work is due, and how it is done, told by the capability that has it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from application.books.commands import Execute
from domain.values import Instant

Ids = tuple[int, ...]
"""Numbers of what a piece of work is about: all that a job carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """One kind of work that becomes due.

    Whether it is due is a question about the store or a read model; it keeps nothing itself. A
    piece of work may be handled late, twice, or at the same time elsewhere, and is named again
    for as long as it is due: handling it must make it due no more, or later.
    """

    kind: str
    """``subject.what``; a word that an older process does not know is dropped there."""
    due: Callable[[Instant, int], Iterable[Ids]]
    """Give what is due as of an instant, longest due first, up to a limit.

    Raises:
        StoreDown: it cannot be read now.
    """
    handle: Callable[[Ids, Execute], bool]
    """Do the pieces of a job; False when that changed nothing. I/O has limits of its own.

    Raises:
        NgomaError: not now, or no more; it is asked for again while it is due.
    """
    together: int = 1
    """How many pieces a job carries at most, one after another in its numbers."""
    needs_clock: bool = True
    """Whether it waits while the host's clock cannot be trusted, because it acts on the time."""


def by_kind(work: Sequence[DueWork]) -> Mapping[str, DueWork]:
    """Give the table of all work.

    Raises:
        ValueError: two have the same kind.
    """
    table = {each.kind: each for each in work}
    if len(table) != len(work):
        msg = "each kind of work is handled in one place only"
        raise ValueError(msg)
    return table
