"""Conversations: what an account sent to one number and what came from it, by two indexes.

Nothing of them is stored: ``contents`` finds a number's messages, the message log and the inbox
know whose each is. So what is erased is gone from here, too (decision 65).
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, func, literal, literal_column, select

from application.ports.queries import NEWEST, Older, Said, Thread, ThreadList, ThreadPage
from domain.contents import ContentKind
from domain.values import Instant
from projections import inbox, message_log
from projections.inbox import INBOX, PIECES
from projections.message_log import MESSAGES
from projections.tables import CONTENTS, is_content

SLICE: Final = 500
"""Messages of an account, and as many that came for it, which one look goes through."""
REACH: Final = 10_000
"""So many of its newest messages have the list of an account's conversations."""
OTHERS_MAX: Final = 5_000
"""Messages of all accounts to one number that one question goes through."""
BLOCK_BITS: Final = 9
"""As many low bits of a number a block has: the index ``contents_msisdn`` says the same."""
FIRST_PORTION: Final = 64
PORTION_MAX: Final = 2_048
"""Blocks that one look goes through: of a million messages."""

_BLOCK: Final = CONTENTS.c.number.op(">>")(literal_column(str(BLOCK_BITS)))


class _Talk(NamedTuple):
    """One message: ``place`` orders its stream, ``number`` is its own."""

    at: Instant
    is_sent: bool
    place: int
    number: int
    msisdn: str | None

    def after(self, older: Older) -> Older:
        """Give where to go on behind it."""
        if self.is_sent:
            return replace(older, sent=self.place)
        return replace(older, came=self.place)


class _Stream(NamedTuple):
    """What was sent, or what came, newest first, as far as was looked."""

    talks: Sequence[_Talk]
    until: int | None = None
    """Where it goes on; None at its end."""
    since: Instant | None = None
    """Nothing younger is missing; None where nothing is."""


def thread(
    connection: Connection, account: int, msisdn: str, *, before: Older, limit: int
) -> ThreadPage:
    """Give a page of what an account and a number said to each other."""
    asked = partial(_with_number, connection, account, msisdn, limit=limit + 1)
    sent = asked(ContentKind.MESSAGE, before=before.sent)
    came = asked(ContentKind.INBOUND, before=before.came)
    talks: list[_Talk] = []
    older: Older | None = before
    for talk, after in _merged(sent, came, before):
        if talk is not None and len(talks) == limit:
            break
        if talk is not None:
            talks.append(talk)
        older = after
    else:
        if sent.until is None and came.until is None:
            older = None
    return ThreadPage(_said(connection, talks), older)


def page(connection: Connection, account: int, *, before: Older, limit: int) -> ThreadList:
    """Give a page of an account's conversations, those with the newest message first."""
    found: list[_Talk] = []
    seen: set[str] = set()
    older = NEWEST
    for talk, after in _all(connection, account):
        if talk.msisdn is not None and talk.msisdn not in seen:
            seen.add(talk.msisdn)
            if talk.place < (before.sent if talk.is_sent else before.came):
                if len(found) == limit:
                    return ThreadList(_threads(connection, found), older)
                found.append(talk)
        older = after
    return ThreadList(_threads(connection, found), None)


def _merged(sent: _Stream, came: _Stream, older: Older) -> Iterator[tuple[_Talk | None, Older]]:
    """Give both in order of time, each with where to go on behind it; None at the end.

    It ends where one of them may have something younger than the other's next.
    """
    since = max((one.since for one in (sent, came) if one.since is not None), default=None)
    for talk in heapq.merge(sent.talks, came.talks, key=attrgetter("at"), reverse=True):
        if since is not None and talk.at < since:
            break
        older = talk.after(older)
        yield talk, older
    if sent.until is not None and sent.since == since:
        older = replace(older, sent=sent.until)
    if came.until is not None and came.since == since:
        older = replace(older, came=came.until)
    yield None, older


def _filled(talks: Sequence[_Talk], most: int) -> _Stream:
    """Make the stream of rows of which at most so many were asked for."""
    if len(talks) < most:
        return _Stream(talks)
    return _Stream(talks, talks[-1].place, min(talk.at for talk in talks))


# -- one number -----------------------------------------------------------------------------------


_SENT: Final = select(MESSAGES.c.queued_at, MESSAGES.c.number)
_CAME: Final = select(PIECES.c.received_at, INBOX.c.number).join(
    PIECES, PIECES.c.number == INBOX.c.number
)


def _with_number(
    connection: Connection, account: int, msisdn: str, kind: ContentKind, *, before: int, limit: int
) -> _Stream:
    """Give what an account sent to a number, or what came for it from there."""
    is_sent = kind is ContentKind.MESSAGE
    told, whose = (_SENT, MESSAGES) if is_sent else (_CAME, INBOX)
    talks: list[_Talk] = []
    looked = 0
    for numbers in _numbers(connection, kind, msisdn, before=before):
        own = told.where(whose.c.number.in_(numbers), whose.c.account == account)
        for at, number in connection.execute(own.order_by(whose.c.number.desc())):
            talks.append(_Talk(Instant(at), is_sent, number, number, msisdn))
        looked += len(numbers)
        if len(talks) >= limit:
            return _filled(talks[:limit], limit)
        if looked >= OTHERS_MAX:
            until = numbers[-1]
            row = connection.execute(told.where(whose.c.number == until)).first()
            ages = [Instant(0 if row is None else row[0]), *(talk.at for talk in talks)]
            return _Stream(talks, until, min(ages))
    return _Stream(talks)


def _numbers(
    connection: Connection, kind: ContentKind, msisdn: str, *, before: int
) -> Iterator[Sequence[int]]:
    """Number the contents of a kind beside a mobile number, newest first, in portions.

    The index has them by block, so that each block is one look into it, whether it has one or not.
    """
    newest, oldest = (
        connection.scalar(select(end(CONTENTS.c.number)).where(CONTENTS.c.kind == kind.value)) or 0
        for end in (func.max, func.min)
    )
    last = min(newest, before - 1) >> BLOCK_BITS
    portion = FIRST_PORTION
    while last >= oldest >> BLOCK_BITS:
        first = max(last - portion + 1, 0)
        blocks = select(literal(last, BigInteger).label("block")).cte("blocks", recursive=True)
        blocks = blocks.union_all(select(blocks.c.block - 1).where(blocks.c.block > first))
        wanted = (
            select(CONTENTS.c.number)
            .select_from(blocks)
            .join(CONTENTS, (CONTENTS.c.kind == kind.value) & (blocks.c.block == _BLOCK))
            .where(CONTENTS.c.msisdn == msisdn, CONTENTS.c.number < before)
            .order_by(blocks.c.block.desc(), CONTENTS.c.number.desc())
            .limit(OTHERS_MAX)
        )
        numbers = connection.scalars(wanted).all()
        if numbers:
            yield numbers
        last, portion = first - 1, min(4 * portion, PORTION_MAX)


# -- all of an account ----------------------------------------------------------------------------


def _all(connection: Connection, account: int) -> Iterator[tuple[_Talk, Older]]:
    """Give the newest messages of an account, with where it goes on behind each."""
    older = NEWEST
    for _ in range(REACH // SLICE):
        sent = _filled(_sent(connection, account, before=older.sent), SLICE)
        came = _filled(_came(connection, account, before=older.came), SLICE)
        for talk, after in _merged(sent, came, older):
            older = after
            if talk is not None:
                yield talk, older
        if sent.until is None and came.until is None:
            return


def _sent(connection: Connection, account: int, *, before: int) -> Sequence[_Talk]:
    place = MESSAGES.c.position
    wanted = (
        select(MESSAGES.c.queued_at, place, MESSAGES.c.number, CONTENTS.c.msisdn)
        .join(CONTENTS, is_content(ContentKind.MESSAGE, MESSAGES.c.number), isouter=True)
        .where(MESSAGES.c.account == account, place < before)
    )
    return _newest(connection, wanted.order_by(place.desc()), is_sent=True)


def _came(connection: Connection, account: int, *, before: int) -> Sequence[_Talk]:
    place = INBOX.c.number
    wanted = (
        select(PIECES.c.received_at, place, place.label("own"), CONTENTS.c.msisdn)
        .join(PIECES, PIECES.c.number == place)
        .join(CONTENTS, is_content(ContentKind.INBOUND, place), isouter=True)
        .where(INBOX.c.account == account, place < before)
    )
    return _newest(connection, wanted.order_by(place.desc()), is_sent=False)


def _newest(connection: Connection, wanted: Select[Any], *, is_sent: bool) -> Sequence[_Talk]:
    rows = connection.execute(wanted.limit(SLICE))
    return [
        _Talk(Instant(at), is_sent, place, number, msisdn) for at, place, number, msisdn in rows
    ]


# -- what they say --------------------------------------------------------------------------------


def _threads(connection: Connection, talks: Sequence[_Talk]) -> Sequence[Thread]:
    said = _said(connection, talks)
    return [Thread(str(talk.msisdn), last) for talk, last in zip(talks, said, strict=True)]


def _said(connection: Connection, talks: Sequence[_Talk]) -> Sequence[Said]:
    numbers: dict[bool, list[int]] = {True: [], False: []}
    for talk in talks:
        numbers[talk.is_sent].append(talk.number)
    sent = {one.number: one for one in message_log.entries_of(connection, numbers[True])}
    came = {one.number: one for one in inbox.messages_of(connection, numbers[False])}
    return [
        Said(talk.at, sent[talk.number] if talk.is_sent else came[talk.number]) for talk in talks
    ]
