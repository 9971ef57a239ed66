"""``/audit/export``: the log in a file for auditors, made while they wait, and downloaded."""

import re
from functools import partial
from typing import Any, Final

from api.http.presence import missing
from api.http.wire import Answer
from api.pages.looking import staff
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Row, Table
from api.pages.visit import Visit
from api.pages.words import say
from application.ports import ExportShown, ExportState
from domain.errors import NotFound
from domain.public_ids import iso_time_or_none
from domain.written import NUMBER_MAX, check_whole

PATH: Final = "/audit/export"
LIVE: Final = f"{PATH}/live"
ZIP_TYPE: Final = b"application/zip"
MEBIBYTE: Final = 1 << 20
PERCENT: Final = 100

_ASKED: Final = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,17})")


def _told(row: Row) -> str:
    return say("export.ready") if row["state"] == ExportState.READY else str(row["why"])


COLUMNS: Final = (
    Column("from", "number"),
    Column("to", "number"),
    Column("state", "state"),
    Column("progress"),
    Column("mebibytes", "number"),
    Column("made_at", "when"),
    Column("told", value=_told),
)


async def show_exports(visit: Visit) -> View | Answer:
    """Show what there is, and what can be asked for; with ``download`` give a file."""
    actor = await staff(visit, "export")
    if wanted := visit.query.get("download"):
        return await _file(visit, wanted)
    table = await _table(visit)
    head = await visit.front.read(actor.account, visit.front.system.store.head)
    return View("export.html", {"head": head, "live": LIVE, **_live(table)}, table=table)


async def live_exports(visit: Visit) -> View:
    """Show the piece that changes while one is made; it tells no more than the page did."""
    table = await _table(visit)
    return View("export_list.html", _live(table), table=table)


async def begin(visit: Visit) -> Done:
    """Begin one; that somebody did is on record."""
    actor = await staff(visit, "export")
    first = _position(visit, "from") or 1
    start = partial(visit.front.system.exports.begin, first, _position(visit, "to"))
    await visit.front.read(actor.account, start)
    return Done(PATH)


def _position(visit: Visit, name: str) -> int | None:
    if missing(visit.fields, name) or visit.fields[name] == "":
        return None
    return check_whole(visit.fields[name], name, least=1, most=NUMBER_MAX)


async def _file(visit: Visit, wanted: str) -> Answer:
    """Give an export that is ready.

    Raises:
        NotFound: there is none.
    """
    asked = _ASKED.fullmatch(wanted)
    if asked is None:
        msg = "There is no such export."
        raise NotFound(msg)
    first, last = int(asked[1]), int(asked[2])
    open_it = partial(visit.front.system.exports.open, first, last)
    file = await visit.front.read(visit.who.account, open_it)
    named = f'attachment; filename="ngoma-{first}-{last}.zip"'.encode()
    headers = ((b"content-disposition", named), (b"x-content-type-options", b"nosniff"))
    return Answer(200, b"", headers, content_type=ZIP_TYPE, file=file)


async def _table(visit: Visit) -> Table:
    found = await visit.front.read(visit.who.account, visit.front.system.exports.shown)
    rows = [_row(one) for one in found]
    return Table(name="exports", path=PATH, query={}, columns=COLUMNS, rows=rows)


def _row(one: ExportShown) -> dict[str, Any]:
    done = None
    if one.reached is not None:
        done = f"{PERCENT * (one.reached - one.first + 1) // (one.last - one.first + 1)} %"
    return {
        "from": one.first,
        "to": one.last,
        "state": one.state.value,
        "progress": done,
        "mebibytes": None if one.size_bytes is None else -(-one.size_bytes // MEBIBYTE),
        "made_at": iso_time_or_none(one.made_at),
        "why": one.why,
        "download": f"{PATH}?download={one.first}-{one.last}",
    }


def _live(table: Table) -> dict[str, Any]:
    return {"is_over": all(row["state"] != ExportState.UNDER_WAY for row in table.rows)}


EXPORT: Final = (
    Page(path=PATH, name="export", who=Who.AUDITOR, show=show_exports, acts={"export": begin}),
    Page(path=LIVE, name="export_live", who=Who.AUDITOR, show=live_exports, is_fragment=True),
)
