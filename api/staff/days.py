"""Finance over HTTP: sheets and their signatures, locks, ages, and files to take along."""

import io
from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any, Final, NamedTuple

from api import schemas
from api.http.fields import read_fields, read_query
from api.http.presence import missing, read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from api.staff.door import admit_staff, look
from api.staff.fields import read_choice, read_page_size, read_reason, read_yes
from application.money.days import ReopenPeriod, lock_period, sign_sheet
from application.money.exports import ExportKind, Wanted, export, require_export
from application.money.sheets import Sheet, sheets
from application.ports.queries import PeriodRow
from application.ports.tables import Format, Table
from domain.ageing import bucket_name
from domain.errors import InvalidRequest
from domain.period import PeriodState
from domain.provider_account import ProviderAccount, provider_account
from domain.public_ids import iso_time_or_none
from domain.sheet import bounds_of, check_day, check_period, day_named

WALLET: Final = "main"
ROWS_MAX: Final = 50_000
"""Rows of a file over HTTP, which is made in memory; the command line has no such bound."""
MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class _Which(NamedTuple):
    """A wallet's period, as a body names it."""

    account: ProviderAccount
    period: str


def _read_which(fields: Mapping[str, Any]) -> _Which:
    require(fields, "provider", "date")
    wallet = WALLET if missing(fields, "wallet") else read_text(fields, "wallet")
    account = provider_account(read_text(fields, "provider"), wallet)
    return _Which(account, check_period(read_text(fields, "date")))


# -- sheets ---------------------------------------------------------------------------------------


async def show(front: Front, call: Call) -> Answer:
    """Show the sheets of a period."""
    actor = await admit_staff(front, call)
    query = read_query(call)
    period = check_period(query.get("date") or day_named(front.system.clock.now()))
    await look(front, actor, "sheet")
    found = await front.read_newest(
        actor.account,
        "days",
        lambda: sheets(
            front.system.queries,
            period,
            provider=query.get("provider") or None,
            wallet=query.get("wallet") or None,
        ),
    )
    return answer(schemas.Sheets(data=list(map(_sheet, found))))


async def sign(front: Front, call: Call) -> Answer:
    """Prepare a sheet or, as another person, sign it off."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    which = _read_which(fields)
    note = "" if missing(fields, "note") else read_reason({"reason": fields["note"]})
    system = front.system
    command = await front.read_newest(
        actor.account,
        "days",
        partial(
            sign_sheet,
            *which,
            queries=system.queries,
            position=system.store.head(),
            note=note,
            is_anew=read_yes(fields, "prepare"),
            actor=actor,
            at=system.clock.now(),
        ),
    )
    return _standing(which, await front.run(command))


async def lock(front: Front, call: Call) -> Answer:
    """Lock a period that is over and signed off."""
    actor, which = await admit_staff(front, call), _read_which(read_fields(call))
    queries, at = front.system.queries, front.system.clock.now()
    command = await front.read_newest(
        actor.account, "days", partial(lock_period, *which, queries=queries, actor=actor, at=at)
    )
    return _standing(which, await front.run(command))


async def reopen(front: Front, call: Call) -> Answer:
    """Open a period again."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    which, reason, at = _read_which(fields), read_reason(fields), front.system.clock.now()
    reopened = ReopenPeriod(*which, actor=actor, reason=reason, at=at)
    return _standing(which, await front.run(reopened))


async def periods(front: Front, call: Call) -> Answer:
    """List the periods that somebody began to close."""
    actor = await admit_staff(front, call)
    query = read_query(call)
    limit, after = read_page_size(query), query.get("after") or ""
    await look(front, actor, "periods")
    rows = await front.read_newest(
        actor.account,
        "days",
        lambda: front.system.queries.periods(None, after=after, limit=limit),
    )
    return answer(
        schemas.Periods(
            data=[_period(row) for row in rows],
            next_after=rows[-1].period if len(rows) == limit else None,
        )
    )


def _standing(which: _Which, state: PeriodState) -> Answer:
    provider, _, wallet = which.account.partition("/")
    return answer(
        schemas.PeriodStanding(provider=provider, wallet=wallet, date=which.period, state=state)
    )


def _sheet(one: Sheet) -> schemas.Sheet:
    provider, _, wallet = one.provider_account.partition("/")
    figures = one.figures
    return schemas.Sheet(
        provider=provider,
        wallet=wallet,
        date=one.period,
        state=one.state,
        book_ngwee=figures.book_ngwee,
        in_transit_ngwee=figures.in_transit_ngwee,
        explained_ngwee=figures.explained_ngwee,
        unidentified_ngwee=figures.unidentified_ngwee,
        expected_ngwee=figures.expected_ngwee,
        statement_ngwee=figures.statement_ngwee,
        unexplained_ngwee=figures.unexplained_ngwee,
        changed_since=one.has_changed,
        **_closing(one.closing),
    )


def _period(row: PeriodRow) -> schemas.PeriodShown:
    provider, _, wallet = row.provider_account.partition("/")
    return schemas.PeriodShown(
        provider=provider,
        wallet=wallet,
        date=row.period,
        state=PeriodState(row.state),
        statement_ngwee=None if row.figures is None else row.figures.statement_ngwee,
        unexplained_ngwee=None if row.figures is None else row.figures.unexplained_ngwee,
        **_closing(row),
    )


def _closing(row: PeriodRow | None) -> Mapping[str, Any]:
    return {
        "prepared_by": None if row is None else row.preparer,
        "prepared_at": None if row is None else iso_time_or_none(row.prepared_at),
        "note": None if row is None else row.note,
        "signed_off_by": None if row is None else row.approver,
        "signed_off_at": None if row is None else iso_time_or_none(row.signed_at),
        "locked_by": None if row is None else row.locked_by,
        "locked_at": None if row is None else iso_time_or_none(row.locked_at),
    }


# -- ages and files -------------------------------------------------------------------------------


async def ageing(front: Front, call: Call) -> Answer:
    """Say how much is open for how many days."""
    actor = await admit_staff(front, call)
    query = read_query(call)
    day = check_day(query.get("as_of") or day_named(front.system.clock.now()), field="as_of")
    await look(front, actor, "ageing")
    rows = await front.read_newest(
        actor.account, "days", partial(front.system.queries.ages, bounds_of(day)[1])
    )
    ages = []
    for (what, account), group in groupby(rows, key=lambda row: (row.kind, row.provider_account)):
        provider, _, wallet = account.partition("/")
        its = list(group)
        ages.append(
            schemas.Age(
                what=what,
                provider=provider,
                wallet=wallet,
                count=sum(row.count for row in its),
                amount_ngwee=sum(row.amount_ngwee for row in its),
                buckets=[
                    schemas.AgeBucket(
                        days=bucket_name(row.days_least, row.days_most),
                        count=row.count,
                        amount_ngwee=row.amount_ngwee,
                    )
                    for row in its
                ],
            )
        )
    return answer(schemas.Ages(as_of=day, data=ages))


async def take_along(front: Front, call: Call) -> Answer:
    """Write a table as a file."""
    actor = await admit_staff(front, call)
    query = dict(read_query(call))
    kind = ExportKind(read_choice({"kind": "sheets", **query}, "kind", list(ExportKind)))
    form = Format(read_choice({"format": "csv", **query}, "format", list(Format)))
    first, last = query.get("from") or None, query.get("to") or None
    last = check_day(last or first or day_named(front.system.clock.now()), field="to")
    wanted = Wanted(
        first=check_day(first or last, field="from"),
        last=last,
        provider=query.get("provider") or None,
        wallet=query.get("wallet") or None,
    )
    await look(front, actor, "export")
    await front.read(actor.account, partial(require_export, front.system.reader, actor, kind))
    body = await front.read_newest(
        actor.account, "days", partial(_written, front, kind, wanted, form)
    )
    name = f'attachment; filename="{kind.value}-{last}.{form.value}"'.encode()
    headers = ((b"content-disposition", name),)
    return Answer(200, body, headers, content_type=MEDIA_TYPES[form].encode())


def _written(front: Front, kind: ExportKind, wanted: Wanted, form: Format) -> bytes:
    table = export(front.system.queries, kind, wanted)
    into = io.BytesIO()
    front.system.write_table(Table(table.name, table.columns, _bounded(table)), form, into)
    return into.getvalue()


def _bounded(table: Table) -> Any:
    for number, row in enumerate(table.rows):
        if number == ROWS_MAX:
            msg = f"A file holds {ROWS_MAX:,} rows here: ask for less time, or use the command."
            raise InvalidRequest(msg, field="to")
        yield row
