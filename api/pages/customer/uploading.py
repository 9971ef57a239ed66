"""``/app/uploads``: a list of recipients is brought, looked at row by row, sent, and watched."""

from functools import partial
from typing import Any, Final

import msgspec

from api.dialects import extras, uploads
from api.http.fields import read_file
from api.http.wire import Answer
from api.pages.customer.composer import approved_senders, list_bounds, zoned
from api.pages.page import Done, Page, View, Who
from api.pages.tables import CSV, Column, Table
from api.pages.visit import Visit
from api.pages.words import say
from api.routing.route import Endpoint
from domain.page_sizes import LIST_PAGE
from domain.upload.states import UploadState

PATH: Final = "/app/uploads"
ASKED: Final = ("template", "column", "sender_id", "lane", "category", "send_at")
"""Fields of the form that say what becomes of its file."""
LISTS: Final = (
    Column("upload_id", link=lambda row: f"{PATH}/{row['upload_id']}"),
    Column("created_at", "when"),
    Column("state", "state"),
    Column("rows", "number"),
    Column("good", "number"),
    Column("bad", "number"),
    Column("credits", "credits"),
    Column("queued", "number"),
    Column("skipped", "number"),
    Column("credits_used", "credits"),
)
GOOD: Final = (
    Column("row", "number"),
    Column("recipient", "phone"),
    Column("message"),
    Column("network", value=lambda row: row["network"] and say(f"networks.{row['network']}")),
    Column("encoding"),
    Column("segments", "number"),
    Column("credits", "credits"),
)
BAD: Final = (Column("row", "number"), Column("recipient"), Column("reason"))
OVER: Final = frozenset({UploadState.DONE.value, UploadState.CANCELLED.value})


async def lists(visit: Visit) -> View:
    """List what was uploaded, newest first, below the form for the next."""
    query = {name: visit.query[name] for name in ("before",) if visit.query.get(name)}
    rows: list[dict[str, Any]] = (await visit.ask(uploads.uploads, query=query))["data"]
    table = Table(
        name="uploads",
        path=PATH,
        query=visit.query,
        columns=LISTS,
        rows=rows,
        next=rows[-1]["upload_id"] if len(rows) == LIST_PAGE else None,
    )
    values = {"senders": await approved_senders(visit), **list_bounds(visit)}
    return View("uploads.html", values, table=table)


async def bring(visit: Visit) -> Done:
    """Read a list; nothing of it is sent."""
    principal = await visit.principal()
    await uploads.count_upload(visit.front, visit.call, principal)
    given, file = await visit.front.read(principal.account, partial(read_file, visit.call, "file"))
    asked = {name: given[name] for name in ASKED if given.get(name)}
    if "send_at" in asked:
        asked["send_at"] = zoned(str(asked["send_at"]))
    answered = await uploads.keep_list(visit.front, principal, asked, file)
    kept = msgspec.json.decode(answered.body)["data"]
    return Done(f"{PATH}/{kept['upload_id']}", "list_read")


async def one(visit: Visit) -> View | Answer:
    """Show a list with its rows; as CSV those that cannot be sent."""
    written = _written(visit)
    if visit.query.get("format") == CSV:
        return await visit.download(uploads.upload_bad_rows, {}, upload_id=written)
    found = await _found(visit)
    after = {name: visit.query[name] for name in ("after",) if visit.query.get(name)}
    good = await visit.ask(uploads.upload_rows, query=after, upload_id=written)
    path = f"{PATH}/{written}"
    upload = found["upload"]
    values = {
        **found,
        "available": (await visit.ask(extras.balance))["available"],
        "good": Table(
            name="good_rows",
            path=path,
            query=visit.query,
            columns=GOOD,
            rows=good["data"],
            next=good["next"],
            next_name="after",
        ),
        "bad": Table(name="bad_rows", path=path, query={}, columns=BAD, rows=upload["bad_rows"]),
    }
    return View("upload.html", values)


async def progress(visit: Visit) -> View:
    """Show how far it is."""
    return View("upload_progress.html", await _found(visit))


async def _found(visit: Visit) -> dict[str, Any]:
    found = (await visit.ask(uploads.one_upload, upload_id=_written(visit)))["data"]
    return {"upload": found, "path": f"{PATH}/{_written(visit)}", "is_over": found["state"] in OVER}


async def start(visit: Visit) -> Done:
    """Send it, or go on."""
    return await _decide(visit, uploads.start_upload, "list_started")


async def pause(visit: Visit) -> Done:
    """Let it wait."""
    return await _decide(visit, uploads.pause_upload, "list_paused")


async def cancel(visit: Visit) -> Done:
    """Send no more of it."""
    return await _decide(visit, uploads.cancel_upload, "list_cancelled")


async def _decide(visit: Visit, endpoint: Endpoint, said: str) -> Done:
    await visit.ask(endpoint, {}, upload_id=_written(visit))
    return Done(f"{PATH}/{_written(visit)}", said)


def _written(visit: Visit) -> str:
    return str(visit.call.params["upload_id"])


UPLOADING: Final = (
    Page(
        path=PATH,
        name="uploads",
        who=Who.CUSTOMER,
        show=lists,
        acts={"upload": bring},
        takes_file=True,
    ),
    Page(
        path=f"{PATH}/{{upload_id}}",
        name="upload",
        who=Who.CUSTOMER,
        show=one,
        acts={"start": start, "pause": pause, "cancel": cancel},
    ),
    Page(
        path=f"{PATH}/{{upload_id}}/progress",
        name="upload_progress",
        who=Who.CUSTOMER,
        show=progress,
        is_fragment=True,
    ),
)
