"""The answers of accounts, keys and sessions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.schemas.words import DayTime, Time
from domain.credits import CREDITS_MAX
from domain.key_rules import KEY_CHARACTERS, KEY_ID_CHARACTERS, Scope
from domain.mode import Mode
from domain.password_rules import RECOVERY_PATTERN
from domain.roles import Role

Token = Annotated[
    str,
    Meta(
        description="A session's token, shown this one time; send it as Authorization: Bearer.",
        pattern="^ngs_[A-Za-z0-9_-]{43}$",
    ),
]
ApiKeyShown = Annotated[
    str,
    Meta(description="The key, shown this one time.", pattern=f"^[A-Z0-9]{{{KEY_CHARACTERS}}}$"),
]
RecoveryCode = Annotated[str, Meta(pattern=f"^{RECOVERY_PATTERN}$")]


class NewAccount(Struct, frozen=True, kw_only=True):
    """An account that has just registered, with its first key and session."""

    status: Literal["success"] = "success"
    token: Token
    expires_at: Time
    account_id: int
    api_key: ApiKeyShown


class NewSession(Struct, frozen=True, kw_only=True):
    """A login. Roles count only in a session with a second factor."""

    status: Literal["success"] = "success"
    token: Token
    expires_at: Time
    account_id: int
    roles: list[Role]
    needs_second_factor: bool
    recovery_codes_left: Annotated[
        int | None, Meta(description="Recovery codes that are good; null without a second factor.")
    ]


class Done(Struct, frozen=True, kw_only=True):
    """It was done, and what that means."""

    status: Literal["success"] = "success"
    message: str


class NewSecondFactor(Struct, frozen=True, kw_only=True):
    """A second factor that waits for its first code; shown this one time."""

    status: Literal["success"] = "success"
    secret: Annotated[str, Meta(description="For typing into an authenticator app (base32).")]
    uri: Annotated[str, Meta(description="The same as otpauth: URI, for a QR code.")]


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Codes for when the phone is lost; shown this one time, and each good for one login."""

    status: Literal["success"] = "success"
    message: str
    recovery_codes: list[RecoveryCode]


class OwnLimits(Struct, frozen=True, kw_only=True):
    """Requests a minute of this account; null follows the gateway's settings, 0 is no limit."""

    single: int | None
    bulk: int | None
    read: int | None


class QuietHours(Struct, frozen=True, kw_only=True, rename={"begins": "from", "ends": "to"}):
    """Hours of the day in Lusaka, over midnight where `from` is later than `to`."""

    begins: DayTime
    ends: DayTime


LowBalance = Annotated[
    Annotated[int, Meta(ge=0, le=CREDITS_MAX)] | None,
    Meta(description="Fewer credits left are told as `balance.low`; null is never, as is 0."),
]


class OwnAccount(Struct, frozen=True, kw_only=True):
    """The account itself; name and e-mail are null once they were erased."""

    id: int
    name: str | None
    email: str | None
    roles: list[Role]
    default_sender: Annotated[str, Meta(description="What messages that name no sender go under.")]
    default_sender_id: Annotated[
        str | None, Meta(description="The approved sender ID that was chosen for it.")
    ]
    limits: OwnLimits
    daily_credits: Annotated[
        int | None, Meta(description="Credits that may be spent in a day; null is no limit.")
    ]
    low_balance_credits: LowBalance
    quiet_hours: Annotated[
        QuietHours | None, Meta(description="When promotional messages wait; null is never.")
    ]
    quiet_all: Annotated[
        bool, Meta(description="Whether the others wait too, except in lane `otp`.")
    ]
    suspended: bool


class AccountShown(Struct, frozen=True, kw_only=True):
    """The answer to a request for the account."""

    status: Literal["success"] = "success"
    data: OwnAccount


class ApiKeyRow(Struct, frozen=True, kw_only=True):
    """An API key, without anything secret."""

    id: Annotated[
        str,
        Meta(description="The beginning of the key.", pattern=f"^[A-Z0-9]{{{KEY_ID_CHARACTERS}}}$"),
    ]
    name: str
    mode: Mode
    scopes: Annotated[list[Scope], Meta(description="Empty is all that a key can do.")]
    sources: Annotated[list[str], Meta(description="Addresses and networks; empty is anywhere.")]
    created_at: Time
    last_used_at: Annotated[Time | None, Meta(description="To the hour.")]


class ApiKeys(Struct, frozen=True, kw_only=True):
    """The account's working keys, oldest first."""

    status: Literal["success"] = "success"
    data: list[ApiKeyRow]


class NewApiKey(Struct, frozen=True, kw_only=True):
    """A key that was just made."""

    status: Literal["success"] = "success"
    key: ApiKeyRow
    api_key: ApiKeyShown
