"""Saves the days of a generated statement by every office program that is there."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import openpyxl
import xlsxwriter

from adapters.generation import generate

HERE: Final = Path(__file__).parent
NODE: Final = HERE.parents[1] / "end_to_end" / "foreign" / "node"
PROGRAMS: Final = {
    "LibreOffice": "soffice",
    "Gnumeric": "ssconvert",
    "Perl": "perl",
    "Node": "node",
}
LOCALES: Final = ("C.UTF-8", "de_DE.UTF-8")
RUN_S: Final = 120

Value = str | datetime | Decimal
Row = Sequence[Value]


def generated(folder: Path, *, days: int, payments: int) -> Path:
    """Write the statement that MTN would give of some days; give the file."""
    out = folder / "provider"
    generate(seed=5, payments=payments, days=days, out=out, truth=folder / "truth.ndjson")
    return out / "mtn.csv"


def rows_of(statement: Path) -> list[Row]:
    """Read it as somebody types it: dates as dates, amounts as numbers, all else as text."""
    with statement.open(encoding="utf-8", newline="") as file:
        heads, *rows = csv.reader(file)
    amounts = {"Amount", "Fee", "Balance"}
    return [
        heads,
        *(
            [
                datetime.fromisoformat(cell)
                if head == "Date"
                else Decimal(cell)
                if head in amounts and cell
                else cell
                for head, cell in zip(heads, row, strict=True)
            ]
            for row in rows
        ),
    ]


def save_all(folder: Path, statement: Path) -> list[Path]:
    """Save it by every program, typed and as its CSV was opened; give the files."""
    rows = rows_of(statement)
    _by_openpyxl(folder / "openpyxl.xlsx", rows)
    _by_xlsxwriter(folder / "xlsxwriter.xlsx", rows)
    _by_perl(folder, rows)
    _by_sheetjs(folder, rows)
    _by_libreoffice(folder, statement)
    _by_gnumeric(folder, statement)
    shutil.copy(statement, folder / "provider.csv")
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".ndjson")


def _by_openpyxl(path: Path, rows: Sequence[Row]) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)


def _by_xlsxwriter(path: Path, rows: Sequence[Row]) -> None:
    book: Any = xlsxwriter.Workbook(path)
    sheet, date = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, place, cell, date)
            elif isinstance(cell, Decimal):
                sheet.write_number(number, place, float(cell))
            else:
                sheet.write_string(number, place, cell)
    book.close()


def _by_perl(folder: Path, rows: Sequence[Row]) -> None:
    def written(cell: Value) -> str:
        if isinstance(cell, datetime):
            return cell.isoformat()
        return f"#{cell}" if isinstance(cell, Decimal) else cell

    lines = "".join("\t".join(map(written, row)) + "\n" for row in rows)
    _run("perl", HERE / "sheet.pl", folder, stdin=lines)


def _by_sheetjs(folder: Path, rows: Sequence[Row]) -> None:
    def written(cell: Value) -> object:
        if isinstance(cell, datetime):
            return list(cell.timetuple()[:6])
        return float(cell) if isinstance(cell, Decimal) else cell

    values = json.dumps([list(map(written, row)) for row in rows])
    paths = os.pathsep.join((str(NODE / "node_modules"), os.environ.get("NODE_PATH", "")))
    _run("node", HERE / "sheet.cjs", folder, stdin=values, NODE_PATH=paths)


def _by_libreoffice(folder: Path, statement: Path) -> None:
    typed = folder / "openpyxl.xlsx"
    for suffix in ("xlsx", "ods", "xls"):
        _convert(typed, folder / f"libreoffice.{suffix}", suffix)
    for locale in LOCALES:
        name = f"libreoffice-{locale.partition('.')[0]}.csv"
        _convert(typed, folder / name, "csv", LC_ALL=locale)
    _convert(statement, folder / "libreoffice-opened.xlsx", "xlsx")


def _convert(source: Path, target: Path, suffix: str, **environment: str) -> None:
    """Let LibreOffice save a file in another form; it names what it writes itself."""
    out = target.parent / f"out-{target.stem}"
    profile = f"-env:UserInstallation=file://{out.resolve()}/profile"
    _run(
        *("soffice", profile, "--headless", "--convert-to", suffix, "--outdir", out, source),
        **environment,
    )
    shutil.move(out / f"{source.stem}.{suffix}", target)
    shutil.rmtree(out)


def _by_gnumeric(folder: Path, statement: Path) -> None:
    for suffix in ("xlsx", "ods", "xls", "csv"):
        _run("ssconvert", folder / "openpyxl.xlsx", folder / f"gnumeric.{suffix}")
    _run("ssconvert", statement, folder / "gnumeric-opened.xlsx")


def _run(*command: object, stdin: str = "", **environment: str) -> None:
    subprocess.run(
        list(map(str, command)),
        input=stdin,
        env={**os.environ, **environment},
        check=True,
        text=True,
        capture_output=True,
        timeout=RUN_S,
    )
