"""Messages that came in: put together, given to whose they are, STOP heard, words answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command, Execute, Preparing
from application.books.contents import SALT_BYTES
from application.books.digests import Digests
from application.books.due import DueWork, Ids
from application.books.reader import Reader
from application.messages.answering import Answer, Answering
from application.messages.suppressing import Suppressible, lift, suppress
from application.ports import Clock
from application.ports.queries import Queries
from domain.days import DAY_S
from domain.gathering import JOIN_S, Letter, gathered
from domain.inbound import Inbound, Word
from domain.message import Message, message_id
from domain.opt_out_words import word_in
from domain.values import SECOND, Instant

PIECES_MAX: Final = 2_000
"""Pieces looked at in a round; a long message has at most 255."""
REPLY_DAYS: Final = 7
"""So long after a message what its recipient writes is an answer to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a message that came in turned out to be."""

    missing: int
    account: int | None
    word: Word | None
    whom: Suppressible | None
    """Who wrote it, and to whom; None where a word from there changes nothing."""
    answer: Answer | None = None
    """What its account has itself answered for by a keyword; None is nothing."""


class GatherInbound(Command[bool]):
    """Note which pieces are one message, and whose; a word in it is done at once."""

    def __init__(
        self, first: UUID, others: Sequence[UUID], gathered: Gathered, *, at: Instant
    ) -> None:
        self.at = at
        self._first = first
        self._others = others
        self._gathered = gathered
        self._suppression = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw the number and the salt of a suppression, where there may be one."""
        if self._gathered.word is Word.STOP:
            self._suppression = tools.numbers.take("suppression")
            self._salt = tools.randomness.token(SALT_BYTES)
        if self._gathered.answer is not None:
            self._gathered.answer.prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The pieces, the writer's suppression where there is a word, what an answer touches."""
        yield self._first
        yield from self._others
        if self._gathered.word is not None and self._gathered.whom is not None:
            yield self._gathered.whom.id
        if self._gathered.answer is not None:
            yield from self._gathered.answer.touches()

    def decide(self, books: Books) -> bool:
        """Note it; False when nothing is new.

        Raises:
            TooLate: the keyword that answers it was changed meanwhile.
        """
        found = self._gathered
        first = books.get(Inbound, self._first)
        if found.answer is not None and not first.is_gathered:
            found.answer.require_current(books)
        is_new = first.gather(
            missing=found.missing, account=found.account, word=found.word, at=self.at
        )
        books.record(first)
        others = [books.get(Inbound, other) for other in self._others]
        joined = [other.join(first.number, at=self.at) for other in others]
        for other in others:
            books.record(other)
        if is_new and found.whom is not None:
            self._obey(books, found.whom, first.number)
        if is_new and found.answer is not None:
            found.answer.give(books, inbound=first.number, at=self.at)
        return is_new or any(joined)

    def _obey(self, books: Books, whom: Suppressible, inbound: int) -> None:
        match self._gathered.word:
            case Word.STOP:
                suppress(
                    books,
                    whom,
                    number=self._suppression,
                    salt=self._salt,
                    inbound=inbound,
                    at=self.at,
                )
            case Word.START:
                lift(books, whom, inbound=inbound, at=self.at)


class InboxWork:
    """Puts together what came in, and finds out whose it is."""

    def __init__(
        self,
        queries: Queries,
        reader: Reader,
        digests: Digests,
        clock: Clock,
        answering: Answering,
        *,
        reply_days: int = REPLY_DAYS,
    ) -> None:
        self._queries = queries
        self._reader = reader
        self._digests = digests
        self._clock = clock
        self._answering = answering
        self._reply_days = reply_days

    def work(self) -> Sequence[DueWork]:
        """Give it as a kind of work."""
        return (
            DueWork(kind="inbound.gather", due=self.due, handle=self.handle, needs_clock=False),
        )

    def due(self, now: Instant, limit: int) -> Iterable[Ids]:
        """Name messages that are whole, or whose time is over: the first piece, and all others."""
        since = Instant(now - JOIN_S * SECOND)
        letters = gathered(self._queries.pieces(since, limit=PIECES_MAX))
        ready = [letter for letter in letters if letter.new and letter.is_ready(now)]
        return [_ids(letter) for letter in ready[:limit]]

    def handle(self, ids: Ids, execute: Execute) -> bool:
        """Note one; False when the read models are not so far that it could be said whose."""
        letters = gathered(self._queries.pieces_of(ids))
        letter = next((one for one in letters if one.first == ids[0]), None)
        if letter is None or not letter.new:
            return False
        numbers = [letter.first, *(number for number in letter.new if number != letter.first)]
        records = self._queries.inbound_ids(numbers)
        position = max(position for _, position in records)
        if not self._queries.reached(position, timeout_s=0.0, projection="reports"):
            return False
        (first, _), *others = records
        at = self._clock.now()
        made_of = self._made_of(letter, at)
        return execute(GatherInbound(first, [other for other, _ in others], made_of, at=at))

    def _made_of(self, letter: Letter, at: Instant) -> Gathered:
        piece = letter.pieces[0]
        account = self._account(letter)
        text = "".join(one.body or "" for one in letter.pieces)
        word = None if letter.missing else word_in(text)
        is_number = (piece.sender or "").startswith("+")
        whom = answer = None
        if account is not None and piece.sender and is_number:
            if word is not None:
                whom = Suppressible.of(self._digests, account, piece.sender)
            elif self._may_be_answered(letter):
                answer = self._answering.find(account, piece.sender, text, at=at)
        return Gathered(
            missing=letter.missing, account=account, word=word, whom=whom, answer=answer
        )

    @staticmethod
    def _may_be_answered(letter: Letter) -> bool:
        """Whether it is whole, and new: what was shown once got its answer then, or none."""
        return not letter.missing and all(one.first is None for one in letter.pieces)

    def _account(self, letter: Letter) -> int | None:
        """Give whose answer it is: of who last wrote to that number by that SIM."""
        piece = min(letter.pieces, key=lambda one: one.number)
        if piece.sender is None:
            return None
        since = Instant(piece.at - self._reply_days * DAY_S * SECOND)
        number = self._queries.last_sent(piece.sim, piece.sender, since=since, until=piece.at)
        message = None if number is None else self._reader.find(Message, message_id(number))
        return None if message is None else message.account


def _ids(letter: Letter) -> Ids:
    others = {piece.number for piece in (*letter.pieces, *letter.repeated)} - {letter.first}
    return (letter.first, *sorted(others))
