"""What requests hold, for the reference only: bodies are read by ``api/http/fields.py``."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.accounts import LowBalance, QuietHours
from domain.bulk import RECIPIENTS_MAX
from domain.key_rules import SOURCE_CHARACTERS_MAX, SOURCES_MAX
from domain.message.options import CLIENT_REFERENCE_CHARACTERS_MAX
from domain.message.validity import (
    AHEAD_DAYS_MAX,
    OTP_VALIDITY_S,
    VALIDITY_MINUTES_MAX,
    VALIDITY_S,
)
from domain.message_text import MESSAGE_CHARACTERS_MAX, MESSAGE_SEGMENTS_MAX
from domain.mode import Mode
from domain.password_rules import (
    CODE_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MIN,
)
from domain.payment.bounds import TOP_UP_MAX_NGWEE
from domain.people import EMAIL_CHARACTERS_MAX, NAME_CHARACTERS_MAX
from domain.sender_id_rules import (
    SENDER_ID_CHARACTERS_MAX,
    SENDER_ID_PATTERN,
    USE_CASE_CHARACTERS_MAX,
)
from domain.values import Category, Lane, Network

To = Annotated[
    str | int,
    Meta(
        description="A Zambian mobile number in any written form, or a JSON number.",
        examples=["260977000000", "+260977000000", "0977000000"],
    ),
]
Recipients = Annotated[list[To], Meta(min_length=1, max_length=RECIPIENTS_MAX)]
ApiKey = Annotated[str, Meta(description="The key, unless a header or the query has it.")]
Text = Annotated[
    str,
    Meta(
        description=(
            f"At most {MESSAGE_CHARACTERS_MAX:,} characters and {MESSAGE_SEGMENTS_MAX} segments; "
            "not blank."
        ),
        min_length=1,
        max_length=MESSAGE_CHARACTERS_MAX,
        pattern=r"\S",
        examples=["Your order is ready."],
    ),
]
SenderName = Annotated[
    str,
    Meta(
        description=(
            f"At most {SENDER_ID_CHARACTERS_MAX} of A-Z, a-z, 0-9 and space, with a letter."
        ),
        pattern=f"^{SENDER_ID_PATTERN}$",
        examples=["MyBusiness"],
    ),
]

LaneName = Annotated[
    Lane, Meta(description="How urgent it is; a bulk is `bulk` by itself, a single send `normal`.")
]
Validity = Annotated[
    int,
    Meta(
        description=f"How long it may wait to be sent, from `send_at` on; by itself "
        f"{VALIDITY_S // 3600} hours, in lane `otp` {OTP_VALIDITY_S // 60} minutes.",
        ge=1,
        le=VALIDITY_MINUTES_MAX,
    ),
]
SendAt = Annotated[
    str,
    Meta(
        description="When to send it, ISO 8601 with a zone, at most "
        f"{AHEAD_DAYS_MAX} days ahead; a time in the past is now.",
        examples=["2026-12-01T08:00:00+02:00"],
    ),
]
ClientReference = Annotated[
    str,
    Meta(
        description="Your own name for it, in visible characters: logs and timeline show it.",
        max_length=CLIENT_REFERENCE_CHARACTERS_MAX,
        examples=["order-1042"],
    ),
]


MessageCategory = Annotated[
    Category,
    Meta(
        description="A promotional message is refused, or skipped in a bulk, where the recipient "
        "opted out; transactional is the default."
    ),
]


class Options(Struct, kw_only=True):
    """What all sends may ask for."""

    lane: LaneName | UnsetType | None = UNSET
    validity_minutes: Validity | UnsetType | None = UNSET
    send_at: SendAt | UnsetType | None = UNSET
    client_reference: ClientReference | UnsetType | None = UNSET
    category: MessageCategory | UnsetType | None = UNSET


class SendRequest(Options, kw_only=True):
    """One message."""

    to: To
    message: Text
    sender_id: SenderName | UnsetType | None = UNSET


class SendRequestWithKey(Options, kw_only=True):
    """One message, with the key beside it."""

    api_key: ApiKey | UnsetType = UNSET
    to: To
    message: Text
    sender_id: SenderName | UnsetType | None = UNSET


class BulkRequestWithKey(Options, kw_only=True):
    """One text for many, with the key beside it."""

    api_key: ApiKey | UnsetType = UNSET
    recipients: Recipients
    message: Text
    sender_id: SenderName | UnsetType | None = UNSET


class BulkRequest(Options, kw_only=True):
    """One text for many."""

    to: Recipients
    message: Text
    sender_id: SenderName | UnsetType | None = UNSET


class PersonalMessage(Struct, kw_only=True):
    """One message of a personalised bulk."""

    to: To
    message: Text
    client_reference: ClientReference | UnsetType | None = UNSET


PersonalMessages = Annotated[list[PersonalMessage], Meta(min_length=1, max_length=RECIPIENTS_MAX)]


class PersonalBulkRequestWithKey(Options, kw_only=True):
    """A text of its own for each of many, with the key beside it."""

    api_key: ApiKey | UnsetType = UNSET
    messages: PersonalMessages
    sender_id: SenderName | UnsetType | None = UNSET


class PersonalBulkRequest(Options, kw_only=True):
    """A text of its own for each of many."""

    messages: PersonalMessages
    sender_id: SenderName | UnsetType | None = UNSET


class NewSenderId(Struct, kw_only=True):
    """A sender ID that the account asks for."""

    name: SenderName
    use_case: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=USE_CASE_CHARACTERS_MAX,
            pattern=r"\S",
            examples=["Order notices"],
        ),
    ]


class PreviewRequest(Struct, kw_only=True):
    """A text, and for whom it is, if that should be looked at too."""

    message: Text
    to: To | UnsetType | None = UNSET


Email = Annotated[str, Meta(max_length=EMAIL_CHARACTERS_MAX, examples=["you@example.com"])]
Code = Annotated[str, Meta(max_length=CODE_CHARACTERS_MAX, examples=["123456"])]
Password = Annotated[
    str,
    Meta(
        min_length=PASSWORD_CHARACTERS_MIN,
        max_length=PASSWORD_CHARACTERS_MAX,
        examples=["a long phrase of yours"],
    ),
]
CurrentPassword = Annotated[str, Meta(examples=["a long phrase of yours"])]
ResetToken = Annotated[str, Meta(examples=["the token from the mail"])]
Scopes = Annotated[list[str], Meta(description="Of send and read; empty is all.")]
Sources = Annotated[
    list[Annotated[str, Meta(max_length=SOURCE_CHARACTERS_MAX)]],
    Meta(description="IP addresses and networks; empty is anywhere.", max_length=SOURCES_MAX),
]
PersonName = Annotated[
    str,
    Meta(min_length=1, max_length=NAME_CHARACTERS_MAX, pattern=r"\S", examples=["Chanda Stores"]),
]


class Registration(Struct, kw_only=True):
    """Somebody who wants an account."""

    name: PersonName
    email: Email
    password: Password


class Login(Struct, kw_only=True):
    """Somebody who has one; the code is that of the second factor, where there is one."""

    email: Email
    password: CurrentPassword
    code: Code | UnsetType | None = UNSET


class PasswordChange(Struct, kw_only=True):
    """A new password instead of the current one."""

    current_password: CurrentPassword
    new_password: Password


class ResetRequest(Struct, kw_only=True):
    """Somebody who has forgotten the password."""

    email: Email


class ResetConfirmation(Struct, kw_only=True):
    """The token that came by mail, and the new password."""

    token: ResetToken
    password: Password


class Proof(Struct, kw_only=True):
    """Who is in the session, once more; the code is asked for where there is a second factor."""

    password: CurrentPassword
    code: Code | UnsetType | None = UNSET


class CodeConfirmation(Struct, kw_only=True):
    """The code that an authenticator app shows now."""

    code: Code


class AccountChange(Struct, kw_only=True):
    """What is to change of the account; what is not given stays, and something has to be."""

    default_sender_id: (
        Annotated[
            SenderName | None,
            Meta(description="Sender of messages that name none; null is the account's own name."),
        ]
        | UnsetType
    ) = UNSET
    low_balance_credits: LowBalance | UnsetType = UNSET
    quiet_hours: (
        Annotated[
            QuietHours | None,
            Meta(description="When promotional messages wait from now on; null is never."),
        ]
        | UnsetType
    ) = UNSET
    quiet_all: (
        Annotated[bool, Meta(description="Whether others wait too, except in lane `otp`.")]
        | UnsetType
    ) = UNSET


class KeyRequest(Struct, kw_only=True):
    """A key that the account wants."""

    name: PersonName
    scopes: Scopes | UnsetType = UNSET
    sources: Sources | UnsetType = UNSET
    mode: (
        Annotated[Mode, Meta(description="`test`: nothing is sent, nothing is charged.")]
        | UnsetType
    ) = UNSET


class TopUpRequest(Struct, kw_only=True):
    """What is to be paid, by whom; either an amount or a pack."""

    msisdn: To
    amount_ngwee: Annotated[int, Meta(ge=1, le=TOP_UP_MAX_NGWEE)] | UnsetType = UNSET
    pack: str | UnsetType = UNSET
    network: (
        Annotated[Network, Meta(description="Whose wallet; without it, the number tells.")]
        | UnsetType
    ) = UNSET


class CallbackBody(Struct, kw_only=True):
    """Whatever a provider sends: it is read by the provider's own rules."""


class PhoneBody(Struct, kw_only=True):
    """Whatever a phone's app sends: it is read by the app's own rules."""


class PhoneError(Struct, kw_only=True):
    """How an error is told to a phone's app."""

    message: str
    code: int
    request_id: str | UnsetType = UNSET


class PhoneNamed(Struct, kw_only=True):
    """What a phone is called."""

    id: str
    name: str


class PhoneDevice(Struct, kw_only=True):
    """Where a phone's call came from."""

    externalIp: str  # noqa: N815 - the app's own name
    device: PhoneNamed | UnsetType = UNSET
