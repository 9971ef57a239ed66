"""What staff ask and are answered, in the envelope of dialect feltech."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.words import Credits, Time
from domain.credits import CREDITS_MAX
from domain.manual_entry import EntryKind, EntryStatus
from domain.rate_limits import PER_MINUTE_MAX
from domain.reasons import REASON_CHARACTERS_MAX
from domain.roles import Role

PerMinute = Annotated[
    Annotated[int, Meta(ge=0, le=PER_MINUTE_MAX)] | None,
    Meta(description="Requests a minute; null follows the settings, 0 is no limit."),
]
DailyCredits = Annotated[
    Annotated[int, Meta(ge=0, le=CREDITS_MAX)] | None,
    Meta(description="Credits that may be spent in a day; null is no limit, as is 0 to set it."),
]
Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REASON_CHARACTERS_MAX,
        pattern=r"\S",
        examples=["Paid by bank transfer"],
    ),
]
PersonName = Annotated[
    str, Meta(description="Who acted, as events say it.", examples=["account:7"])
]


class StaffLimits(Struct, frozen=True, kw_only=True):
    """An account's own limits."""

    single: PerMinute
    bulk: PerMinute
    read: PerMinute
    daily_credits: DailyCredits


class StaffAccount(Struct, frozen=True, kw_only=True):
    """An account as staff see it; name and email are null once they were erased."""

    id: int
    name: str | None
    email: str | None
    suspended: bool
    roles: list[Role]
    limits: StaffLimits
    created_at: Time


class StaffAccountAnswer(Struct, frozen=True, kw_only=True):
    """One account."""

    status: Literal["success"] = "success"
    data: StaffAccount


class StaffAccounts(Struct, frozen=True, kw_only=True):
    """Accounts by number; ``next_after`` asks for the next page, null on the last."""

    status: Literal["success"] = "success"
    data: list[StaffAccount]
    next_after: int | None


class Suspension(Struct, frozen=True, kw_only=True):
    """Whether the account may send now."""

    status: Literal["success"] = "success"
    account_id: int
    suspended: bool


class ChangedLimits(Struct, frozen=True, kw_only=True):
    """The account's limits from now on."""

    status: Literal["success"] = "success"
    account_id: int
    limits: StaffLimits


class MovedCredits(Struct, frozen=True, kw_only=True):
    """The credits have moved."""

    status: Literal["done"] = "done"
    account_id: int
    credits: Credits
    available: Credits


class WaitingEntry(Struct, frozen=True, kw_only=True):
    """Nothing has happened yet: another person must approve the entry."""

    status: Literal["waiting"] = "waiting"
    entry: int
    message: str


class Entry(Struct, frozen=True, kw_only=True):
    """What takes two people: who prepared what and why, and what became of it."""

    id: int
    kind: EntryKind
    account_id: int | None
    credits: Credits | None
    role: Role | None
    receipt: str | None
    amount_ngwee: int | None
    seal_key: str | None
    actor: PersonName
    reason: str | None
    status: EntryStatus
    approver: PersonName | None
    remark: str | None
    prepared_at: Time
    decided_at: Time | None


class EntryAnswer(Struct, frozen=True, kw_only=True):
    """One entry."""

    status: Literal["success"] = "success"
    data: Entry


class Entries(Struct, frozen=True, kw_only=True):
    """Entries by number; ``next_after`` asks for the next page, null on the last."""

    status: Literal["success"] = "success"
    data: list[Entry]
    next_after: int | None


class DecidedEntry(Struct, frozen=True, kw_only=True):
    """An entry after a decision."""

    status: Literal["success"] = "success"
    entry: int
    entry_status: Literal["approved", "rejected", "withdrawn"]
    account_id: int | None


class Look(Struct, frozen=True, kw_only=True):
    """Who of staff saw what, when and why; `account_id` says whose, null for nobody's alone."""

    id: int
    at: Time
    actor: PersonName
    what: Annotated[str, Meta(examples=["message"])]
    subject: Annotated[int | None, Meta(description="The number of what was seen.")]
    account_id: int | None
    reason: str | None


class Looks(Struct, frozen=True, kw_only=True):
    """Looks, newest first; `next_before` asks for the next page, null on the last."""

    status: Literal["success"] = "success"
    data: list[Look]
    next_before: int | None


class StaffSenderId(Struct, frozen=True, kw_only=True):
    """A sender ID as staff see it; ``reason`` says why it was rejected."""

    id: int
    account_id: int
    name: str | None
    use_case: str | None
    status: Literal["pending", "approved", "rejected"]
    reason: str | None
    created_at: Time


class StaffSenderIds(Struct, frozen=True, kw_only=True):
    """The sender IDs that wait for a decision, oldest first; ``next_after`` as in entries."""

    status: Literal["success"] = "success"
    data: list[StaffSenderId]
    next_after: int | None


class DecidedSenderId(Struct, frozen=True, kw_only=True):
    """A sender ID after a decision."""

    status: Literal["success"] = "success"
    id: int
    account_id: int
    sender_id_status: Literal["approved", "rejected"]


class WithReasonRequest(Struct, frozen=True, kw_only=True):
    """Why; kept beside the log."""

    reason: Reason


class RemarkRequest(Struct, frozen=True, kw_only=True):
    """Why, if there is something to say; needed to reject."""

    reason: Reason | UnsetType = UNSET


class LimitsRequest(Struct, frozen=True, kw_only=True):
    """Limits to set; what is not there stays as it is."""

    single: PerMinute | UnsetType = UNSET
    bulk: PerMinute | UnsetType = UNSET
    read: PerMinute | UnsetType = UNSET
    daily_credits: DailyCredits | UnsetType = UNSET
    reason: Reason


class CreditsRequest(Struct, frozen=True, kw_only=True):
    """Credits to move: a grant is positive, an adjustment is signed."""

    credits: Annotated[int, Meta(ge=-CREDITS_MAX, le=CREDITS_MAX, examples=[500])]
    kind: Literal["grant", "adjust"]
    reason: Reason


class RoleRequest(Struct, frozen=True, kw_only=True):
    """A role to give or to take."""

    role: Role
    change: Literal["grant", "withdraw"]
    reason: Reason
