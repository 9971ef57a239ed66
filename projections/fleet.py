"""The SIMs: where each one is, whether it may be used, what it has sent, and its airtime."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Table, Text, select

from application.ports.queries import AirtimeRow, BegunRow, PhoneRow, SimRow
from domain.contents import CardNote, ContentKind
from domain.days import counts_for, day_of
from domain.values import Instant, Network
from projections.tables import CONTENTS, READ, changing, fixed, is_content, key

SIMS: Final = Table(
    "fleet_sims",
    READ,
    key("number"),
    changing("network", Text),
    changing("modem", Text, nullable=True),
    changing("imei", Text, nullable=True),
    changing("host", Text, nullable=True),
    changing("fence"),
    changing("came_online", Boolean),
    changing("offline_reason", Text, nullable=True),
    changing("quarantined", Boolean),
    changing("quarantine_reason", Text, nullable=True),
    changing("since"),
    changing("sent_segments"),
    changing("sent_messages"),
)
"""``since`` is the time of the last change of state; ``sent_…`` count messages that were Sent."""

USE: Final = Table("fleet_use", READ, key("sim"), changing("day"), changing("begun"))
"""How many segments a SIM began on ``day``, the last day in Lusaka on which it began any.

Each attempt begins one, and each accepted segment with more to follow the next. One that then
did not leave stays counted, so the count is never less than what was on the air. A phone takes
messages whole: one counts as a segment when it is given, and with all of them once it is sent.
"""

LATELY: Final = Table("fleet_lately", READ, key("sim"), changing("begun", Text))
"""What each SIM in a phone was given last, as ``MESSAGE@INSTANT`` with spaces between.

No more of it than its pace can hold: each is a segment at least.
"""

AIRTIME: Final = Table(
    "fleet_airtime",
    READ,
    key("sim"),
    changing("asked_at"),
    changing("told_at", nullable=True),
    changing("ngwee", nullable=True),
    changing("words", nullable=True),
    changing("why_not", Text, nullable=True),
)
"""What each network said of a SIM's airtime; ``words`` is the number of the content that it said.

``why_not`` is why it said nothing when it was asked last; the rest is then of before.
"""

PHONES: Final = Table(
    "fleet_phones",
    READ,
    key("number"),
    fixed("device", Text),
    fixed("enrolled_at"),
    changing("slots", Text),
    changing("revoked_at", nullable=True),
)
"""Phones that were enrolled; ``slots`` as ``SLOT=NETWORK`` with spaces between."""

_WORDS = CONTENTS.alias("network_words")
_AIRTIME_COLUMNS = (
    AIRTIME.c.asked_at,
    AIRTIME.c.told_at,
    AIRTIME.c.ngwee,
    AIRTIME.c.why_not,
    _WORDS.c.body.label("words"),
)
_SAID = is_content(ContentKind.NETWORK_WORDS, AIRTIME.c.words, among=_WORDS)


_FLEET = (
    select(SIMS)
    .add_columns(CONTENTS.c.msisdn, CONTENTS.c.body, USE.c.day, USE.c.begun, *_AIRTIME_COLUMNS)
    .join(USE, USE.c.sim == SIMS.c.number, isouter=True)
    .join(AIRTIME, AIRTIME.c.sim == SIMS.c.number, isouter=True)
    .join(_WORDS, _SAID, isouter=True)
    .join(CONTENTS, is_content(CardNote.kind, SIMS.c.number), isouter=True)
    .order_by(SIMS.c.number)
)


def sims(connection: Connection, now: Instant) -> Sequence[SimRow]:
    """List the fleet, by number."""
    return [_sim(row._mapping, now) for row in connection.execute(_FLEET)]


def airtime(connection: Connection, sim: int) -> AirtimeRow | None:
    """Give what is known of a SIM's airtime."""
    found = (
        select(*_AIRTIME_COLUMNS)
        .select_from(AIRTIME)
        .join(_WORDS, _SAID, isouter=True)
        .where(AIRTIME.c.sim == sim)
    )
    row = connection.execute(found).first()
    return None if row is None else _airtime(row._mapping)


def begun_on(connection: Connection, day: int, *, sim: int) -> int:
    """Count the segments that a SIM began on a day in Lusaka, or on the next."""
    row = connection.execute(select(USE.c.day, USE.c.begun).where(USE.c.sim == sim)).first()
    return row.begun if row is not None and counts_for(row.day, day) else 0


def begun_lately(connection: Connection, sim: int) -> Sequence[BegunRow]:
    """List what a SIM in a phone was given, oldest first."""
    begun = connection.execute(select(LATELY.c.begun).where(LATELY.c.sim == sim)).scalar() or ""
    pairs = [each.split("@") for each in begun.split()]
    return [BegunRow(int(number), Instant(int(at))) for number, at in pairs]


def phones(connection: Connection) -> Sequence[PhoneRow]:
    """List the phones, by number."""
    found = connection.execute(select(PHONES).order_by(PHONES.c.number))
    return [PhoneRow(**{**row._mapping, "slots": tuple(row.slots.split())}) for row in found]


def _sim(row: Any, now: Instant) -> SimRow:
    card = CardNote.read(row["body"])
    return SimRow(
        number=row["number"],
        network=Network(row["network"]),
        modem=row["modem"],
        msisdn=row["msisdn"],
        iccid=card.iccid,
        imsi=card.imsi,
        imei=row["imei"],
        host=row["host"],
        fence=row["fence"],
        came_online=row["came_online"],
        quarantined=row["quarantined"],
        reason=row["quarantine_reason"] if row["quarantined"] else row["offline_reason"],
        since=row["since"],
        sent_segments=row["sent_segments"],
        sent_messages=row["sent_messages"],
        begun_today=row["begun"] if row["day"] == day_of(now) else 0,
        airtime=None if row["asked_at"] is None else _airtime(row),
    )


def _airtime(row: Any) -> AirtimeRow:
    return AirtimeRow(
        **{name: row[name] for name in ("asked_at", "told_at", "ngwee", "words", "why_not")}
    )
