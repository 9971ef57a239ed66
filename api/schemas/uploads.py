"""Uploaded lists of recipients: what a request holds, and what is answered."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.requests import LaneName, MessageCategory, SendAt, SenderName
from api.schemas.words import Time
from domain.upload.bounds import (
    COLUMN_CHARACTERS_MAX,
    TEMPLATE_CHARACTERS_MAX,
    UPLOAD_ROWS_MAX,
)

UploadId = Annotated[str, Meta(pattern="^up_[0-9]+$", examples=["up_3"])]
State = Literal["preview", "sending", "paused", "done", "cancelled"]


class UploadRequest(Struct, kw_only=True):
    """A list of recipients, as a form of the type multipart/form-data."""

    file: Annotated[
        str,
        Meta(
            description=f"CSV, XLSX, XLS or ODS: headings, and at most {UPLOAD_ROWS_MAX:,} rows.",
            extra_json_schema={"format": "binary"},
            examples=["customers.csv"],
        ),
    ]
    template: Annotated[
        str,
        Meta(
            description="The text; `{name}` stands for what the column of that name holds.",
            min_length=1,
            max_length=TEMPLATE_CHARACTERS_MAX,
            examples=["Hello {name}, your order is ready."],
        ),
    ]
    column: Annotated[
        str,
        Meta(
            description="The name of the column with the phone numbers.",
            min_length=1,
            max_length=COLUMN_CHARACTERS_MAX,
            examples=["phone"],
        ),
    ]
    sender_id: SenderName | UnsetType = UNSET
    lane: LaneName | UnsetType = UNSET
    category: MessageCategory | UnsetType = UNSET
    send_at: SendAt | UnsetType = UNSET


class UploadPause(Struct, frozen=True, kw_only=True):
    """Why a list waits."""

    code: Annotated[str, Meta(description="PAUSED where somebody wanted it.")]
    message: str


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that cannot be sent."""

    row: Annotated[int, Meta(description="In the file, counted from 1.")]
    recipient: str
    reason: str


class Upload(Struct, frozen=True, kw_only=True):
    """A list, and how far it is."""

    upload_id: UploadId
    state: State
    rows: int
    good: int
    bad: int
    segments: Annotated[int, Meta(description="Of all good rows.")]
    credits: Annotated[int, Meta(description="What all good rows cost.")]
    queued: Annotated[int, Meta(description="Rows that were accepted.")]
    skipped: Annotated[
        int, Meta(description="Rows to which nothing was sent: the recipient opted out.")
    ]
    credits_used: int
    paused: UploadPause | None
    created_at: Time


class UploadDetails(Upload, frozen=True, kw_only=True):
    """A list with what was asked for; that is null once it was erased."""

    template: str | None
    column: str | None
    sender_id: str | None
    lane: str | None
    category: str | None
    send_at: Time | None
    notes: Annotated[list[str], Meta(description="What was mended, and what to know of the file.")]
    bad_rows: Annotated[list[BadRow], Meta(description="The first of them; all are in bad.csv.")]


class UploadAnswer(Struct, frozen=True, kw_only=True):
    """One list."""

    status: Literal["success"] = "success"
    data: UploadDetails


class Uploads(Struct, frozen=True, kw_only=True):
    """Lists, newest first."""

    status: Literal["success"] = "success"
    data: list[Upload]


class UploadRow(Struct, frozen=True, kw_only=True):
    """A row as it will be sent."""

    row: Annotated[int, Meta(description="In the file, counted from 1.")]
    recipient: str
    network: str | None
    message: str
    encoding: Literal["GSM-7", "UCS-2"]
    segments: int
    credits: int


class UploadRows(Struct, frozen=True, kw_only=True):
    """Good rows in the order of the file; `next` is for `after`, null at the end."""

    status: Literal["success"] = "success"
    data: list[UploadRow]
    next: int | None
