"""What finance sends of a provider's file, and is answered."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.days import ProviderName, WalletName
from api.schemas.money import AmountNgwee
from api.schemas.words import Time


class StatementRequest(Struct, kw_only=True):
    """A provider's file, as a form of the type multipart/form-data."""

    file: Annotated[
        str,
        Meta(
            description="CSV, XLSX, XLS or ODS.",
            extra_json_schema={"format": "binary"},
            examples=["mtn.csv"],
        ),
    ]
    provider: ProviderName
    wallet: WalletName | UnsetType = UNSET
    template: Annotated[str, Meta(description="The name of a template.")] | UnsetType = UNSET
    date_format: Literal["dmy", "mdy", "ymd"] | UnsetType = UNSET
    dry_run: Literal["true", "false"] | UnsetType = UNSET


class RefusedRow(Struct, frozen=True, kw_only=True):
    """A row of the file that was not taken."""

    row: int
    reason: str


class StatementGap(Struct, frozen=True, kw_only=True):
    """A time that no statement tells of."""

    after: Time
    before: Time


class ImportedStatement(
    Struct, frozen=True, kw_only=True, rename={"first_at": "from", "last_at": "until"}
):
    """What became of a file; of the rows that were refused the first thousand are told."""

    statement_id: Annotated[str, Meta(examples=["stm_1"])] | None
    template: str
    lines: int
    added: int
    known: int
    refused: list[RefusedRow]
    refused_count: int
    opening_ngwee: AmountNgwee | None
    total_ngwee: AmountNgwee
    closing_ngwee: AmountNgwee | None
    balanced: bool
    contiguous: bool
    first_at: Time
    last_at: Time
    gaps: list[StatementGap]
    notes: list[str]


class ImportAnswer(Struct, frozen=True, kw_only=True):
    """A statement was imported, or looked at where ``statement_id`` is null."""

    status: Literal["success"] = "success"
    data: ImportedStatement
