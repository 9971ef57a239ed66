"""``/api/v1/uploads``: a list of recipients is read, looked at, and sent in the background."""

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from api import schemas
from api.dialects.options import read_options
from api.dialects.uploads_shown import shown, shown_details, shown_rows
from api.http.credentials import header_key
from api.http.fields import Fields, read_file, read_query
from api.http.presence import read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_canceller, admit_reader
from api.routing.front import Front
from application.accounts.logins import TOKEN_PREFIX
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.ports.queries import UploadRow
from application.ports.tables import Column, Format, Kind, Table
from application.uploads.deciding import CancelUpload, PauseUpload, StartUpload
from application.uploads.parts import bad_rows
from application.uploads.previewing import KeepPreview, PreviewedList, preview_list
from domain.contents import ListAsked
from domain.errors import InvalidKey, InvalidRequest, NotFound, TooLate
from domain.page_sizes import LIST_PAGE
from domain.public_ids import parse_upload_id
from domain.sender_id_rules import check_sender_id
from domain.upload.aggregate import Upload, upload_id
from domain.upload.bounds import (
    COLUMN_CHARACTERS_MAX,
    PREVIEWS_MAX,
    UPLOAD_PAGE,
    UPLOAD_PAGE_MAX,
)
from domain.upload.states import UploadState
from domain.upload.template import Template
from domain.values import Category, Lane
from domain.written import NUMBER_MAX, check_whole

READ_MODEL: Final = "uploads"
NO_SUCH: Final = "No such upload."
BAD_COLUMNS: Final = (Column("row", Kind.WHOLE), Column("recipient"), Column("reason"))
CSV_TYPE: Final = b"text/csv; charset=utf-8"


async def admit(front: Front, call: Call) -> Principal:
    """Let in who may send, before their file is read: by a key, or in a session.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidKey: there is no key or token, or it does not work.
        NotPermitted: the key may not send, or not from here.
    """
    await front.limit_address(front.caller(call))
    return await _principal(front, call)


async def _principal(front: Front, call: Call) -> Principal:
    key = header_key(call)
    if key is None:
        msg = "The API key is missing: send it as Authorization: Bearer your_api_key."
        raise InvalidKey(msg)
    caller = front.caller(call, key)
    if key.startswith(TOKEN_PREFIX):
        return await front.door.admit_manager(caller)
    return await front.door.admit_writer(caller)


async def upload(front: Front, call: Call) -> Answer:
    """Read a list and say what it comes to; nothing is sent. It counts as one bulk."""
    principal = await _principal(front, call)
    await count_upload(front, call, principal)
    fields, file = await front.read(principal.account, partial(read_file, call, "file"))
    return await keep_list(front, principal, fields, file)


async def count_upload(front: Front, call: Call, principal: Principal) -> None:
    """Count an upload as one bulk.

    Raises:
        RateLimited: the account's bulks of this minute are used up.
    """
    own = principal.bulk_limit
    per_minute = front.system.terms.limits.bulk if own is None else own
    await front.limit_account(front.caller(call), "bulk", principal.log, per_minute)


async def keep_list(front: Front, principal: Principal, fields: Fields, file: bytes) -> Answer:
    """Keep a list whose form was read, by the fields of the endpoint, and say what it comes to.

    Raises:
        InvalidRequest: the file cannot be read, or a field is wrong.
        TooLate: as many lists as may wait do.
        Overloaded: too many files are being read.
    """
    require(fields, "template", "column")
    asked, template = _read_asked(front, fields)
    await _require_room(front, principal.log)
    found = await front.run_long(partial(_preview, front, file, asked, template))
    command = KeepPreview(
        found,
        asked,
        account=principal.account,
        mode=principal.mode,
        actor=_actor(principal),
        at=front.system.clock.now(),
    )
    number = await front.run(command)
    return await _shown(front, principal, number, status=201)


def _read_asked(front: Front, fields: Fields) -> tuple[ListAsked, Template]:
    written, column = read_text(fields, "template"), read_text(fields, "column").strip()
    if len(column) > COLUMN_CHARACTERS_MAX:
        msg = f"The column has more than {COLUMN_CHARACTERS_MAX} characters."
        raise InvalidRequest(msg, field="column")
    template = Template.read(written)
    now = front.system.clock.now()
    options = read_options(
        {name: fields.get(name) for name in ("lane", "category", "send_at")},
        default_lane=Lane.BULK,
        now=now,
    )
    sender: Any = fields.get("sender_id")
    if sender is not None and not isinstance(sender, str):
        msg = "The sender_id must be a string."
        raise InvalidRequest(msg, field="sender_id")
    is_promotional = options.category is Category.PROMOTIONAL
    asked = ListAsked(
        template=written,
        column=column,
        sender_id=check_sender_id(sender) if sender and sender.strip() else None,
        lane=options.lane,
        category=options.category if is_promotional else None,
        send_at=None if options.send_at is None else str(options.send_at),
    )
    return asked, template


async def _require_room(front: Front, log: int) -> None:
    """Refuse another list where many wait already.

    Raises:
        TooLate: there are as many as may wait.
    """
    waiting = await front.read_newest(
        abs(log),
        READ_MODEL,
        lambda: front.system.queries.uploads(
            log, [UploadState.PREVIEW.value], before=NUMBER_MAX, limit=PREVIEWS_MAX
        ),
    )
    if len(waiting) >= PREVIEWS_MAX:
        msg = f"{PREVIEWS_MAX} lists wait to be started: start or cancel one of them first."
        raise TooLate(msg)


def _preview(front: Front, file: bytes, asked: ListAsked, template: Template) -> PreviewedList:
    system = front.system
    with TemporaryDirectory(prefix="ngoma-upload-") as folder:
        path = Path(folder, "list")
        path.write_bytes(file)
        rows = system.open_recipients(str(path), column=asked.column or "", names=template.columns)
        return preview_list(rows, template, system.terms.numbering)


async def uploads(front: Front, call: Call) -> Answer:
    """List the account's lists, newest first."""
    principal = await admit_reader(front, call, takes_tests=True)
    query = read_query(call)
    before = _before(query.get("before"))
    limit = check_whole(query.get("limit") or LIST_PAGE, "limit", least=1, most=LIST_PAGE)
    rows: Sequence[UploadRow] = await front.read_newest(
        principal.account,
        READ_MODEL,
        lambda: front.system.queries.uploads(principal.log, [], before=before, limit=limit),
    )
    return answer(schemas.Uploads(data=[shown(row) for row in rows]))


def _before(written: str | None) -> int:
    if not written:
        return NUMBER_MAX
    number = parse_upload_id(written)
    if number is None:
        msg = "The before must be the id of an upload, for example up_3."
        raise InvalidRequest(msg, field="before")
    return number


async def one_upload(front: Front, call: Call) -> Answer:
    """Say how far a list is."""
    principal = await admit_reader(front, call, takes_tests=True)
    return await _shown(front, principal, _number(call))


async def upload_rows(front: Front, call: Call) -> Answer:
    """Show good rows of a list as they will be sent."""
    principal = await admit_reader(front, call, takes_tests=True)
    query, system = read_query(call), front.system
    after = check_whole(query.get("after") or "0", "after", least=0, most=NUMBER_MAX)
    limit = check_whole(query.get("limit") or UPLOAD_PAGE, "limit", least=1, most=UPLOAD_PAGE_MAX)
    number = _number(call)

    def look() -> schemas.UploadRows:
        found = _find(front, principal, number)
        rows = shown_rows(found, system.store, system.terms.numbering, after=after, limit=limit)
        end = after + len(rows)
        return schemas.UploadRows(data=rows, next=end if rows and end < found.good else None)

    return answer(await front.read(principal.account, look))


async def upload_bad_rows(front: Front, call: Call) -> Answer:
    """Give all bad rows of a list with the reason of each, as CSV."""
    principal = await admit_reader(front, call, takes_tests=True)
    number, system = _number(call), front.system

    def look() -> bytes:
        found, into = _find(front, principal, number), io.BytesIO()
        rows = bad_rows(found, system.store, limit=found.bad)
        system.write_table(Table("bad rows", BAD_COLUMNS, rows), Format.CSV, into)
        return into.getvalue()

    name = f'attachment; filename="up_{number}_bad.csv"'.encode()
    headers = ((b"content-disposition", name), (b"x-content-type-options", b"nosniff"))
    return Answer(200, await front.read(principal.account, look), headers, content_type=CSV_TYPE)


async def start_upload(front: Front, call: Call) -> Answer:
    """Send a list, or go on with one that waits."""
    return await _decide(front, call, StartUpload)


async def pause_upload(front: Front, call: Call) -> Answer:
    """Let a list wait."""
    return await _decide(front, call, PauseUpload)


async def cancel_upload(front: Front, call: Call) -> Answer:
    """Send no more of a list; what was accepted stays accepted."""
    return await _decide(front, call, CancelUpload)


async def _decide(
    front: Front, call: Call, kind: type[StartUpload | PauseUpload | CancelUpload]
) -> Answer:
    principal = await admit_canceller(front, call)
    number, at = _number(call), front.system.clock.now()
    await front.run(kind(number, log=principal.log, actor=_actor(principal), at=at))
    return await _shown(front, principal, number)


async def _shown(front: Front, principal: Principal, number: int, *, status: int = 200) -> Answer:
    store = front.system.store
    details = await front.read(
        principal.account, lambda: shown_details(_find(front, principal, number), store)
    )
    return answer(schemas.UploadAnswer(data=details), status=status)


def _find(front: Front, principal: Principal, number: int) -> Upload:
    found = front.system.reader.find(Upload, upload_id(number))
    if found is None or found.log != principal.log:
        raise NotFound(NO_SUCH)
    return found


def _number(call: Call) -> int:
    number = parse_upload_id(call.params["upload_id"])
    if number is None:
        raise NotFound(NO_SUCH)
    return number


def _actor(principal: Principal) -> Actor:
    return Actor.of(principal.account, key_id=principal.key_id)
