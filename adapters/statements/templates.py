"""How each provider's files name their columns: mapping templates, as data.

No provider publishes the headings of its portal's exports; these are what exports were seen with.
A file whose headings differ is refused with what was found, so that another template can be made.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from domain.days import OFFSET_S
from domain.errors import InvalidRequest
from domain.matching import LineKind

DateOrder = Literal["dmy", "mdy", "ymd"]
"""In which order a date gives its day, month and year."""
ORDERS: Final[Sequence[DateOrder]] = ("dmy", "mdy", "ymd")

SUCCEEDED: Final = frozenset(
    {"success", "successful", "completed", "ts", "ok", "transaction success"}
)
FAILED: Final = frozenset(
    {
        *("failed", "tf", "declined", "cancelled", "canceled", "rejected", "expired"),
        *("pending", "initiated", "transaction failed"),
    }
)
KINDS: Final[Mapping[str, LineKind]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("reversal", "reversed", "transaction reversal", "payment reversal", "chargeback"),
            LineKind.REVERSAL,
        ),
        **dict.fromkeys(
            ("refund", "refunds", "payout", "payouts", "disbursement", "transfer", "b2c"),
            LineKind.REFUND,
        ),
        **dict.fromkeys(
            ("settlement", "withdrawal", "withdrawals", "cash out", "sweep", "bank transfer"),
            LineKind.SETTLEMENT,
        ),
        **dict.fromkeys(("batch", "bulk settlement", "daily total"), LineKind.BATCH),
        **dict.fromkeys(("fee", "fees", "charge", "charges", "commission"), LineKind.FEE),
    }
)
"""What types of rows say that a line is; of others, and without a type, its sign tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One way of writing a statement; headings are compared in small letters, without marks."""

    name: str
    provider: str
    about: str
    columns: Mapping[str, tuple[str, ...]]
    """What each field is headed by. Fields: id, date, amount (signed), in, out, fee, balance,
    status, type, currency, payer, words, reference."""
    order: DateOrder
    offset_s: int = OFFSET_S
    """How far its times are ahead of UTC, where they do not say so themselves."""
    has_accounting_signs: bool = False
    """Whether ``(50.00)`` and ``50.00-`` mean less than nothing."""
    outgoing: frozenset[str] = frozenset()
    """Types whose amounts leave our wallet though they are written without a sign."""
    fees: frozenset[str] = frozenset()
    """Types of rows that are a fee alone."""


_IDS: Final = ("transaction id", "txn id", "receipt", "receipt no", "receipt number")
_FEES: Final = ("fee", "fees", "charge", "charges", "service charge", "transaction fee")
_BALANCES: Final = ("balance", "balance after", "running balance", "closing balance")
_PAYERS: Final = ("msisdn", "from", "payer", "mobile number", "phone number", "sender msisdn")


def _columns(**named: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(named)


TEMPLATES: Final = (
    Template(
        name="mtn",
        provider="mtn",
        about="MTN's partner portal: Id, External id, Date, Status, From, Amount, Fee, Balance",
        columns=_columns(
            id=("id", "financial transaction id", *_IDS),
            date=("date", "transaction date"),
            amount=("amount",),
            fee=_FEES,
            balance=_BALANCES,
            status=("status",),
            type=("type", "transaction type"),
            currency=("currency",),
            payer=_PAYERS,
            words=("from name", "information"),
            reference=("external id", "external transaction id"),
        ),
        order="ymd",
        outgoing=frozenset({"transfer", "cash out", "refund", "withdrawal", "disbursement"}),
    ),
    Template(
        name="airtel",
        provider="airtel",
        about="Airtel's merchant statement: paid in and withdrawn in two columns, or one amount",
        columns=_columns(
            id=("transaction id", "reference no", "reference number", "txn id", *_IDS),
            date=(
                *("transaction date", "date and time", "completion time", "value date"),
                *("timestamp", "date"),
            ),
            amount=("amount", "transaction amount"),
            **{"in": ("paid in", "money in", "credit")},
            out=("withdrawn", "paid out", "money out", "debit"),
            fee=_FEES,
            balance=_BALANCES,
            status=("status", "transaction status"),
            type=("type", "transaction type", "service"),
            currency=("currency", "currency type"),
            payer=_PAYERS,
            words=("transaction details", "details", "description", "narration", "particulars"),
            reference=("external id", "partner reference", "reference"),
        ),
        order="dmy",
        has_accounting_signs=True,
    ),
    Template(
        name="zamtel",
        provider="zamtel",
        about="Zamtel Kwacha's organisation statement: paid in, withdrawn and balance",
        columns=_columns(
            id=("receipt no", "receipt number", "order id", *_IDS),
            date=("completion time", "end time", "date", "initiation time"),
            amount=("amount",),
            **{"in": ("paid in", "credit")},
            out=("withdrawn", "paid out", "debit"),
            fee=_FEES,
            balance=_BALANCES,
            status=("transaction status", "status"),
            type=("reason type", "type"),
            currency=("currency",),
            payer=("opposite party", "other party info", *_PAYERS),
            words=("details",),
            reference=("linked transaction id", "external id", "conversation id"),
        ),
        order="dmy",
        has_accounting_signs=True,
    ),
    Template(
        name="pawapay",
        provider="pawapay",
        about="pawaPay's wallet statement: Creation Date (UTC), MSISDN, Transaction ID, Amount",
        columns=_columns(
            id=("transaction id",),
            date=("creation date", "creation date utc"),
            amount=("amount", "deposited amount"),
            fee=_FEES,
            balance=_BALANCES,
            status=("status",),
            type=("type",),
            currency=("currency",),
            payer=("msisdn",),
            words=("reason",),
            reference=("transaction id",),
        ),
        order="ymd",
        offset_s=0,
        outgoing=frozenset({"payout", "payouts", "withdrawal", "withdrawals", "refund", "refunds"}),
        fees=frozenset({"fee", "fees"}),
    ),
)
"""Every template that is shipped; the first of a provider is taken unless another is named."""


FIELDS: Final = (
    *("id", "date", "amount", "in", "out", "fee", "balance", "status", "type", "currency"),
    *("payer", "words", "reference"),
)


def guess_columns(headings: Sequence[str]) -> Mapping[str, str]:
    """Guess which heading names which field, by what they are called elsewhere; each once."""
    left = {_plain(heading): heading for heading in headings}
    guessed: dict[str, str] = {}
    for template in TEMPLATES:
        for field, names in template.columns.items():
            found = next((name for name in names if name in left), None)
            if field not in guessed and found:
                guessed[field] = left.pop(found)
    return guessed


def load_template(path: Path) -> Template:
    """Read a template that somebody wrote: ``provider``, ``order``, and a table ``columns``.

    Raises:
        InvalidRequest: with field ``template``: it is no such file.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = {name: (_plain(text),) for name, text in written["columns"].items()}
        order = ORDERS[ORDERS.index(written.get("order", "dmy"))]
        return Template(
            name=path.stem,
            provider=str(written.get("provider", "")),
            about=str(path),
            columns={FIELDS[FIELDS.index(name)]: heads for name, heads in columns.items()},
            order=order,
            has_accounting_signs=written.get("has_accounting_signs", False) is True,
            outgoing=frozenset(map(_plain, written.get("outgoing", ()))),
            fees=frozenset(map(_plain, written.get("fees", ()))),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = (
            f"{path.name} is no template: `ngoma finance templates FILE` writes one to begin with."
        )
        raise InvalidRequest(msg, field="template") from error


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def find_template(name: str) -> Template:
    """Give a template by its name.

    Raises:
        InvalidRequest: with field ``template``: there is none of this name.
    """
    for template in TEMPLATES:
        if template.name == name:
            return template
    known = ", ".join(template.name for template in TEMPLATES)
    msg = f"There is no template {name}; there are {known}."
    raise InvalidRequest(msg, field="template")
