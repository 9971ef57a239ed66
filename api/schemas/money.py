"""The answers of prices and top-ups."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.schemas.words import Credits, Time
from domain.values import Network

TopUpState = Literal[
    "requested",
    "pending",
    "confirmed",
    "failed",
    "expired",
    "unknown",
    "held",
    "reversed",
    "refunded",
]
AmountNgwee = Annotated[int, Meta(description="Hundredths of a kwacha: 5000 is K50.00.")]
TopUpId = Annotated[str, Meta(pattern="^top_[0-9]+$", examples=["top_7"])]


class PackOffered(Struct, frozen=True, kw_only=True):
    """So many credits for one amount."""

    name: str
    credits: Credits
    amount_ngwee: AmountNgwee


class PricesInForce(Struct, frozen=True, kw_only=True):
    """What credits cost this account now."""

    price_list: str
    ngwee_per_credit: AmountNgwee
    vat_percent: Annotated[int, Meta(description="Contained in every amount.")]
    packs: list[PackOffered]


class PricesShown(Struct, frozen=True, kw_only=True):
    """What credits cost."""

    status: Literal["success"] = "success"
    data: PricesInForce


class TopUpFailure(Struct, frozen=True, kw_only=True):
    """Why a top-up brought nothing (yet)."""

    code: str
    message: str


class TopUp(Struct, frozen=True, kw_only=True):
    """A top-up and where it stands."""

    topup_id: TopUpId
    state: TopUpState
    amount_ngwee: AmountNgwee
    credits: Annotated[int, Meta(description="What it brought; until it is paid, as quoted.")]
    price_list: str
    msisdn: Annotated[str | None, Meta(description="Who pays; null once that was erased.")]
    network: Network
    provider: str
    receipt: Annotated[
        str | None, Meta(description="The provider's id, as the payer's message shows it.")
    ]
    created_at: Time
    confirmed_at: Time | None
    failure: TopUpFailure | None


class TopUpShown(Struct, frozen=True, kw_only=True):
    """One top-up."""

    status: Literal["success"] = "success"
    data: TopUp


class TopUps(Struct, frozen=True, kw_only=True):
    """Top-ups, newest first."""

    status: Literal["success"] = "success"
    data: list[TopUp]


class CallbackTaken(Struct, frozen=True, kw_only=True):
    """A callback was taken as a hint."""

    status: Literal["success"] = "success"
