"""``/finance/statements``: the files of providers that came in, and the way in for the next."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec

from api.http.fields import read_file
from api.pages.looking import staff
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.pages.words import say
from api.staff import statements
from application.ports.queries import ImportRow
from domain.errors import InvalidRequest
from domain.page_sizes import LIST_PAGE
from domain.public_ids import iso_time
from domain.written import NUMBER_MAX, check_whole

PATH: Final = "/finance/statements"
CHOSEN: Final = ("provider", "wallet", "template", "date_format")
"""Fields of the form that say how its file is read."""
REFUSED_SHOWN: Final = 100
TOLD: Final = ("statement_id", "lines", "added", "known", "refused_count", "balanced")
"""What the list says once of an import that was just done."""
COLUMNS: Final = (
    Column("statement_id"),
    Column("wallet"),
    Column("imported_at", "when"),
    Column("lines", "number"),
    Column("added", "number"),
    Column("refused", "number"),
    Column("opening_ngwee", "kwacha"),
    Column("total_ngwee", "kwacha"),
    Column("closing_ngwee", "kwacha"),
    Column("balanced", "state"),
    Column("contiguous", "state"),
    Column("from", "when"),
    Column("until", "when"),
    Column("template"),
    Column("imported_by"),
)
REFUSED_COLUMNS: Final = (Column("row", "number"), Column("why_refused"))


async def show(visit: Visit) -> View:
    """List what imports brought, newest first, above the form for the next."""
    return await _page(visit)


async def preview(visit: Visit) -> View:
    """Say what a file would bring, and take nothing of it."""
    values = await _looked_at(visit)
    if "text/html" in (visit.call.header(b"accept") or ""):
        return await _page(visit, {**values, "is_chosen": False})
    return View("import_preview.html", {**values, "is_chosen": True})


async def take(visit: Visit) -> Done:
    """Import a file, as it was previewed and not otherwise."""
    fields, file = await _read(visit)
    if visit.fields.get("seen") != await _mark(visit, fields, file):
        raise InvalidRequest(say("statements.not_seen"), field="file")
    found = await _ask(visit, {**fields, "dry_run": "false"}, file)
    told = {name: found[name] for name in TOLD}
    return Done(PATH, "statement_imported", once={"imported": told})


async def _page(visit: Visit, looked_at: Mapping[str, Any] | None = None) -> View:
    actor = await staff(visit, "finance_statements")
    query, front = visit.query, visit.front
    before = check_whole(query.get("before") or NUMBER_MAX, "before", least=1, most=NUMBER_MAX)
    wanted = partial(front.system.queries.imports, query.get("wallet") or None)
    found = await front.read_newest(
        actor.account, "receipts", partial(wanted, before=before, limit=LIST_PAGE)
    )
    table = Table(
        name="statements",
        path=PATH,
        query=query,
        columns=COLUMNS,
        rows=[_row(one) for one in found],
        filters=(Filter("wallet"),),
        next=found[-1].place if len(found) == LIST_PAGE else None,
    )
    values = {"found": None, "is_chosen": False, **(looked_at or {})}
    return View("statements.html", {**values, "most": _most(visit)}, table=table)


def _row(one: ImportRow) -> dict[str, Any]:
    return {
        "statement_id": f"stm_{one.number}",
        "wallet": one.provider_account,
        "imported_at": iso_time(one.imported_at),
        "lines": one.lines,
        "added": one.added,
        "refused": one.refused,
        "opening_ngwee": one.opening_ngwee,
        "total_ngwee": one.total_ngwee,
        "closing_ngwee": one.closing_ngwee,
        "balanced": _word("balanced", is_it=one.is_balanced),
        "contiguous": _word("contiguous", is_it=one.is_contiguous),
        "from": iso_time(one.first_at),
        "until": iso_time(one.last_at),
        "template": one.template,
        "imported_by": one.actor,
    }


def _word(name: str, *, is_it: bool) -> str:
    return name if is_it else f"not {name}"


def _most(visit: Visit) -> int:
    """Give the mebibytes that a file may have."""
    return visit.front.system.terms.upload_bytes_max >> 20


async def _looked_at(visit: Visit) -> dict[str, Any]:
    fields, file = await _read(visit)
    found = await _ask(visit, {**fields, "dry_run": "true"}, file)
    shown = found["refused"][:REFUSED_SHOWN]
    refused = Table(
        name="refused_rows",
        path=PATH,
        query={},
        columns=REFUSED_COLUMNS,
        rows=[{"row": one["row"], "why_refused": one["reason"]} for one in shown],
    )
    more = found["refused_count"] - len(shown)
    seen = await _mark(visit, fields, file)
    return {"found": found, "refused": refused, "more_refused": more, "seen": seen}


async def _read(visit: Visit) -> tuple[dict[str, str], bytes]:
    """Read the file, and what the form says of it."""
    given, file = await visit.front.read(visit.who.account, partial(read_file, visit.call, "file"))
    return {name: str(given[name]) for name in CHOSEN if given.get(name)}, file


async def _mark(visit: Visit, fields: Mapping[str, str], file: bytes) -> str:
    """Give what stands for this file, read in this way."""

    def digest() -> str:
        told = msgspec.json.encode(fields, order="sorted")
        return hashlib.sha256(hashlib.sha256(told).digest() + file).hexdigest()

    return await visit.front.read(visit.who.account, digest)


async def _ask(visit: Visit, fields: Mapping[str, str], file: bytes) -> Any:
    actor = await staff(visit)
    answered = await statements.take_file(visit.front, actor, fields, file)
    return msgspec.json.decode(answered.body)["data"]


IMPORTING: Final = (
    Page(
        path=PATH,
        name="statements",
        who=Who.FINANCE,
        show=show,
        acts={"preview": preview, "import": take},
        takes_file=True,
    ),
)
