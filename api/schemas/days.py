"""What finance asks and is answered about the days of our wallets."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.money import AmountNgwee
from api.schemas.staff import PersonName, Reason
from api.schemas.words import Time
from domain.ageing import Kind
from domain.period import PeriodState

PeriodName = Annotated[
    str,
    Meta(description="A day in Lusaka, or a month.", examples=["2026-11-28", "2026-11"]),
]
ProviderName = Annotated[str, Meta(description="Its name in the settings.", examples=["mtn"])]
WalletName = Annotated[str, Meta(description="Which of our wallets there.", examples=["main"])]


class Closing(Struct, frozen=True, kw_only=True):
    """Who prepared, signed and locked it, and when."""

    prepared_by: PersonName | None
    prepared_at: Time | None
    note: str | None
    signed_off_by: PersonName | None
    signed_off_at: Time | None
    locked_by: PersonName | None
    locked_at: Time | None


class Sheet(Closing, frozen=True, kw_only=True):
    """The sheet of a period: book - in transit + explained + unidentified = expected."""

    provider: ProviderName
    wallet: WalletName
    date: PeriodName
    state: PeriodState
    book_ngwee: AmountNgwee
    in_transit_ngwee: AmountNgwee
    explained_ngwee: AmountNgwee
    unidentified_ngwee: AmountNgwee
    expected_ngwee: AmountNgwee
    statement_ngwee: AmountNgwee | None
    unexplained_ngwee: AmountNgwee | None
    changed_since: Annotated[
        bool, Meta(description="Whether the figures of now are others than those prepared.")
    ]


class Sheets(Struct, frozen=True, kw_only=True):
    """The sheets of a period, a wallet each."""

    status: Literal["success"] = "success"
    data: list[Sheet]


class SignRequest(Struct, frozen=True, kw_only=True):
    """Which sheet is signed: prepared by the first person, signed off by another."""

    provider: ProviderName
    wallet: WalletName | UnsetType = UNSET
    date: PeriodName
    note: Reason | UnsetType = UNSET
    prepare: Annotated[bool, Meta(description="Prepare it anew.")] | UnsetType = UNSET


class LockRequest(Struct, frozen=True, kw_only=True):
    """Which period is locked."""

    provider: ProviderName
    wallet: WalletName | UnsetType = UNSET
    date: PeriodName


class ReopenRequest(Struct, frozen=True, kw_only=True):
    """Which period is opened again, and why."""

    provider: ProviderName
    wallet: WalletName | UnsetType = UNSET
    date: PeriodName
    reason: Reason


class PeriodStanding(Struct, frozen=True, kw_only=True):
    """Where a period stands after that."""

    status: Literal["success"] = "success"
    provider: ProviderName
    wallet: WalletName
    date: PeriodName
    state: PeriodState


class PeriodShown(Closing, frozen=True, kw_only=True):
    """A period that somebody began to close."""

    provider: ProviderName
    wallet: WalletName
    date: PeriodName
    state: PeriodState
    statement_ngwee: AmountNgwee | None
    unexplained_ngwee: AmountNgwee | None


class Periods(Struct, frozen=True, kw_only=True):
    """Such periods, by name."""

    status: Literal["success"] = "success"
    data: list[PeriodShown]
    next_after: str | None


class AgeBucket(Struct, frozen=True, kw_only=True):
    """What is open for so many days."""

    days: Annotated[str, Meta(examples=["2-3", "31+"])]
    count: int
    amount_ngwee: AmountNgwee


class Age(Struct, frozen=True, kw_only=True):
    """What is open of a kind in a wallet."""

    what: Kind
    provider: ProviderName
    wallet: WalletName
    count: int
    amount_ngwee: AmountNgwee
    buckets: list[AgeBucket]


class Ages(Struct, frozen=True, kw_only=True):
    """What was open at the end of a day."""

    status: Literal["success"] = "success"
    as_of: str
    data: list[Age]
