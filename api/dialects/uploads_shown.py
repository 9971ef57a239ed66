"""How an uploaded list is told."""

from collections.abc import Mapping
from typing import Any, Final

from api import schemas
from application.books.contents import Contents
from application.ports.queries import UploadRow
from application.uploads.parts import asked_of, bad_rows, good_rows
from domain.errors import InvalidRecipient
from domain.msisdn import Msisdn, Numbering, wire
from domain.public_ids import iso_time, iso_time_or_none, upload_id
from domain.segments import Text
from domain.tariff import TARIFF
from domain.upload.aggregate import Upload
from domain.upload.bounds import UPLOAD_BAD_SHOWN
from domain.upload.template import Template
from domain.values import Instant, credits_in_words

_PAUSES: Final[Mapping[str | None, tuple[str, str]]] = {
    None: ("PAUSED", "Somebody of the account let it wait."),
    "RateLimited": ("RATE_LIMITED", "The account has spent what it may spend today."),
    "AccountSuspended": ("ACCOUNT_SUSPENDED", "This account is suspended and may not send."),
    "InvalidKey": ("INVALID_KEY", "The API key by which it was started was revoked."),
    "NotPermitted": ("NOT_PERMITTED", "The API key by which it was started may not send."),
    "SenderIdNotApproved": (
        "SENDER_ID_NOT_APPROVED",
        "The sender ID is not approved for this account.",
    ),
}
_DAMAGED: Final = ("INTERNAL_ERROR", "Its rows are not as they were read: upload it again.")


def shown(row: UploadRow) -> schemas.Upload:
    """Tell of a list in a list of them."""
    return schemas.Upload(
        **_counts(row),
        state=row.state,  # type: ignore[arg-type]  # one of the literals
        paused=_pause(row),
        created_at=iso_time(row.created_at),
    )


def shown_details(upload: Upload, source: Contents) -> schemas.UploadDetails:
    """Tell of one list, with what was asked for."""
    asked = asked_of(upload, source)
    send_at = None if asked.send_at is None else Instant(int(asked.send_at))
    return schemas.UploadDetails(
        **_counts(upload),
        state=upload.state,  # type: ignore[arg-type]  # one of the literals
        paused=_pause(upload),
        created_at=iso_time(upload.opened_at),
        template=asked.template,
        column=asked.column,
        sender_id=asked.sender_id,
        lane=asked.lane,
        category=asked.category,
        send_at=iso_time_or_none(send_at),
        notes=(asked.notes or "").splitlines(),
        bad_rows=[
            schemas.BadRow(row=bad.row, recipient=bad.recipient, reason=bad.reason)
            for bad in bad_rows(upload, source, limit=UPLOAD_BAD_SHOWN)
        ],
    )


def _counts(of: UploadRow | Upload) -> dict[str, Any]:
    return {
        "upload_id": upload_id(of.number),
        "rows": of.good + of.bad,
        **{
            name: getattr(of, name)
            for name in ("good", "bad", "segments", "credits", "queued", "skipped", "credits_used")
        },
    }


def _pause(of: UploadRow | Upload) -> schemas.UploadPause | None:
    if of.state != "paused":
        return None
    if of.required is not None and of.available is not None:
        needed = f"The next rows need {credits_in_words(of.required)}"
        message = f"{needed} and {of.available} are available: top up, then go on."
        return schemas.UploadPause(code="INSUFFICIENT_CREDITS", message=message)
    code, message = _PAUSES.get(of.pause_cause, _DAMAGED)
    return schemas.UploadPause(code=code, message=message)


def shown_rows(
    upload: Upload, source: Contents, numbering: Numbering, *, after: int, limit: int
) -> list[schemas.UploadRow]:
    """Tell good rows as they will be sent; none once they were erased."""
    asked = asked_of(upload, source)
    template, rows = Template.read(asked.template or ""), []
    for good in good_rows(upload, source, after=after, limit=limit):
        text = Text.measured(template.fill(good.values))
        rows.append(
            schemas.UploadRow(
                row=good.row,
                recipient=wire(Msisdn(good.msisdn)),
                network=_network(numbering, Msisdn(good.msisdn)),
                message=text.value,
                encoding=text.encoding.value,
                segments=text.segments,
                credits=TARIFF.charge(text.segments),
            )
        )
    return rows


def _network(numbering: Numbering, msisdn: Msisdn) -> str | None:
    try:
        return numbering.route(msisdn).network.value
    except InvalidRecipient:
        return None
