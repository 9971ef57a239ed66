"""``/app/send``: a text to one or to many, with what it costs before it is sent."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from api.dialects import extras, feltech, sending
from api.http.refusals import InvalidEntries
from api.http.wire import Answer
from api.pages.page import Done, Page, View, Who
from api.pages.visit import Visit
from domain.bulk import RECIPIENTS_MAX
from domain.errors import InvalidRequest
from domain.upload.bounds import UPLOAD_ROWS_MAX

BAD_SHOWN: Final = 10
"""Numbers that cannot be used which a preview names."""
_BETWEEN: Final = re.compile(r"[\n,;\t]+")
ZONE: Final = "+02:00"
"""Of what a browser's own field for a time holds, which has none: Lusaka's."""


async def show(visit: Visit) -> View:
    """Show the form; with what a text would cost where there is one."""
    values = {
        "senders": await approved_senders(visit),
        "key": visit.form_key,
        "most": RECIPIENTS_MAX,
        **list_bounds(visit),
        **await _estimate(visit),
    }
    return View("send.html", values)


async def preview(visit: Visit) -> View:
    """Show what it would cost, and send nothing."""
    if "text/html" in (visit.call.header(b"accept") or ""):
        return await show(visit)
    return View("preview.html", await _estimate(visit))


async def send(visit: Visit) -> Done:
    """Send it: one by one request, many as a bulk; the same form sent twice is sent once."""
    fields = visit.fields
    numbers = _numbers(fields)
    if len(numbers) > RECIPIENTS_MAX:
        msg = f"At most {RECIPIENTS_MAX} recipients at a time."
        raise InvalidRequest(msg, field="to")
    asked = {
        name: fields[name]
        for name in ("message", "sender_id", "lane", "category", "send_at")
        if fields.get(name)
    }
    if "send_at" in asked:
        asked["send_at"] = zoned(str(asked["send_at"]))
    key = str(fields.get("key", "")) or None
    principal = await visit.principal()
    if len(numbers) == 1:
        call = visit.inner_call({**asked, "to": numbers[0]}, idempotency_key=key)
        body = await feltech.send_for(visit.front, call, principal, _read(call.body))
        return Done(f"/app/messages/{_told(body)['message_id']}", "queued")
    call = visit.inner_call({**asked, "to": numbers}, idempotency_key=key)
    try:
        _told(await feltech.send_bulk_for(visit.front, call, principal, _read(call.body)))
    except InvalidEntries as error:  # which they are, the estimate says
        raise InvalidRequest(str(error), field="to") from error
    return Done("/app/messages", "queued_many")


async def approved_senders(visit: Visit) -> list[str]:
    """Give the names that the account may send under."""
    names = (await visit.ask(feltech.sender_ids))["data"]
    return [row["name"] for row in names if row["status"] == "Approved"]


def list_bounds(visit: Visit) -> dict[str, int]:
    """Give how large an uploaded list may be, for its form."""
    return {
        "rows_max": UPLOAD_ROWS_MAX,
        "mebibytes_max": visit.front.system.terms.upload_bytes_max >> 20,
    }


async def _estimate(visit: Visit) -> dict[str, Any]:
    """Say what the form holds: how the text is written, who gets it, and what it costs."""
    numbers = _numbers(visit.fields)
    entries = sending.read_entries(visit.front, numbers[: RECIPIENTS_MAX + 1])
    count = len(entries.recipients)
    text = str(visit.fields.get("message", ""))
    cut = await visit.ask(extras.preview, {"message": text}) if text.strip() else None
    bad = [(numbers[place], fault) for place, fault in entries.faults.items()]
    return {
        "cut": cut,
        "count": count,
        "repeated": len(numbers) - count - len(bad),
        "bad": bad[:BAD_SHOWN],
        "bad_count": len(bad),
        "is_too_many": len(numbers) > RECIPIENTS_MAX,
        "total": cut["credits"] * count if cut else 0,
        "available": (await visit.ask(extras.balance))["available"],
    }


def _numbers(fields: Mapping[str, Any]) -> list[str]:
    """Give the recipients that were typed: one a line, or with commas or semicolons between."""
    parts = _BETWEEN.split(str(fields.get("to") or "").replace("\r", "\n"))
    return [part.strip() for part in parts if part.strip()]


def zoned(written: str) -> str:
    """Give a time its zone where it has none."""
    try:
        return written if datetime.fromisoformat(written).tzinfo else written + ZONE
    except ValueError:
        return written  # it is refused with the words of the API


def _read(body: bytes) -> dict[str, Any]:
    return dict(msgspec.json.decode(body))


def _told(answered: Answer) -> dict[str, Any]:
    return dict(msgspec.json.decode(answered.body))


COMPOSER: Final = (
    Page(
        path="/app/send",
        name="send",
        who=Who.CUSTOMER,
        show=show,
        acts={"send": send, "preview": preview},
    ),
)
