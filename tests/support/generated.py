"""Reads generated payments, statements and their truth, with nothing of the gateway's readers."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from domain.fees import FeeSchedule
from domain.matching import Expected, Line, LineKind, Standing, Terms
from domain.values import SECOND, Instant

PROVIDERS: Final = ("mtn", "airtel", "zamtel", "pawapay")
_COLUMNS: Final = {
    "mtn": ("Id", "Date", "%Y-%m-%d %H:%M:%S", "Type", "From", "Fee", "Information"),
    "airtel": (
        *("Transaction ID", "Transaction Date", "%d/%m/%Y %H:%M:%S", "Transaction Type"),
        *("MSISDN", "Service Charge", "Transaction Details"),
    ),
    "zamtel": (
        *("Receipt No.", "Completion Time", "%d-%m-%Y %H:%M:%S", "Reason Type"),
        *("Opposite Party", "Charge", "Details"),
    ),
    "pawapay": (
        *("Transaction ID", "Creation Date", "%Y-%m-%dT%H:%M:%SZ", "Type"),
        *("MSISDN", "Fee", "Reason"),
    ),
}


@dataclass(frozen=True, slots=True)
class History:
    """What was generated, by provider."""

    expected: Mapping[str, list[Expected]]
    lines: Mapping[str, list[Line]]
    terms: Mapping[str, Terms]
    line_truth: Mapping[str, list[dict[str, Any]]]
    payment_truth: Mapping[str, list[str]]


def read_history(out: Path, truth: Path) -> History:
    """Read everything."""
    told = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    head, rest = told[0], told[1:]
    until = _instant(head["until"], "%Y-%m-%dT%H:%M:%SZ", 0)
    expected: dict[str, list[Expected]] = {name: [] for name in PROVIDERS}
    for row in _rows(out / "payments.csv"):
        expected[row["provider"]].append(_expected(row))
    return History(
        expected=expected,
        lines={
            name: [_line(name, row) for row in _rows(out / f"{name}.csv")] for name in PROVIDERS
        },
        terms={
            name: Terms(until=until, fees=FeeSchedule(**head["fees"][name])) for name in PROVIDERS
        },
        line_truth={
            name: [one for one in rest if one.get("file") == f"{name}.csv"] for name in PROVIDERS
        },
        payment_truth={one["payment"]: one["troubles"] for one in rest if "payment" in one},
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _expected(row: Mapping[str, str]) -> Expected:
    return Expected(
        reference=row["reference"],
        provider_reference="",
        receipt=row["receipt"],
        amount_ngwee=int(row["amount_ngwee"]),
        payer=row["msisdn"],
        at=_instant(row["at"], "%Y-%m-%dT%H:%M:%SZ", 0),
        standing=Standing(row["standing"]),
    )


def _line(provider: str, row: Mapping[str, str]) -> Line:
    receipt, date, form, kind, payer, fee, words = _COLUMNS[provider]
    is_reversal = row[kind] == "Reversal"
    if "Amount" in row:
        amount = _ngwee(row["Amount"])
    else:
        amount = _ngwee(row["Paid In"]) - _ngwee(row["Withdrawn"])
    return Line(
        receipt=row[receipt],
        reference=row.get("External id", ""),
        amount_ngwee=amount,
        fee_ngwee=_ngwee(row[fee]),
        payer=f"0{row[payer][3:]}" if row[payer] else "",
        at=_instant(row[date], form, 0 if provider == "pawapay" else 2),
        kind=LineKind(row[kind].lower()),
        narration="" if is_reversal else row[words],
        original=row[words] if is_reversal else "",
    )


def _ngwee(kwacha: str) -> int:
    return int(kwacha.replace(".", "")) if kwacha else 0


def _instant(text: str, form: str, hours: int) -> Instant:
    moment = datetime.strptime(text, form).replace(tzinfo=UTC) - timedelta(hours=hours)
    return Instant(int(moment.timestamp()) * SECOND)
