"""Writes a story as files: our payments, a CSV for each provider, and the truth on its own."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from adapters.generation.cases import ANOMALIES, OVERLAPS
from adapters.generation.story import DAY_S, FEES, FIRST_DAY_S, StatementRow, Story

OPENING_NGWEE: Final = 1_000_000
GRACE_DAYS: Final = 3
"""How much longer than the payments the statements run: late rows and reversals come in then."""
PAYMENT_COLUMNS: Final = (
    "provider", "reference", "receipt", "amount_ngwee", "msisdn", "at", "standing",
)  # fmt: skip

Cells = Callable[[StatementRow, int], Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What was written."""

    payments: int
    rows: int
    anomalies: int
    """Cases in which something is wrong."""
    overlaps: int
    """Those of them in which two things are, or what the file cannot tell."""
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    headings: tuple[str, ...]
    cells: Cells
    """Gives the cells of a row and the balance after it."""


def _kwacha(ngwee: int) -> str:
    sign = "-" if ngwee < 0 else ""
    return f"{sign}{abs(ngwee) // 100}.{abs(ngwee) % 100:02}"


def _time(at_s: int, form: str, *, hours: int = 2) -> str:
    return (datetime.fromtimestamp(at_s, UTC) + timedelta(hours=hours)).strftime(form)


def _msisdn(row: StatementRow) -> str:
    return f"260{row.msisdn[1:]}" if row.msisdn else ""


def _mtn(row: StatementRow, balance: int) -> Sequence[object]:
    return (
        row.receipt, row.reference, _time(row.at_s, "%Y-%m-%d %H:%M:%S"), "Successful",
        row.kind.title(), row.words or row.original, _msisdn(row), "", "Ngoma",
        _kwacha(row.amount_ngwee), "ZMW", _kwacha(row.fee_ngwee), _kwacha(balance),
    )  # fmt: skip


def _in_and_out(row: StatementRow) -> tuple[str, str]:
    amount = _kwacha(abs(row.amount_ngwee))
    return ("", amount) if row.amount_ngwee < 0 else (amount, "")


def _airtel(row: StatementRow, balance: int) -> Sequence[object]:
    return (
        row.receipt, _time(row.at_s, "%d/%m/%Y %H:%M:%S"), row.words or row.original,
        row.kind.title(), _msisdn(row), *_in_and_out(row), _kwacha(row.fee_ngwee),
        _kwacha(balance), "TS",
    )  # fmt: skip


def _zamtel(row: StatementRow, balance: int) -> Sequence[object]:
    return (
        row.receipt, _time(row.at_s, "%d-%m-%Y %H:%M:%S"), row.words or row.original,
        "Completed", *_in_and_out(row), _kwacha(row.fee_ngwee), _kwacha(balance),
        row.kind.title(), _msisdn(row),
    )  # fmt: skip


def _pawapay(row: StatementRow, balance: int) -> Sequence[object]:
    return (
        _time(row.at_s, "%Y-%m-%dT%H:%M:%SZ", hours=0), _msisdn(row), row.receipt,
        _kwacha(row.amount_ngwee), "ZMW", "ZMB", "MTN_MOMO_ZMB", row.kind.title(),
        row.original, _kwacha(row.fee_ngwee), _kwacha(balance),
    )  # fmt: skip


LAYOUTS: Final = {
    "mtn": _Layout(
        (
            "Id", "External id", "Date", "Status", "Type", "Information", "From", "From name",
            "To name", "Amount", "Currency", "Fee", "Balance",
        ),
        _mtn,
    ),
    "airtel": _Layout(
        (
            "Transaction ID", "Transaction Date", "Transaction Details", "Transaction Type",
            "MSISDN", "Paid In", "Withdrawn", "Service Charge", "Balance", "Status",
        ),
        _airtel,
    ),
    "zamtel": _Layout(
        (
            "Receipt No.", "Completion Time", "Details", "Transaction Status", "Paid In",
            "Withdrawn", "Charge", "Balance", "Reason Type", "Opposite Party",
        ),
        _zamtel,
    ),
    "pawapay": _Layout(
        (
            "Creation Date", "MSISDN", "Transaction ID", "Amount", "Currency", "Country", "MNO",
            "Type", "Reason", "Fee", "Balance",
        ),
        _pawapay,
    ),
}  # fmt: skip


def generate(*, seed: int, payments: int, days: int, out: Path, truth: Path) -> Generated:
    """Write payments.csv and a statement for each provider into ``out``, and ``truth``.

    The same arguments write the same bytes. The truth has an object a line: first the terms, then
    one for each row of a statement (rows are counted from 1, with the headings) and for each
    payment, with all that is wrong with it.

    Raises:
        OSError: a file cannot be written.
    """
    story = Story(seed=seed, payments=payments, days=days)
    out.mkdir(parents=True, exist_ok=True)
    truth.parent.mkdir(parents=True, exist_ok=True)
    files = [out / "payments.csv"]
    _write(files[0], PAYMENT_COLUMNS, _payments(story))
    for provider, rows in story.rows.items():
        files.append(out / f"{provider}.csv")
        _write(files[-1], LAYOUTS[provider].headings, _cells(LAYOUTS[provider].cells, rows))
    with truth.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{json.dumps(one)}\n" for one in _truths(story))
    written = sum(len(rows) for rows in story.rows.values())
    overlaps = sum(story.told[case.name] for case in OVERLAPS)
    return Generated(
        payments=len(story.payments),
        rows=written,
        anomalies=overlaps + sum(story.told[case.name] for case in ANOMALIES),
        overlaps=overlaps,
        files=tuple(files),
    )


def _write(path: Path, headings: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(headings)
        writer.writerows(rows)


def _payments(story: Story) -> Iterator[Sequence[object]]:
    for one in story.payments:
        yield (
            one.provider, one.reference, one.receipt, one.amount_ngwee, one.msisdn,
            _time(one.at_s, "%Y-%m-%dT%H:%M:%SZ", hours=0), one.standing,
        )  # fmt: skip


def _cells(cells: Cells, rows: Sequence[StatementRow]) -> Iterator[Sequence[object]]:
    balance = OPENING_NGWEE
    for row in rows:
        if not row.repeats:
            balance += row.amount_ngwee - row.fee_ngwee
        yield cells(row, balance)


def _truths(story: Story) -> Iterator[dict[str, object]]:
    yield {
        "fees": {
            name: {"flat_ngwee": flat, "per_10_000": rate} for name, (flat, rate) in FEES.items()
        },
        "opening_ngwee": OPENING_NGWEE,
        "until": _time(
            FIRST_DAY_S + (story.days + GRACE_DAYS) * DAY_S, "%Y-%m-%dT%H:%M:%SZ", hours=0
        ),
    }
    for provider, rows in story.rows.items():
        for number, row in enumerate(rows, start=2):
            yield {
                "file": f"{provider}.csv",
                "row": number,
                "kind": row.kind,
                "troubles": list(row.truth),
                "payments": row.payments,
                "suggests": row.suggests or None,
            }
    for one in story.payments:
        yield {"payment": one.reference, "troubles": list(one.truth)}
