"""Written by `make docs` from the gateway's OpenAPI document: edit nothing here."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict, Unpack, overload

from ngoma_client.request import Request, keyed, quoted

VERSION = "0.1.0"

Lane = Literal["bulk", "normal", "otp"]

Category = Literal["promotional", "transactional"]

class SendRequestWithKey(TypedDict):
    """One message, with the key beside it."""
    lane: NotRequired[Lane | None]
    """How urgent it is; a bulk is `bulk` by itself, a single send `normal`."""
    validity_minutes: NotRequired[int | None]
    """How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10
    minutes."""
    send_at: NotRequired[str | None]
    """When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is
    now."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""
    category: NotRequired[Category | None]
    """A promotional message is refused, or skipped in a bulk, where the recipient opted out;
    transactional is the default."""
    to: str | int
    """A Zambian mobile number in any written form, or a JSON number."""
    message: str
    """At most 1,600 characters and 11 segments; not blank."""
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

Encoding = Literal["GSM-7", "UCS-2"]

Network = Literal["airtel", "mtn", "zamtel"]

class QueuedMessage(TypedDict):
    """A message that was accepted and charged."""
    status: Literal["queued"]
    message_id: str
    """MSG-, the second of acceptance, the number in base 36."""
    recipient: str
    credits_used: int
    """SMS credits; one pays for one segment."""
    credits_remaining: int
    """SMS credits; one pays for one segment."""
    segments: int
    encoding: Encoding
    network: Network
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class GatewayUnavailable(TypedDict):
    """Accepted, charged and queued while the network's SIMs are offline: do not send it
    again."""
    status: Literal["error"]
    code: Literal["GATEWAY_UNAVAILABLE"]
    message: str
    queued: Literal[True]
    request_id: str
    """The same as X-Request-Id: name it when you ask for help."""
    message_id: str
    """MSG-, the second of acceptance, the number in base 36."""
    recipient: str
    credits_used: int
    """SMS credits; one pays for one segment."""
    credits_remaining: int
    """SMS credits; one pays for one segment."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class BulkRequestWithKey(TypedDict):
    """One text for many, with the key beside it."""
    lane: NotRequired[Lane | None]
    """How urgent it is; a bulk is `bulk` by itself, a single send `normal`."""
    validity_minutes: NotRequired[int | None]
    """How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10
    minutes."""
    send_at: NotRequired[str | None]
    """When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is
    now."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""
    category: NotRequired[Category | None]
    """A promotional message is refused, or skipped in a bulk, where the recipient opted out;
    transactional is the default."""
    recipients: Sequence[str | int]
    message: str
    """At most 1,600 characters and 11 segments; not blank."""
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

class PersonalMessage(TypedDict):
    """One message of a personalised bulk."""
    to: str | int
    """A Zambian mobile number in any written form, or a JSON number."""
    message: str
    """At most 1,600 characters and 11 segments; not blank."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""

class PersonalBulkRequestWithKey(TypedDict):
    """A text of its own for each of many, with the key beside it."""
    lane: NotRequired[Lane | None]
    """How urgent it is; a bulk is `bulk` by itself, a single send `normal`."""
    validity_minutes: NotRequired[int | None]
    """How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10
    minutes."""
    send_at: NotRequired[str | None]
    """When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is
    now."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""
    category: NotRequired[Category | None]
    """A promotional message is refused, or skipped in a bulk, where the recipient opted out;
    transactional is the default."""
    messages: Sequence[PersonalMessage]
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

class BulkMessage(TypedDict):
    """One accepted recipient of a bulk; `index` and `to` as in the request."""
    index: int
    to: object
    message_id: str
    """MSG-, the second of acceptance, the number in base 36."""
    recipient: str
    credits_used: int
    """SMS credits; one pays for one segment."""

class RejectedRecipient(TypedDict):
    """One entry of a bulk that is not a usable number, or opted out; it cost nothing."""
    index: int
    to: object
    code: Literal["INVALID_RECIPIENT", "RECIPIENT_OPTED_OUT"]
    message: str

class QueuedBulk(TypedDict):
    """A bulk that was accepted and charged; `queued` counts its messages."""
    status: Literal["queued"]
    batch_id: str
    queued: int
    credits_used: int
    """SMS credits; one pays for one segment."""
    credits_remaining: int
    """SMS credits; one pays for one segment."""
    messages: list[BulkMessage]
    rejected: list[RejectedRecipient]
    duplicates: int
    offline: list[Network]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class GatewayUnavailableForBulk(TypedDict):
    """A whole bulk accepted while none of its networks is online: do not send it again."""
    status: Literal["error"]
    code: Literal["GATEWAY_UNAVAILABLE"]
    message: str
    queued: Literal[True]
    request_id: str
    """The same as X-Request-Id: name it when you ask for help."""
    batch_id: str
    credits_used: int
    """SMS credits; one pays for one segment."""
    credits_remaining: int
    """SMS credits; one pays for one segment."""
    messages: list[BulkMessage]
    rejected: list[RejectedRecipient]
    duplicates: int
    offline: list[Network]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class CreditBalance(TypedDict):
    """What is available now."""
    status: Literal["ok"]
    balance: int
    """SMS credits; one pays for one segment."""
    currency: Literal["SMS_CREDITS"]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class LogsQuery(TypedDict):
    """What `logs` may be asked."""
    page: NotRequired[int]
    """Page number; below 1 or unreadable is 1."""
    limit: NotRequired[int]
    """Messages a page; beyond its bounds it is the nearest of them."""
    status: NotRequired[str]
    """SENT, FAILED or QUEUED, in any case."""
    before: NotRequired[str]
    """Only messages older than the one with this id."""

class Failure(TypedDict):
    """Why a message was not sent."""
    code: str
    message: str

class WilcybertekLogEntry(TypedDict):
    """One message; recipient, message and reference are null once they were erased."""
    message_id: str
    """MSG-, the second of acceptance, the number in base 36."""
    recipient: str | None
    message: str | None
    sender_id: str | None
    sender_used: str | None
    client_reference: str | None
    network: Network
    status: Literal["FAILED", "QUEUED", "SENT"]
    delivery: Literal["delivered", "undelivered"] | None
    credits_used: int
    """SMS credits; one pays for one segment."""
    credits_refunded: int
    """SMS credits; one pays for one segment."""
    segments: int
    queued_at: str
    """UTC, ISO 8601 with six decimals."""
    sent_at: str | None
    """UTC, ISO 8601 with six decimals."""
    delivered_at: str | None
    """UTC, ISO 8601 with six decimals."""
    failure: Failure | None

class WilcybertekLog(TypedDict):
    """A page of the log, newest first."""
    status: Literal["ok"]
    page: int
    limit: int
    total: int
    pages: int
    logs: list[WilcybertekLogEntry]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class SendRequest(TypedDict):
    """One message."""
    lane: NotRequired[Lane | None]
    """How urgent it is; a bulk is `bulk` by itself, a single send `normal`."""
    validity_minutes: NotRequired[int | None]
    """How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10
    minutes."""
    send_at: NotRequired[str | None]
    """When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is
    now."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""
    category: NotRequired[Category | None]
    """A promotional message is refused, or skipped in a bulk, where the recipient opted out;
    transactional is the default."""
    to: str | int
    """A Zambian mobile number in any written form, or a JSON number."""
    message: str
    """At most 1,600 characters and 11 segments; not blank."""
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

class SentMessage(TypedDict):
    """A message that was accepted and charged."""
    status: Literal["success"]
    message_id: str
    """msg_ and the number."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class BulkRequest(TypedDict):
    """One text for many."""
    lane: NotRequired[Lane | None]
    """How urgent it is; a bulk is `bulk` by itself, a single send `normal`."""
    validity_minutes: NotRequired[int | None]
    """How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10
    minutes."""
    send_at: NotRequired[str | None]
    """When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is
    now."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""
    category: NotRequired[Category | None]
    """A promotional message is refused, or skipped in a bulk, where the recipient opted out;
    transactional is the default."""
    to: Sequence[str | int]
    message: str
    """At most 1,600 characters and 11 segments; not blank."""
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

class PersonalBulkRequest(TypedDict):
    """A text of its own for each of many."""
    lane: NotRequired[Lane | None]
    """How urgent it is; a bulk is `bulk` by itself, a single send `normal`."""
    validity_minutes: NotRequired[int | None]
    """How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10
    minutes."""
    send_at: NotRequired[str | None]
    """When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is
    now."""
    client_reference: NotRequired[str | None]
    """Your own name for it, in visible characters: logs and timeline show it."""
    category: NotRequired[Category | None]
    """A promotional message is refused, or skipped in a bulk, where the recipient opted out;
    transactional is the default."""
    messages: Sequence[PersonalMessage]
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

class SkippedRecipient(TypedDict):
    """One entry of a bulk that got nothing, and cost nothing, because it opted out."""
    index: int
    code: Literal["RECIPIENT_OPTED_OUT"]

class SentBulk(TypedDict):
    """A bulk that was accepted and charged; one id for each entry of `to`, in its order. Of a
    promotional one, `skipped` lists who opted out; their ids are null."""
    status: Literal["success"]
    batch_id: str
    queued: int
    log_ids: list[int | None]
    duplicates: int
    skipped: NotRequired[list[SkippedRecipient]]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class DeliveryStatus(TypedDict):
    """Where a message stands; the published document spells the time `Sent_at`."""
    message_id: str
    """msg_ and the number."""
    delivery_status: Literal["failed", "pending", "sent"]
    Sent_at: str | None
    """UTC, ISO 8601 with six decimals."""
    sent_at: str | None
    """UTC, ISO 8601 with six decimals."""
    estimated_send_at: str | None
    """While it is queued, when it is likely to leave, from what is ahead of it and the pace of
    the network's SIMs; null where that is not known."""
    client_reference: str | None

class MessageStatus(TypedDict):
    """The answer to a status request."""
    status: Literal["success"]
    data: DeliveryStatus
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class FeltechLogsQuery(TypedDict):
    """What `feltech_logs` may be asked."""
    search: NotRequired[str]
    """Part of a recipient in any written form, or of a text."""
    status: NotRequired[str]
    """Pending, Sent or Failed, in any case."""
    page: NotRequired[int]
    """Page number; below 1 or unreadable is 1."""
    before: NotRequired[str]
    """Only messages older than the one with this id."""
    mode: NotRequired[Literal["live", "test"]]
    """Which log: a key reads that of its own mode, a session either."""

class FeltechLogEntry(TypedDict):
    """One message; recipient, message and reference are null once they were erased."""
    id: int
    recipient: str | None
    message: str | None
    sender_id: str | None
    sender_used: str | None
    client_reference: str | None
    status: Literal["Failed", "Pending", "Sent"]
    delivery: Literal["delivered", "undelivered"] | None
    cost: int
    """SMS credits; one pays for one segment."""
    credits_refunded: int
    """SMS credits; one pays for one segment."""
    sent_at: str | None
    """UTC, ISO 8601 with six decimals."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""

FeltechLogPage = TypedDict(
    "FeltechLogPage",
    {
        "current_page": int,
        "data": list[FeltechLogEntry],
        "per_page": int,
        "total": int,
        "last_page": int,
        "from": int | None,
        "to": int | None,
    },
)

class FeltechLog(TypedDict):
    """The answer to a log request."""
    data: FeltechLogPage
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class NewSenderId(TypedDict):
    """A sender ID that the account asks for."""
    name: str
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""
    use_case: str

class SenderIdRequest(TypedDict):
    """A sender ID and where its request stands."""
    id: int
    user_id: int
    name: str | None
    use_case: str | None
    status: Literal["Approved", "Pending", "Rejected"]
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class SenderIdRequests(TypedDict):
    """All sender IDs of the account, oldest first."""
    data: list[SenderIdRequest]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class PreviewRequest(TypedDict):
    """A text, and for whom it is, if that should be looked at too."""
    message: str
    """At most 1,600 characters and 11 segments; not blank."""
    to: NotRequired[str | int | None]
    """A Zambian mobile number in any written form, or a JSON number."""

class Preview(TypedDict):
    """What a send would do; `accepted` is false for a text that is too long."""
    status: Literal["success"]
    accepted: bool
    encoding: Encoding
    segments: int
    units: int
    remaining_in_segment: int
    parts: list[str]
    non_gsm_characters: list[str]
    recipient: str | None
    network: Network | None
    credits: int
    """SMS credits; one pays for one segment."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class FullBalance(TypedDict):
    """The wallet at one position of the log; `as_of` is the time up to which it is right."""
    status: Literal["success"]
    available: int
    """SMS credits; one pays for one segment."""
    reserved: int
    """SMS credits; one pays for one segment."""
    spent: int
    """SMS credits; one pays for one segment."""
    refunded: int
    """SMS credits; one pays for one segment."""
    position: int
    as_of: str
    """UTC, ISO 8601 with six decimals."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class StatementQuery(TypedDict):
    """What `statement` may be asked."""
    from_: NotRequired[str]
    """From this day in Lusaka, or this time with its zone, on."""
    to: NotRequired[str]
    """Up to the end of this day, or up to this time."""
    after: NotRequired[int]
    """Only after this position."""
    limit: NotRequired[int]
    """How many movements; 50 unless given, 10000 as CSV."""

class StatementLine(TypedDict):
    """One movement of a wallet: signed credits, what it was for, and who moved it by hand and
    why. `number` is that of the first of `count` messages; `entry` and `approver` are there
    when it took two people."""
    position: int
    at: str
    """UTC, ISO 8601 with six decimals."""
    kind: str
    credits: int
    available: int
    number: int | None
    count: int | None
    batch: int | None
    cause: str | None
    actor: str | None
    reason: str | None
    approver: str | None
    entry: int | None

Statement = TypedDict(
    "Statement",
    {
        "account_id": int,
        "from": str | None,
        "to": str | None,
        "opening": int,
        "closing": int,
        "lines": list[StatementLine],
        "next": int | None,
    },
)

class StatementAnswer(TypedDict):
    """A page of a statement."""
    status: Literal["success"]
    data: Statement
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class TimelineCharge(TypedDict):
    """What the message cost, by which tariff, and where the credits are now."""
    credits: int
    """SMS credits; one pays for one segment."""
    segments: int
    encoding: Encoding
    tariff: str
    state: Literal["reserved", "spent", "refunded"]
    description: str

class TimelineRoute(TypedDict):
    """Which network carries the message, and which numbering plan chose it."""
    network: Network
    plan: str
    description: str

class TimelineStep(TypedDict):
    """One event of a message, in plain words; who did it and why, where a person did."""
    at: str
    """UTC, ISO 8601 with six decimals."""
    event: str
    description: str
    actor: str | None
    reason: str | None

class LedgerPosting(TypedDict):
    """One line of what an event posted: debit is plus; credits (SMSCR), or ngwee (ZMW)."""
    account: str
    unit: Literal["SMSCR", "ZMW"]
    amount: int

class LedgerEvent(TypedDict):
    """One event of a message or of its credits, at its position in the log. `sealed` says
    whether the newest seal covers it."""
    position: int
    at: str
    """UTC, ISO 8601 with six decimals."""
    event: str
    postings: list[LedgerPosting]
    sealed: bool

class Timeline(TypedDict):
    """Everything that happened to a message, with its charge, route and evidence."""
    message_id: str
    """msg_ and the number."""
    reference: str
    """MSG-, the second of acceptance, the number in base 36."""
    delivery_status: Literal["failed", "pending", "sent"]
    state: str
    recipient: str | None
    sender_id: str | None
    client_reference: str | None
    request_id: str | None
    """The request that it came by, as the gateway's log has it."""
    lane: Lane
    category: Category
    send_at: str | None
    """UTC, ISO 8601 with six decimals."""
    held_until: str | None
    """The end of the account's quiet hours, while it waits for that."""
    estimated_send_at: str | None
    """While it is queued, when it is likely to leave, from what is ahead of it and the pace of
    the network's SIMs; null where that is not known."""
    expires_at: str
    """UTC, ISO 8601 with six decimals."""
    summary: str
    charge: TimelineCharge
    route: TimelineRoute
    evidence: list[str]
    timeline: list[TimelineStep]
    ledger: list[LedgerEvent]

class MessageTimeline(TypedDict):
    """The answer to a request for a message's timeline."""
    status: Literal["success"]
    data: Timeline
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class Cancelled(TypedDict):
    """A message that was taken back, and what came back with it."""
    message_id: str
    """msg_ and the number."""
    delivery_status: Literal["failed", "pending", "sent"]
    state: str
    credits_refunded: int
    """SMS credits; one pays for one segment."""

class CancelledMessage(TypedDict):
    """The answer to taking a message back."""
    status: Literal["success"]
    data: Cancelled
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class Batch(TypedDict):
    """How the messages of a bulk stand: queued, sent, failed and cancelled make the accepted.
    `delivered` counts those of the sent that the network reported as delivered."""
    batch_id: str
    accepted: int
    queued: int
    sent: int
    delivered: int
    failed: int
    cancelled: int
    credits_used: int
    """SMS credits; one pays for one segment."""
    credits_refunded: int
    """SMS credits; one pays for one segment."""

class BatchAnswer(TypedDict):
    """The answer to a question about a bulk."""
    status: Literal["success"]
    data: Batch
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class BatchCancelled(TypedDict):
    """How many messages were taken back now, and how the bulk stands then."""
    status: Literal["success"]
    cancelled_now: int
    data: Batch
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class UploadsQuery(TypedDict):
    """What `uploads` may be asked."""
    before: NotRequired[str]
    """Only lists older than the one with this id."""
    limit: NotRequired[int]
    """Lists a page."""

class UploadPause(TypedDict):
    """Why a list waits."""
    code: str
    """PAUSED where somebody wanted it."""
    message: str

class Upload(TypedDict):
    """A list, and how far it is."""
    upload_id: str
    state: Literal["cancelled", "done", "paused", "preview", "sending"]
    rows: int
    good: int
    bad: int
    segments: int
    """Of all good rows."""
    credits: int
    """What all good rows cost."""
    queued: int
    """Rows that were accepted."""
    skipped: int
    """Rows to which nothing was sent: the recipient opted out."""
    credits_used: int
    paused: UploadPause | None
    created_at: str
    """UTC, ISO 8601 with six decimals."""

class Uploads(TypedDict):
    """Lists, newest first."""
    status: Literal["success"]
    data: list[Upload]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class BadRow(TypedDict):
    """A row that cannot be sent."""
    row: int
    """In the file, counted from 1."""
    recipient: str
    reason: str

class UploadDetails(TypedDict):
    """A list with what was asked for; that is null once it was erased."""
    upload_id: str
    state: Literal["cancelled", "done", "paused", "preview", "sending"]
    rows: int
    good: int
    bad: int
    segments: int
    """Of all good rows."""
    credits: int
    """What all good rows cost."""
    queued: int
    """Rows that were accepted."""
    skipped: int
    """Rows to which nothing was sent: the recipient opted out."""
    credits_used: int
    paused: UploadPause | None
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    template: str | None
    column: str | None
    sender_id: str | None
    lane: str | None
    category: str | None
    send_at: str | None
    """UTC, ISO 8601 with six decimals."""
    notes: list[str]
    """What was mended, and what to know of the file."""
    bad_rows: list[BadRow]
    """The first of them; all are in bad.csv."""

class UploadAnswer(TypedDict):
    """One list."""
    status: Literal["success"]
    data: UploadDetails
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class UploadRowsQuery(TypedDict):
    """What `upload_rows` may be asked."""
    after: NotRequired[int]
    """Good rows to leave out."""
    limit: NotRequired[int]
    """Rows a page."""

class UploadRow(TypedDict):
    """A row as it will be sent."""
    row: int
    """In the file, counted from 1."""
    recipient: str
    network: str | None
    message: str
    encoding: Literal["GSM-7", "UCS-2"]
    segments: int
    credits: int

class UploadRows(TypedDict):
    """Good rows in the order of the file; `next` is for `after`, null at the end."""
    status: Literal["success"]
    data: list[UploadRow]
    next: int | None
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

Role = Literal["admin", "auditor", "finance_preparer", "finance_reviewer"]

class OwnLimits(TypedDict):
    """Requests a minute of this account; null follows the gateway's settings, 0 is no limit."""
    single: int | None
    bulk: int | None
    read: int | None

QuietHours = TypedDict(
    "QuietHours",
    {
        "from": str,
        "to": str,
    },
)

class OwnAccount(TypedDict):
    """The account itself; name and e-mail are null once they were erased."""
    id: int
    name: str | None
    email: str | None
    roles: list[Role]
    default_sender: str
    """What messages that name no sender go under."""
    default_sender_id: str | None
    """The approved sender ID that was chosen for it."""
    limits: OwnLimits
    daily_credits: int | None
    """Credits that may be spent in a day; null is no limit."""
    low_balance_credits: int | None
    """Fewer credits left are told as `balance.low`; null is never, as is 0."""
    quiet_hours: QuietHours | None
    """When promotional messages wait; null is never."""
    quiet_all: bool
    """Whether the others wait too, except in lane `otp`."""
    suspended: bool

class AccountShown(TypedDict):
    """The answer to a request for the account."""
    status: Literal["success"]
    data: OwnAccount
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class AccountChange(TypedDict):
    """What is to change of the account; what is not given stays, and something has to be."""
    default_sender_id: NotRequired[str | None]
    """Sender of messages that name none; null is the account's own name."""
    low_balance_credits: NotRequired[int | None]
    """Fewer credits left are told as `balance.low`; null is never, as is 0."""
    quiet_hours: NotRequired[QuietHours | None]
    """When promotional messages wait from now on; null is never."""
    quiet_all: NotRequired[bool]
    """Whether others wait too, except in lane `otp`."""

Mode = Literal["live", "test"]

Scope = Literal["read", "send"]

class ApiKeyRow(TypedDict):
    """An API key, without anything secret."""
    id: str
    """The beginning of the key."""
    name: str
    mode: Mode
    scopes: list[Scope]
    """Empty is all that a key can do."""
    sources: list[str]
    """Addresses and networks; empty is anywhere."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    last_used_at: str | None
    """To the hour."""

class ApiKeys(TypedDict):
    """The account's working keys, oldest first."""
    status: Literal["success"]
    data: list[ApiKeyRow]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class KeyRequest(TypedDict):
    """A key that the account wants."""
    name: str
    scopes: NotRequired[Sequence[str]]
    """Of send and read; empty is all."""
    sources: NotRequired[Sequence[str]]
    """IP addresses and networks; empty is anywhere."""
    mode: NotRequired[Mode]
    """`test`: nothing is sent, nothing is charged."""

class NewApiKey(TypedDict):
    """A key that was just made."""
    status: Literal["success"]
    key: ApiKeyRow
    api_key: str
    """The key, shown this one time."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class Done(TypedDict):
    """It was done, and what that means."""
    status: Literal["success"]
    message: str
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class InboxQuery(TypedDict):
    """What `inbox` may be asked."""
    before: NotRequired[str]
    """Only messages older than the one with this id."""
    limit: NotRequired[int]
    """Rows a page."""

class InboundMessage(TypedDict):
    """A message that somebody sent to a SIM, in answer to one of the account's."""
    id: str
    sender: str | None
    """A number or a name; null once that was erased."""
    recipient: str | None
    """The SIM's own number, where it is known."""
    message: str | None
    """… stands for parts that did not come. null: erased, or no text."""
    exact: bool
    """Whether it is what was written, as far as is known."""
    parts: int
    missing: int
    """How many of its parts did not come."""
    keyword: Literal["start", "stop"] | None
    """What it asks for: no more promotional messages, or them again."""
    received_at: str
    """UTC, ISO 8601 with six decimals."""

class InboundMessages(TypedDict):
    """Messages that came in, newest first."""
    status: Literal["success"]
    data: list[InboundMessage]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class SuppressionsQuery(TypedDict):
    """What `suppressions` may be asked."""
    before: NotRequired[int]
    """Only those older than the one with this id."""
    limit: NotRequired[int]
    """Rows a page."""

class SuppressedNumber(TypedDict):
    """A number that gets no promotional messages."""
    id: int
    """For `before`."""
    recipient: str | None
    """null once the number was erased."""
    scope: Literal["account", "all"]
    """Whose messages: this account's, or anybody's."""
    by: Literal["recipient", "staff"]
    """Who asked: the recipient said STOP."""
    since: str
    """UTC, ISO 8601 with six decimals."""

class SuppressedNumbers(TypedDict):
    """Numbers that get no promotional messages, newest first."""
    status: Literal["success"]
    data: list[SuppressedNumber]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class ThreadsQuery(TypedDict):
    """What `threads` may be asked."""
    before: NotRequired[str]
    """Where to go on: the next of an answer."""
    limit: NotRequired[int]
    """Rows a page."""

class ThreadMessage(TypedDict):
    """One message of a conversation: `out` was sent by the account, `in` came in for it. Of
    what came in, all that is said of sending is null."""
    id: str
    direction: Literal["in", "out"]
    message: str | None
    """null once it was erased, or where no text."""
    status: Literal["Failed", "Pending", "Sent"] | None
    delivery: Literal["delivered", "undelivered"] | None
    sender_id: str | None
    cost: int | None
    """SMS credits; one pays for one segment."""
    credits_refunded: int | None
    """SMS credits; one pays for one segment."""
    sent_at: str | None
    """UTC, ISO 8601 with six decimals."""
    keyword: Literal["start", "stop"] | None
    """What one that came in asks for: no more promotional messages, or them."""
    created_at: str
    """When it was accepted, or came in."""

class ThreadRow(TypedDict):
    """A conversation, by its newest message."""
    number: str
    last: ThreadMessage

class Threads(TypedDict):
    """An account's conversations, those with the newest message first."""
    status: Literal["success"]
    data: list[ThreadRow]
    next: str | None
    """Where it goes on: give it as `before`. null at the end."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class ThreadQuery(TypedDict):
    """What `thread` may be asked."""
    before: NotRequired[str]
    """Where to go on: the next of an answer."""
    limit: NotRequired[int]
    """Rows a page."""

class ThreadShown(TypedDict):
    """What an account and one number said to each other, newest first."""
    status: Literal["success"]
    number: str
    data: list[ThreadMessage]
    next: str | None
    """Where it goes on: give it as `before`. null at the end."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class KeywordUnanswered(TypedDict):
    """The last message that the rule left without an answer."""
    code: str
    """What a send was refused for."""
    at: str
    """UTC, ISO 8601 with six decimals."""

class Keyword(TypedDict):
    """A keyword rule: what is answered to messages that begin with its word."""
    word: str
    """One word of at most 20 letters and digits; its case does not count."""
    answer: str
    sender_id: str | None
    """null: the account's default."""
    unanswered: KeywordUnanswered | None
    """The last message that got no answer because a send was refused; null where none was. The
    same person is answered once in 60 minutes."""

class Keywords(TypedDict):
    """The account's keyword rules, by their words."""
    status: Literal["success"]
    data: list[Keyword]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class KeywordRequest(TypedDict):
    """What is answered to messages that begin with the word."""
    answer: str
    """At most 1,600 characters and 11 segments; not blank."""
    sender_id: NotRequired[str | None]
    """At most 11 of A-Z, a-z, 0-9 and space, with a letter."""

class KeywordShown(TypedDict):
    """A keyword rule."""
    status: Literal["success"]
    data: Keyword
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class EventsQuery(TypedDict):
    """What `events` may be asked."""
    after: NotRequired[int]
    """Only events after this sequence."""
    limit: NotRequired[int]
    """Events a page."""
    wait: NotRequired[int]
    """Seconds for which an empty answer waits for the next event."""

class MessageSentTold(TypedDict):
    """A message that a network took."""
    message_id: str
    """msg_ and the number."""
    recipient: str | None
    """null once the number was erased."""
    client_reference: str | None
    """The client's own name for it, where it gave one."""
    network: str
    credits: int
    """SMS credits; one pays for one segment."""

class MessageSentEvent(TypedDict):
    """A network took a message: its credits are spent."""
    type: Literal["message.sent"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: MessageSentTold
    test: NotRequired[bool]
    """True where it is about a test message; else it is not there."""

class MessageTold(TypedDict):
    """A message of which there is news."""
    message_id: str
    """msg_ and the number."""
    recipient: str | None
    """null once the number was erased."""
    client_reference: str | None
    """The client's own name for it, where it gave one."""

class MessageDeliveredEvent(TypedDict):
    """The handset has a message."""
    type: Literal["message.delivered"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: MessageTold
    test: NotRequired[bool]
    """True where it is about a test message; else it is not there."""

class MessageUndeliveredEvent(TypedDict):
    """The network gave up on a message after it was sent."""
    type: Literal["message.undelivered"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: MessageTold
    test: NotRequired[bool]
    """True where it is about a test message; else it is not there."""

class MessageFailure(TypedDict):
    """Why a message was not sent."""
    code: str
    message: str

class MessageFailedTold(TypedDict):
    """A message that will not be sent; its credits came back."""
    message_id: str
    """msg_ and the number."""
    recipient: str | None
    """null once the number was erased."""
    client_reference: str | None
    """The client's own name for it, where it gave one."""
    network: str
    credits_refunded: int
    """SMS credits; one pays for one segment."""
    failure: MessageFailure

class MessageFailedEvent(TypedDict):
    """A message failed, expired or was cancelled."""
    type: Literal["message.failed"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: MessageFailedTold
    test: NotRequired[bool]
    """True where it is about a test message; else it is not there."""

class InboundTold(TypedDict):
    """A message that came in, as it was when it was put together."""
    id: str
    sender: str | None
    """null once that was erased."""
    recipient: str | None
    """The SIM's own number, where it is known."""
    message: str | None
    """… stands for parts that did not come; null once erased."""
    parts: int
    missing: int
    keyword: Literal["start", "stop"] | None
    received_at: str
    """UTC, ISO 8601 with six decimals."""

class MessageInboundEvent(TypedDict):
    """Somebody answered."""
    type: Literal["message.inbound"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: InboundTold

class BalanceTold(TypedDict):
    """How many credits are left."""
    available: int
    """SMS credits; one pays for one segment."""

class BalanceLowEvent(TypedDict):
    """The balance fell below what the account asked to be told of."""
    type: Literal["balance.low"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: BalanceTold

class SenderIdTold(TypedDict):
    """A sender ID that was decided."""
    id: int
    name: str | None
    """null once that was erased."""

class SenderIdApprovedEvent(TypedDict):
    """A sender ID may be used."""
    type: Literal["sender_id.approved"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: SenderIdTold

class SenderIdRejectedEvent(TypedDict):
    """A sender ID may not be used."""
    type: Literal["sender_id.rejected"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: SenderIdTold

class TopUpTold(TypedDict):
    """A top-up that was paid."""
    topup_id: str
    amount_ngwee: int
    credits: int
    """SMS credits; one pays for one segment."""
    price_list: str

class TopUpConfirmedEvent(TypedDict):
    """A top-up was paid, and its credits are there."""
    type: Literal["topup.confirmed"]
    id: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    """From 1, without a gap in each account: ask for what comes after it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    data: TopUpTold

class Events(TypedDict):
    """Events of the account, oldest first."""
    status: Literal["success"]
    data: list[MessageSentEvent | MessageDeliveredEvent | MessageUndeliveredEvent | MessageFailedEvent | MessageInboundEvent | BalanceLowEvent | SenderIdApprovedEvent | SenderIdRejectedEvent | TopUpConfirmedEvent]
    next: int
    """For `after`: what comes after these."""
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class Webhook(TypedDict):
    """A webhook, and how it goes."""
    url: str
    events: list[Literal["balance.low", "message.delivered", "message.failed", "message.inbound", "message.sent", "message.undelivered", "sender_id.approved", "sender_id.rejected", "topup.confirmed"]]
    """Empty: all."""
    state: Literal["active", "gone", "paused"]
    """paused: every try failed, and it is asked once an hour; nothing is lost. gone: it
    answered 410, and is told nothing until it is set or replayed."""
    delivered: int
    """The sequence up to which it was told."""
    newest: int
    """The newest sequence of the account's events."""
    failed_tries: int
    """Of the event that is next."""
    next_try_at: str | None
    """null where no event waits."""
    old_secret_until: str | None
    """Until when the secret before signs as well."""
    secret: str | None
    """Shown this one time, when the webhook is new, and never again."""

class WebhookShown(TypedDict):
    """A webhook."""
    status: Literal["success"]
    data: Webhook
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class WebhookRequest(TypedDict):
    """Where the account wants to be told, and of what."""
    url: str
    """https; it must lead to the public Internet."""
    events: Sequence[Literal["balance.low", "message.delivered", "message.failed", "message.inbound", "message.sent", "message.undelivered", "sender_id.approved", "sender_id.rejected", "topup.confirmed"]] | None
    """null, empty or left out: all."""

class Tried(TypedDict):
    """What a test came to."""
    event: str
    """The same whenever and wherever the event is told: know it again by this."""
    taken: bool
    http_status: int | None
    error: str | None
    """ADDRESS_REFUSED, NOT_CONNECTED, TLS_FAILED, TIMED_OUT, NO_ANSWER."""
    answer: str
    """The beginning of an answer that took nothing."""
    took_ms: int

class WebhookTried(TypedDict):
    """A webhook was tried."""
    status: Literal["success"]
    data: Tried
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class NewSecret(TypedDict):
    """A secret, shown this one time."""
    secret: str
    old_secret_until: str
    """Until then both secrets sign, so that no delivery is refused."""

class SecretRotated(TypedDict):
    """A webhook has another secret."""
    status: Literal["success"]
    data: NewSecret
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class ReplayRequest(TypedDict):
    """From where on everything is told once more."""
    after: int
    """A sequence; 0: everything."""

class AttemptsQuery(TypedDict):
    """What `attempts` may be asked."""
    before: NotRequired[int]
    """Only those with a lower number."""
    limit: NotRequired[int]
    """Rows a page."""

class Attempt(TypedDict):
    """One attempt to tell."""
    number: int
    """For `before`."""
    event: str
    """The same whenever and wherever the event is told: know it again by this."""
    sequence: int
    type: Literal["balance.low", "message.delivered", "message.failed", "message.inbound", "message.sent", "message.undelivered", "sender_id.approved", "sender_id.rejected", "topup.confirmed"]
    at: str
    """UTC, ISO 8601 with six decimals."""
    http_status: int | None
    error: str | None
    answer: str
    took_ms: int

class Attempts(TypedDict):
    """The newest attempts, newest first."""
    status: Literal["success"]
    data: list[Attempt]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class PackOffered(TypedDict):
    """So many credits for one amount."""
    name: str
    credits: int
    """SMS credits; one pays for one segment."""
    amount_ngwee: int
    """Hundredths of a kwacha: 5000 is K50.00."""

class PricesInForce(TypedDict):
    """What credits cost this account now."""
    price_list: str
    ngwee_per_credit: int
    """Hundredths of a kwacha: 5000 is K50.00."""
    vat_percent: int
    """Contained in every amount."""
    packs: list[PackOffered]

class PricesShown(TypedDict):
    """What credits cost."""
    status: Literal["success"]
    data: PricesInForce
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class TopUpRequest(TypedDict):
    """What is to be paid, by whom; either an amount or a pack."""
    msisdn: str | int
    """A Zambian mobile number in any written form, or a JSON number."""
    amount_ngwee: NotRequired[int]
    pack: NotRequired[str]
    network: NotRequired[Network]
    """Whose wallet; without it, the number tells."""

class TopUpFailure(TypedDict):
    """Why a top-up brought nothing (yet)."""
    code: str
    message: str

class TopUp(TypedDict):
    """A top-up and where it stands."""
    topup_id: str
    state: Literal["confirmed", "expired", "failed", "held", "pending", "refunded", "requested", "reversed", "unknown"]
    amount_ngwee: int
    """Hundredths of a kwacha: 5000 is K50.00."""
    credits: int
    """What it brought; until it is paid, as quoted."""
    price_list: str
    msisdn: str | None
    """Who pays; null once that was erased."""
    network: Network
    provider: str
    receipt: str | None
    """The provider's id, as the payer's message shows it."""
    created_at: str
    """UTC, ISO 8601 with six decimals."""
    confirmed_at: str | None
    """UTC, ISO 8601 with six decimals."""
    failure: TopUpFailure | None

class TopUpShown(TypedDict):
    """One top-up."""
    status: Literal["success"]
    data: TopUp
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

class TopUpsQuery(TypedDict):
    """What `top_ups` may be asked."""
    state: NotRequired[Literal["requested", "pending", "unknown", "confirmed", "failed", "expired", "held", "refunded", "reversed"]]
    """Only those that stand so."""
    before: NotRequired[str]
    """Only top-ups older than the one with this id."""
    limit: NotRequired[int]
    """Top-ups a page."""

class TopUps(TypedDict):
    """Top-ups, newest first."""
    status: Literal["success"]
    data: list[TopUp]
    test: NotRequired[bool]
    """Always true where it stands: the key is for tests, and nothing of it is real."""

Event = MessageSentEvent | MessageDeliveredEvent | MessageUndeliveredEvent | MessageFailedEvent | MessageInboundEvent | BalanceLowEvent | SenderIdApprovedEvent | SenderIdRejectedEvent | TopUpConfirmedEvent

class Calls:
    """Every call, as the gateway's OpenAPI document has it."""

    def _ask(self, request: Request) -> Any:
        raise NotImplementedError

    def send(self, *, idempotency_key: str | None = None, **fields: Unpack[SendRequestWithKey]) -> QueuedMessage | GatewayUnavailable:
        """Send one message."""
        request = Request("POST", "/api", body=fields, key=keyed(idempotency_key))
        answer: QueuedMessage | GatewayUnavailable = self._ask(request)
        return answer

    @overload
    def send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[BulkRequestWithKey]) -> QueuedBulk | GatewayUnavailableForBulk: ...
    @overload
    def send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[PersonalBulkRequestWithKey]) -> QueuedBulk | GatewayUnavailableForBulk: ...
    def send_bulk(self, *, idempotency_key: str | None = None, **fields: Any) -> QueuedBulk | GatewayUnavailableForBulk:
        """Send one text to at most 500 recipients."""
        request = Request("POST", "/api/bulk", body=fields, key=keyed(idempotency_key))
        answer: QueuedBulk | GatewayUnavailableForBulk = self._ask(request)
        return answer

    def balance(self) -> CreditBalance:
        """Credits that are available now."""
        request = Request("GET", "/api/balance")
        answer: CreditBalance = self._ask(request)
        return answer

    def logs(self, **fields: Unpack[LogsQuery]) -> WilcybertekLog:
        """Messages, newest first."""
        request = Request("GET", "/api/logs", query=fields)
        answer: WilcybertekLog = self._ask(request)
        return answer

    def feltech_send(self, *, idempotency_key: str | None = None, **fields: Unpack[SendRequest]) -> SentMessage:
        """Send one message."""
        request = Request("POST", "/api/v1/sms/send", body=fields, key=keyed(idempotency_key))
        answer: SentMessage = self._ask(request)
        return answer

    @overload
    def feltech_send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[BulkRequest]) -> SentBulk: ...
    @overload
    def feltech_send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[PersonalBulkRequest]) -> SentBulk: ...
    def feltech_send_bulk(self, *, idempotency_key: str | None = None, **fields: Any) -> SentBulk:
        """Send one text to at most 500 recipients."""
        request = Request("POST", "/api/v1/sms/send-bulk", body=fields, key=keyed(idempotency_key))
        answer: SentBulk = self._ask(request)
        return answer

    def status(self, message_id: str) -> MessageStatus:
        """Where a message stands."""
        request = Request("GET", f"/api/v1/sms/status/{quoted(message_id)}")
        answer: MessageStatus = self._ask(request)
        return answer

    def feltech_logs(self, **fields: Unpack[FeltechLogsQuery]) -> FeltechLog:
        """Messages, newest first, 20 a page."""
        request = Request("GET", "/api/sms/logs", query=fields)
        answer: FeltechLog = self._ask(request)
        return answer

    def request_sender_id(self, **fields: Unpack[NewSenderId]) -> SenderIdRequest:
        """Ask for a sender ID."""
        request = Request("POST", "/api/sender-ids", body=fields)
        answer: SenderIdRequest = self._ask(request)
        return answer

    def sender_ids(self) -> SenderIdRequests:
        """Sender IDs and where their requests stand."""
        request = Request("GET", "/api/sender-ids")
        answer: SenderIdRequests = self._ask(request)
        return answer

    def preview(self, **fields: Unpack[PreviewRequest]) -> Preview:
        """What a send would do; nothing is stored."""
        request = Request("POST", "/api/v1/sms/preview", body=fields)
        answer: Preview = self._ask(request)
        return answer

    def full_balance(self) -> FullBalance:
        """Credits available, reserved, spent and refunded at one moment."""
        request = Request("GET", "/api/v1/balance")
        answer: FullBalance = self._ask(request)
        return answer

    def statement(self, **fields: Unpack[StatementQuery]) -> StatementAnswer:
        """Movements of the wallet, oldest first: what for, by whom and why."""
        request = Request("GET", "/api/v1/statement", query=fields)
        answer: StatementAnswer = self._ask(request)
        return answer

    def timeline(self, message_id: str) -> MessageTimeline:
        """A message's timeline, with its charge, route and evidence."""
        request = Request("GET", f"/api/v1/messages/{quoted(message_id)}")
        answer: MessageTimeline = self._ask(request)
        return answer

    def cancel_message(self, message_id: str) -> CancelledMessage:
        """Take a message back that still waits; its credits come back."""
        request = Request("POST", f"/api/v1/messages/{quoted(message_id)}/cancel")
        answer: CancelledMessage = self._ask(request)
        return answer

    def batch(self, batch_id: str) -> BatchAnswer:
        """How the messages of a bulk stand."""
        request = Request("GET", f"/api/v1/batches/{quoted(batch_id)}")
        answer: BatchAnswer = self._ask(request)
        return answer

    def cancel_batch(self, batch_id: str) -> BatchCancelled:
        """Take back what still waits of a bulk; what has left stays."""
        request = Request("POST", f"/api/v1/batches/{quoted(batch_id)}/cancel")
        answer: BatchCancelled = self._ask(request)
        return answer

    def uploads(self, **fields: Unpack[UploadsQuery]) -> Uploads:
        """Uploaded lists, newest first."""
        request = Request("GET", "/api/v1/uploads", query=fields)
        answer: Uploads = self._ask(request)
        return answer

    def one_upload(self, upload_id: str) -> UploadAnswer:
        """How far an uploaded list is."""
        request = Request("GET", f"/api/v1/uploads/{quoted(upload_id)}")
        answer: UploadAnswer = self._ask(request)
        return answer

    def upload_rows(self, upload_id: str, **fields: Unpack[UploadRowsQuery]) -> UploadRows:
        """The good rows of a list as they will be sent: text, segments and price."""
        request = Request("GET", f"/api/v1/uploads/{quoted(upload_id)}/rows", query=fields)
        answer: UploadRows = self._ask(request)
        return answer

    def start_upload(self, upload_id: str) -> UploadAnswer:
        """Send a list in the background, or go on."""
        request = Request("POST", f"/api/v1/uploads/{quoted(upload_id)}/start")
        answer: UploadAnswer = self._ask(request)
        return answer

    def pause_upload(self, upload_id: str) -> UploadAnswer:
        """Let a list wait."""
        request = Request("POST", f"/api/v1/uploads/{quoted(upload_id)}/pause")
        answer: UploadAnswer = self._ask(request)
        return answer

    def cancel_upload(self, upload_id: str) -> UploadAnswer:
        """Send no more of a list; its rows are erased."""
        request = Request("POST", f"/api/v1/uploads/{quoted(upload_id)}/cancel")
        answer: UploadAnswer = self._ask(request)
        return answer

    def account(self) -> AccountShown:
        """The account itself."""
        request = Request("GET", "/api/v1/account")
        answer: AccountShown = self._ask(request)
        return answer

    def change_account(self, **fields: Unpack[AccountChange]) -> AccountShown:
        """Change the default sender, the quiet hours, and when few credits are told."""
        request = Request("PUT", "/api/v1/account", body=fields)
        answer: AccountShown = self._ask(request)
        return answer

    def keys(self) -> ApiKeys:
        """The account's working API keys."""
        request = Request("GET", "/api/v1/keys")
        answer: ApiKeys = self._ask(request)
        return answer

    def issue_key(self, **fields: Unpack[KeyRequest]) -> NewApiKey:
        """Make an API key."""
        request = Request("POST", "/api/v1/keys", body=fields)
        answer: NewApiKey = self._ask(request)
        return answer

    def regenerate_key(self, key_id: str) -> NewApiKey:
        """Replace an API key: the new one works and the old one ends at once."""
        request = Request("POST", f"/api/v1/keys/{quoted(key_id)}/regenerate")
        answer: NewApiKey = self._ask(request)
        return answer

    def end_key(self, key_id: str) -> Done:
        """End an API key."""
        request = Request("DELETE", f"/api/v1/keys/{quoted(key_id)}")
        answer: Done = self._ask(request)
        return answer

    def inbox(self, **fields: Unpack[InboxQuery]) -> InboundMessages:
        """Messages that came in as answers to the account's, newest first."""
        request = Request("GET", "/api/v1/inbound", query=fields)
        answer: InboundMessages = self._ask(request)
        return answer

    def suppressions(self, **fields: Unpack[SuppressionsQuery]) -> SuppressedNumbers:
        """Numbers that get no promotional messages of the account, newest first."""
        request = Request("GET", "/api/v1/suppressions", query=fields)
        answer: SuppressedNumbers = self._ask(request)
        return answer

    def threads(self, **fields: Unpack[ThreadsQuery]) -> Threads:
        """Conversations, each with its newest message, newest first."""
        request = Request("GET", "/api/v1/threads", query=fields)
        answer: Threads = self._ask(request)
        return answer

    def thread(self, msisdn: str, **fields: Unpack[ThreadQuery]) -> ThreadShown:
        """What was sent to a number and what it answered, newest first."""
        request = Request("GET", f"/api/v1/threads/{quoted(msisdn)}", query=fields)
        answer: ThreadShown = self._ask(request)
        return answer

    def keywords(self) -> Keywords:
        """What is answered in the account's name, by the first word of what comes in."""
        request = Request("GET", "/api/v1/keywords")
        answer: Keywords = self._ask(request)
        return answer

    def set_keyword(self, word: str, **fields: Unpack[KeywordRequest]) -> KeywordShown:
        """Set what is answered to messages that begin with a word."""
        request = Request("PUT", f"/api/v1/keywords/{quoted(word)}", body=fields)
        answer: KeywordShown = self._ask(request)
        return answer

    def delete_keyword(self, word: str) -> Done:
        """Answer a word no more."""
        request = Request("DELETE", f"/api/v1/keywords/{quoted(word)}")
        answer: Done = self._ask(request)
        return answer

    def events(self, **fields: Unpack[EventsQuery]) -> Events:
        """What happened to what is the account's, oldest first; the answer may wait for it."""
        request = Request("GET", "/api/v1/events", query=fields)
        answer: Events = self._ask(request)
        return answer

    def webhook(self) -> WebhookShown:
        """The account's webhook, and how it goes."""
        request = Request("GET", "/api/v1/webhook")
        answer: WebhookShown = self._ask(request)
        return answer

    def set_webhook(self, **fields: Unpack[WebhookRequest]) -> WebhookShown:
        """Set where the account is told of its events; its secret is shown once."""
        request = Request("PUT", "/api/v1/webhook", body=fields)
        answer: WebhookShown = self._ask(request)
        return answer

    def remove_webhook(self) -> Done:
        """Tell nothing any more."""
        request = Request("DELETE", "/api/v1/webhook")
        answer: Done = self._ask(request)
        return answer

    def try_webhook(self) -> WebhookTried:
        """Post a test to the webhook and say what came of it."""
        request = Request("POST", "/api/v1/webhook/test")
        answer: WebhookTried = self._ask(request)
        return answer

    def rotate_webhook(self) -> SecretRotated:
        """Give the webhook another secret; for a day both sign."""
        request = Request("POST", "/api/v1/webhook/rotate")
        answer: SecretRotated = self._ask(request)
        return answer

    def replay_webhook(self, **fields: Unpack[ReplayRequest]) -> WebhookShown:
        """Tell all events after a sequence once more."""
        request = Request("POST", "/api/v1/webhook/replay", body=fields)
        answer: WebhookShown = self._ask(request)
        return answer

    def attempts(self, **fields: Unpack[AttemptsQuery]) -> Attempts:
        """The newest attempts to tell, newest first."""
        request = Request("GET", "/api/v1/webhook/attempts", query=fields)
        answer: Attempts = self._ask(request)
        return answer

    def prices(self) -> PricesShown:
        """What credits cost."""
        request = Request("GET", "/api/v1/prices")
        answer: PricesShown = self._ask(request)
        return answer

    def request_top_up(self, *, idempotency_key: str | None = None, **fields: Unpack[TopUpRequest]) -> TopUpShown:
        """Top up by mobile money: the payer is asked for the PIN."""
        request = Request("POST", "/api/v1/topups", body=fields, key=keyed(idempotency_key))
        answer: TopUpShown = self._ask(request)
        return answer

    def top_ups(self, **fields: Unpack[TopUpsQuery]) -> TopUps:
        """Top-ups, newest first."""
        request = Request("GET", "/api/v1/topups", query=fields)
        answer: TopUps = self._ask(request)
        return answer

    def top_up(self, topup_id: str) -> TopUpShown:
        """Where a top-up stands."""
        request = Request("GET", f"/api/v1/topups/{quoted(topup_id)}")
        answer: TopUpShown = self._ask(request)
        return answer

class AsyncCalls:
    """Every call, as the gateway's OpenAPI document has it."""

    async def _ask(self, request: Request) -> Any:
        raise NotImplementedError

    async def send(self, *, idempotency_key: str | None = None, **fields: Unpack[SendRequestWithKey]) -> QueuedMessage | GatewayUnavailable:
        """Send one message."""
        request = Request("POST", "/api", body=fields, key=keyed(idempotency_key))
        answer: QueuedMessage | GatewayUnavailable = await self._ask(request)
        return answer

    @overload
    async def send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[BulkRequestWithKey]) -> QueuedBulk | GatewayUnavailableForBulk: ...
    @overload
    async def send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[PersonalBulkRequestWithKey]) -> QueuedBulk | GatewayUnavailableForBulk: ...
    async def send_bulk(self, *, idempotency_key: str | None = None, **fields: Any) -> QueuedBulk | GatewayUnavailableForBulk:
        """Send one text to at most 500 recipients."""
        request = Request("POST", "/api/bulk", body=fields, key=keyed(idempotency_key))
        answer: QueuedBulk | GatewayUnavailableForBulk = await self._ask(request)
        return answer

    async def balance(self) -> CreditBalance:
        """Credits that are available now."""
        request = Request("GET", "/api/balance")
        answer: CreditBalance = await self._ask(request)
        return answer

    async def logs(self, **fields: Unpack[LogsQuery]) -> WilcybertekLog:
        """Messages, newest first."""
        request = Request("GET", "/api/logs", query=fields)
        answer: WilcybertekLog = await self._ask(request)
        return answer

    async def feltech_send(self, *, idempotency_key: str | None = None, **fields: Unpack[SendRequest]) -> SentMessage:
        """Send one message."""
        request = Request("POST", "/api/v1/sms/send", body=fields, key=keyed(idempotency_key))
        answer: SentMessage = await self._ask(request)
        return answer

    @overload
    async def feltech_send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[BulkRequest]) -> SentBulk: ...
    @overload
    async def feltech_send_bulk(self, *, idempotency_key: str | None = None, **fields: Unpack[PersonalBulkRequest]) -> SentBulk: ...
    async def feltech_send_bulk(self, *, idempotency_key: str | None = None, **fields: Any) -> SentBulk:
        """Send one text to at most 500 recipients."""
        request = Request("POST", "/api/v1/sms/send-bulk", body=fields, key=keyed(idempotency_key))
        answer: SentBulk = await self._ask(request)
        return answer

    async def status(self, message_id: str) -> MessageStatus:
        """Where a message stands."""
        request = Request("GET", f"/api/v1/sms/status/{quoted(message_id)}")
        answer: MessageStatus = await self._ask(request)
        return answer

    async def feltech_logs(self, **fields: Unpack[FeltechLogsQuery]) -> FeltechLog:
        """Messages, newest first, 20 a page."""
        request = Request("GET", "/api/sms/logs", query=fields)
        answer: FeltechLog = await self._ask(request)
        return answer

    async def request_sender_id(self, **fields: Unpack[NewSenderId]) -> SenderIdRequest:
        """Ask for a sender ID."""
        request = Request("POST", "/api/sender-ids", body=fields)
        answer: SenderIdRequest = await self._ask(request)
        return answer

    async def sender_ids(self) -> SenderIdRequests:
        """Sender IDs and where their requests stand."""
        request = Request("GET", "/api/sender-ids")
        answer: SenderIdRequests = await self._ask(request)
        return answer

    async def preview(self, **fields: Unpack[PreviewRequest]) -> Preview:
        """What a send would do; nothing is stored."""
        request = Request("POST", "/api/v1/sms/preview", body=fields)
        answer: Preview = await self._ask(request)
        return answer

    async def full_balance(self) -> FullBalance:
        """Credits available, reserved, spent and refunded at one moment."""
        request = Request("GET", "/api/v1/balance")
        answer: FullBalance = await self._ask(request)
        return answer

    async def statement(self, **fields: Unpack[StatementQuery]) -> StatementAnswer:
        """Movements of the wallet, oldest first: what for, by whom and why."""
        request = Request("GET", "/api/v1/statement", query=fields)
        answer: StatementAnswer = await self._ask(request)
        return answer

    async def timeline(self, message_id: str) -> MessageTimeline:
        """A message's timeline, with its charge, route and evidence."""
        request = Request("GET", f"/api/v1/messages/{quoted(message_id)}")
        answer: MessageTimeline = await self._ask(request)
        return answer

    async def cancel_message(self, message_id: str) -> CancelledMessage:
        """Take a message back that still waits; its credits come back."""
        request = Request("POST", f"/api/v1/messages/{quoted(message_id)}/cancel")
        answer: CancelledMessage = await self._ask(request)
        return answer

    async def batch(self, batch_id: str) -> BatchAnswer:
        """How the messages of a bulk stand."""
        request = Request("GET", f"/api/v1/batches/{quoted(batch_id)}")
        answer: BatchAnswer = await self._ask(request)
        return answer

    async def cancel_batch(self, batch_id: str) -> BatchCancelled:
        """Take back what still waits of a bulk; what has left stays."""
        request = Request("POST", f"/api/v1/batches/{quoted(batch_id)}/cancel")
        answer: BatchCancelled = await self._ask(request)
        return answer

    async def uploads(self, **fields: Unpack[UploadsQuery]) -> Uploads:
        """Uploaded lists, newest first."""
        request = Request("GET", "/api/v1/uploads", query=fields)
        answer: Uploads = await self._ask(request)
        return answer

    async def one_upload(self, upload_id: str) -> UploadAnswer:
        """How far an uploaded list is."""
        request = Request("GET", f"/api/v1/uploads/{quoted(upload_id)}")
        answer: UploadAnswer = await self._ask(request)
        return answer

    async def upload_rows(self, upload_id: str, **fields: Unpack[UploadRowsQuery]) -> UploadRows:
        """The good rows of a list as they will be sent: text, segments and price."""
        request = Request("GET", f"/api/v1/uploads/{quoted(upload_id)}/rows", query=fields)
        answer: UploadRows = await self._ask(request)
        return answer

    async def start_upload(self, upload_id: str) -> UploadAnswer:
        """Send a list in the background, or go on."""
        request = Request("POST", f"/api/v1/uploads/{quoted(upload_id)}/start")
        answer: UploadAnswer = await self._ask(request)
        return answer

    async def pause_upload(self, upload_id: str) -> UploadAnswer:
        """Let a list wait."""
        request = Request("POST", f"/api/v1/uploads/{quoted(upload_id)}/pause")
        answer: UploadAnswer = await self._ask(request)
        return answer

    async def cancel_upload(self, upload_id: str) -> UploadAnswer:
        """Send no more of a list; its rows are erased."""
        request = Request("POST", f"/api/v1/uploads/{quoted(upload_id)}/cancel")
        answer: UploadAnswer = await self._ask(request)
        return answer

    async def account(self) -> AccountShown:
        """The account itself."""
        request = Request("GET", "/api/v1/account")
        answer: AccountShown = await self._ask(request)
        return answer

    async def change_account(self, **fields: Unpack[AccountChange]) -> AccountShown:
        """Change the default sender, the quiet hours, and when few credits are told."""
        request = Request("PUT", "/api/v1/account", body=fields)
        answer: AccountShown = await self._ask(request)
        return answer

    async def keys(self) -> ApiKeys:
        """The account's working API keys."""
        request = Request("GET", "/api/v1/keys")
        answer: ApiKeys = await self._ask(request)
        return answer

    async def issue_key(self, **fields: Unpack[KeyRequest]) -> NewApiKey:
        """Make an API key."""
        request = Request("POST", "/api/v1/keys", body=fields)
        answer: NewApiKey = await self._ask(request)
        return answer

    async def regenerate_key(self, key_id: str) -> NewApiKey:
        """Replace an API key: the new one works and the old one ends at once."""
        request = Request("POST", f"/api/v1/keys/{quoted(key_id)}/regenerate")
        answer: NewApiKey = await self._ask(request)
        return answer

    async def end_key(self, key_id: str) -> Done:
        """End an API key."""
        request = Request("DELETE", f"/api/v1/keys/{quoted(key_id)}")
        answer: Done = await self._ask(request)
        return answer

    async def inbox(self, **fields: Unpack[InboxQuery]) -> InboundMessages:
        """Messages that came in as answers to the account's, newest first."""
        request = Request("GET", "/api/v1/inbound", query=fields)
        answer: InboundMessages = await self._ask(request)
        return answer

    async def suppressions(self, **fields: Unpack[SuppressionsQuery]) -> SuppressedNumbers:
        """Numbers that get no promotional messages of the account, newest first."""
        request = Request("GET", "/api/v1/suppressions", query=fields)
        answer: SuppressedNumbers = await self._ask(request)
        return answer

    async def threads(self, **fields: Unpack[ThreadsQuery]) -> Threads:
        """Conversations, each with its newest message, newest first."""
        request = Request("GET", "/api/v1/threads", query=fields)
        answer: Threads = await self._ask(request)
        return answer

    async def thread(self, msisdn: str, **fields: Unpack[ThreadQuery]) -> ThreadShown:
        """What was sent to a number and what it answered, newest first."""
        request = Request("GET", f"/api/v1/threads/{quoted(msisdn)}", query=fields)
        answer: ThreadShown = await self._ask(request)
        return answer

    async def keywords(self) -> Keywords:
        """What is answered in the account's name, by the first word of what comes in."""
        request = Request("GET", "/api/v1/keywords")
        answer: Keywords = await self._ask(request)
        return answer

    async def set_keyword(self, word: str, **fields: Unpack[KeywordRequest]) -> KeywordShown:
        """Set what is answered to messages that begin with a word."""
        request = Request("PUT", f"/api/v1/keywords/{quoted(word)}", body=fields)
        answer: KeywordShown = await self._ask(request)
        return answer

    async def delete_keyword(self, word: str) -> Done:
        """Answer a word no more."""
        request = Request("DELETE", f"/api/v1/keywords/{quoted(word)}")
        answer: Done = await self._ask(request)
        return answer

    async def events(self, **fields: Unpack[EventsQuery]) -> Events:
        """What happened to what is the account's, oldest first; the answer may wait for it."""
        request = Request("GET", "/api/v1/events", query=fields)
        answer: Events = await self._ask(request)
        return answer

    async def webhook(self) -> WebhookShown:
        """The account's webhook, and how it goes."""
        request = Request("GET", "/api/v1/webhook")
        answer: WebhookShown = await self._ask(request)
        return answer

    async def set_webhook(self, **fields: Unpack[WebhookRequest]) -> WebhookShown:
        """Set where the account is told of its events; its secret is shown once."""
        request = Request("PUT", "/api/v1/webhook", body=fields)
        answer: WebhookShown = await self._ask(request)
        return answer

    async def remove_webhook(self) -> Done:
        """Tell nothing any more."""
        request = Request("DELETE", "/api/v1/webhook")
        answer: Done = await self._ask(request)
        return answer

    async def try_webhook(self) -> WebhookTried:
        """Post a test to the webhook and say what came of it."""
        request = Request("POST", "/api/v1/webhook/test")
        answer: WebhookTried = await self._ask(request)
        return answer

    async def rotate_webhook(self) -> SecretRotated:
        """Give the webhook another secret; for a day both sign."""
        request = Request("POST", "/api/v1/webhook/rotate")
        answer: SecretRotated = await self._ask(request)
        return answer

    async def replay_webhook(self, **fields: Unpack[ReplayRequest]) -> WebhookShown:
        """Tell all events after a sequence once more."""
        request = Request("POST", "/api/v1/webhook/replay", body=fields)
        answer: WebhookShown = await self._ask(request)
        return answer

    async def attempts(self, **fields: Unpack[AttemptsQuery]) -> Attempts:
        """The newest attempts to tell, newest first."""
        request = Request("GET", "/api/v1/webhook/attempts", query=fields)
        answer: Attempts = await self._ask(request)
        return answer

    async def prices(self) -> PricesShown:
        """What credits cost."""
        request = Request("GET", "/api/v1/prices")
        answer: PricesShown = await self._ask(request)
        return answer

    async def request_top_up(self, *, idempotency_key: str | None = None, **fields: Unpack[TopUpRequest]) -> TopUpShown:
        """Top up by mobile money: the payer is asked for the PIN."""
        request = Request("POST", "/api/v1/topups", body=fields, key=keyed(idempotency_key))
        answer: TopUpShown = await self._ask(request)
        return answer

    async def top_ups(self, **fields: Unpack[TopUpsQuery]) -> TopUps:
        """Top-ups, newest first."""
        request = Request("GET", "/api/v1/topups", query=fields)
        answer: TopUps = await self._ask(request)
        return answer

    async def top_up(self, topup_id: str) -> TopUpShown:
        """Where a top-up stands."""
        request = Request("GET", f"/api/v1/topups/{quoted(topup_id)}")
        answer: TopUpShown = await self._ask(request)
        return answer
