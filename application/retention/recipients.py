"""Erasing all that is kept beside one number, at the request of whose it is."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from application.books.actors import Actor
from application.books.committer import Committer
from application.books.reader import Reader
from application.ports import Store
from application.ports.queries import Queries
from application.retention.erasure import MESSAGES_MAX, EraseMessages
from application.retention.payers import ErasePayers, Payers
from application.retention.uploads import EraseUploads, lists_naming
from domain.contents import ContentKind
from domain.errors import InvalidRecipient, InvalidRequest
from domain.message import Extent
from domain.msisdn import Msisdn, normalise
from domain.values import Instant

BATCHES_MAX: Final = 100_000
DIGITS_MIN: Final = 7
"""A reason with this many of a number's digits would keep the number."""

_OF_NUMBERS: Final = (
    ContentKind.MESSAGE,
    *(ContentKind.TOP_UP, ContentKind.LINE, ContentKind.CALLBACK),
    *(ContentKind.INBOUND, ContentKind.SUPPRESSION, ContentKind.PORTED),
)
"""What is kept beside a number, messages to it first."""


class OfNumber(NamedTuple):
    """What is kept beside a number, or was erased."""

    messages: int = 0
    others: int = 0
    """Payers, what came in from it, that it opted out, that it was ported."""
    lists: int = 0
    """Uploaded lists that name it; they go whole."""
    left_open: int = 0
    """These are still to be sent, or paid: they can be erased once they ended."""

    @property
    def entries(self) -> int:
        """How much of everything was looked at."""
        return sum(self)


def number_to_erase(written: str, reason: str) -> Msisdn:
    """Read the number that somebody wants to be forgotten; the reason must not keep it.

    Raises:
        InvalidRequest: it is none, or the reason holds it.
    """
    try:
        msisdn = normalise(written)
    except InvalidRecipient as error:
        raise InvalidRequest(str(error), field="number") from error
    digits = "".join(character for character in reason if character.isdigit())
    if msisdn[-DIGITS_MIN:] in digits:
        msg = "The reason must not hold the number: it is kept."
        raise InvalidRequest(msg, field="reason")
    return msisdn


def kept_of(store: Store, msisdn: str) -> Iterator[tuple[ContentKind, Sequence[int]]]:
    """Give all that is kept beside a number, a batch of one kind at each step.

    Raises:
        StoreDown: it cannot be read.
    """
    for kind in _OF_NUMBERS:
        after = 0
        for _ in range(BATCHES_MAX):
            found = store.contents_of(kind, msisdn, after=after, limit=MESSAGES_MAX)
            if not found:
                break
            yield kind, found
            after = found[-1]


def count_of(store: Store, reader: Reader, queries: Queries, msisdn: Msisdn) -> OfNumber:
    """Count what is kept beside a number.

    Raises:
        StoreDown: it cannot be read.
    """
    messages = others = 0
    for kind, numbers in kept_of(store, msisdn):
        if kind is ContentKind.MESSAGE:
            messages += len(numbers)
        else:
            others += len(numbers)
    return OfNumber(messages, others, sum(map(len, lists_naming(queries, reader, store, msisdn))))


def erase_number(
    committer: Committer,
    reader: Reader,
    store: Store,
    queries: Queries,
    msisdn: Msisdn,
    *,
    actor: Actor,
    reason: str,
    now: Callable[[], Instant],
    tell: Callable[[OfNumber], None] = lambda _: None,
) -> OfNumber:
    """Erase all that is kept beside a number, a batch in each command; ``tell`` how far it is.

    Raises:
        NotPermitted: the actor may not.
        StoreDown: it cannot be read or written now; again, it goes on.
    """
    messages = others = lists = left_open = 0
    for kind, numbers in kept_of(store, msisdn):
        if kind is ContentKind.MESSAGE:
            erase = EraseMessages(numbers, what=Extent.ALL, actor=actor, reason=reason, at=now())
            done = committer.execute(erase)
            messages += done.erased
        else:
            done = committer.execute(ErasePayers(Payers(kind, numbers), actor=actor, at=now()))
            others += done.erased
        left_open += done.left_open
        tell(OfNumber(messages, others, lists, left_open))
    for numbers in lists_naming(queries, reader, store, msisdn):
        gone = committer.execute(EraseUploads(numbers, actor=actor, at=now()))
        lists, left_open = lists + gone, left_open + len(numbers) - gone
        tell(OfNumber(messages, others, lists, left_open))
    return OfNumber(messages, others, lists, left_open)
