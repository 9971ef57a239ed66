"""Messages that came in: their PDUs, each a message or a part of one, and whose each message is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Index, Select, Table, Text, func, or_, select

from application.ports.queries import InboundRow
from domain.contents import ContentKind
from domain.gathering import Piece
from domain.inbound import Word
from domain.tpdu.decode import Deliver, decode_deliver
from domain.tpdu.fields import TpduError
from domain.values import Instant
from projections.tables import CONTENTS, READ, changing, fixed, index_when_set, is_content, key

PIECES: Final = Table(
    "inbound_pieces",
    READ,
    key("number"),
    fixed("inbound", Text),
    fixed("sim"),
    fixed("position"),
    fixed("received_at"),
    fixed("reference", nullable=True),
    fixed("part"),
    fixed("of"),
    changing("first", nullable=True),
    changing("waiting_since", nullable=True),
)
"""One row a PDU; ``first`` is the one with which its message begins, once somebody has said.

``inbound`` is the id of its record, in hex; ``waiting_since`` when it came, until then.
"""

index_when_set("inbound_pieces_waiting", PIECES.c.waiting_since, when=PIECES.c.waiting_since)
Index("inbound_pieces_by_age", PIECES.c.received_at)
Index("inbound_pieces_by_first", PIECES.c.first)

INBOX: Final = Table(
    "inbox",
    READ,
    key("number"),
    fixed("account", nullable=True),
    fixed("word", Text, nullable=True),
)
"""One row a message, by the number of the piece with which it begins."""

Index("inbox_by_account", INBOX.c.account, INBOX.c.number)

MISSING: Final = "…"
"""Stands for parts that did not come."""

_SIM = CONTENTS.alias("inbound_sim_content")


def pieces(connection: Connection, since: Instant, *, limit: int) -> Sequence[Piece]:
    """List what waits to be put together, and parts that came since then and do not."""
    waiting = _pieces().where(PIECES.c.waiting_since.is_not(None))
    found = connection.execute(waiting.order_by(PIECES.c.waiting_since).limit(limit))
    told = list(map(_piece, found))
    if all(piece.of == 1 for piece in told):
        return told
    recent = _pieces().where(
        PIECES.c.received_at >= since, PIECES.c.first.is_not(None), PIECES.c.of > 1
    )
    rows = connection.execute(recent.order_by(PIECES.c.received_at.desc()).limit(limit))
    return [*told, *map(_piece, rows)]


def pieces_of(connection: Connection, numbers: Sequence[int]) -> Sequence[Piece]:
    """Find some pieces."""
    return list(map(_piece, connection.execute(_pieces().where(PIECES.c.number.in_(numbers)))))


def ids_of(connection: Connection, numbers: Sequence[int]) -> Sequence[tuple[UUID, int]]:
    """Find the records of some pieces with their positions, in the order of ``numbers``."""
    wanted = select(PIECES.c.number, PIECES.c.inbound, PIECES.c.position)
    rows = connection.execute(wanted.where(PIECES.c.number.in_(numbers)))
    found = {row.number: (UUID(hex=row.inbound), row.position) for row in rows}
    return [found[number] for number in numbers if number in found]


def page(
    connection: Connection, account: int | None, *, unowned: bool, before: int, limit: int
) -> Sequence[InboundRow]:
    """List messages, newest first."""
    wanted = select(INBOX).where(INBOX.c.number < before)
    if unowned:
        wanted = wanted.where(INBOX.c.account.is_(None))
    elif account is not None:
        wanted = wanted.where(INBOX.c.account == account)
    return _messages(connection, wanted.order_by(INBOX.c.number.desc()).limit(limit))


def messages_of(connection: Connection, numbers: Sequence[int]) -> Sequence[InboundRow]:
    """Give messages by their numbers."""
    return _messages(connection, select(INBOX).where(INBOX.c.number.in_(numbers)))


def _messages(connection: Connection, wanted: Select[Any]) -> Sequence[InboundRow]:
    heads = list(connection.execute(wanted))
    parts: dict[int, list[Any]] = defaultdict(list)
    for row in _parts(connection, [head.number for head in heads]):
        parts[row.first].append(row)
    return [_message(head, parts[head.number]) for head in heads]


def as_gathered(connection: Connection, gathered_at: Mapping[int, int]) -> Mapping[int, InboundRow]:
    """Give messages by number as they were put together at a position of the log each.

    Parts that came later are not in them; those that are not followed yet are missing.
    """
    heads = list(connection.execute(select(INBOX).where(INBOX.c.number.in_(list(gathered_at)))))
    parts: dict[int, list[Any]] = defaultdict(list)
    for row in _parts(connection, [head.number for head in heads]):
        if row.position < gathered_at[row.first]:
            parts[row.first].append(row)
    return {head.number: _message(head, parts[head.number]) for head in heads}


def _parts(connection: Connection, firsts: Sequence[int]) -> Iterable[Any]:
    """Read the pieces of messages that begin with some, in their order."""
    return connection.execute(
        _pieces(_SIM.c.msisdn.label("recipient"), PIECES.c.position)
        .join(_SIM, is_content(ContentKind.SIM, PIECES.c.sim, among=_SIM), isouter=True)
        .where(PIECES.c.first.in_(firsts))
        .order_by(PIECES.c.number)
    )


def of_account(connection: Connection, account: int, *, after: int, limit: int) -> Sequence[int]:
    """List the pieces of an account's messages, by number."""
    wanted = (
        select(PIECES.c.number)
        .join(INBOX, INBOX.c.number == PIECES.c.first)
        .where(INBOX.c.account == account, PIECES.c.number > after)
        .order_by(PIECES.c.number)
        .limit(limit)
    )
    return list(connection.execute(wanted).scalars())


def old(
    connection: Connection, before: Instant, *, with_numbers: bool, after: int, limit: int
) -> Sequence[int]:
    """List pieces that came before a time and have something to erase, by number."""
    columns = (CONTENTS.c.body, CONTENTS.c.msisdn, CONTENTS.c.sender)
    is_kept = or_(*(one.is_not(None) for one in columns[: 3 if with_numbers else 1]))
    wanted = (
        select(PIECES.c.number)
        .join(CONTENTS, is_content(ContentKind.INBOUND, PIECES.c.number))
        .where(PIECES.c.received_at < before, PIECES.c.number > after, is_kept)
        .order_by(PIECES.c.number)
        .limit(limit)
    )
    return list(connection.execute(wanted).scalars())


def _pieces(*more: Any) -> Select[Any]:
    columns = (PIECES.c.number, PIECES.c.sim, PIECES.c.reference, PIECES.c.part, PIECES.c.of)
    sender = func.coalesce(CONTENTS.c.msisdn, CONTENTS.c.sender).label("sender")
    return (
        select(*columns, PIECES.c.first, PIECES.c.received_at, sender, CONTENTS.c.body, *more)
        .select_from(PIECES)
        .join(CONTENTS, is_content(ContentKind.INBOUND, PIECES.c.number), isouter=True)
    )


def _piece(row: Any) -> Piece:
    deliver = _read(row.body)
    return Piece(
        number=row.number,
        sim=row.sim,
        sender=row.sender,
        at=Instant(row.received_at),
        reference=row.reference,
        part=row.part,
        of=row.of,
        body=None if deliver is None else deliver.text,
        first=row.first,
    )


def _read(body: str | None) -> Deliver | None:
    try:
        return None if body is None else decode_deliver(bytes.fromhex(body))
    except TpduError:
        return None


def _message(head: Any, rows: Sequence[Any]) -> InboundRow:
    """Put a message together of its pieces, of which the first of each part counts."""
    begins = next(row for row in rows if row.number == head.number)
    by_part = {row.part: row for row in reversed(rows)}
    read = {part: _read(row.body) for part, row in by_part.items()}
    texts = [deliver.text for deliver in read.values() if deliver is not None]
    missing = begins.of - len(by_part)
    return InboundRow(
        number=head.number,
        account=head.account,
        sim=begins.sim,
        received_at=Instant(begins.received_at),
        sender=begins.sender,
        recipient=begins.recipient,
        text=_text(begins.of, {n: d.text for n, d in read.items() if d}) if any(texts) else None,
        is_exact=not missing and all(d is not None and not d.lossy for d in read.values()),
        parts=begins.of,
        missing=missing,
        word=Word(head.word) if head.word else None,
    )


def _text(of: int, texts: dict[int, str]) -> str:
    """Join the parts; as many as are missing in a row leave one mark."""
    pieces: list[str] = []
    for part in range(1, of + 1):
        text = texts.get(part)
        if text is not None or pieces[-1:] != [MISSING]:
            pieces.append(MISSING if text is None else text)
    return "".join(pieces)
