"""A provider's spreadsheet gives its lines exactly, or is refused in words with the row."""

import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt
from openpyxl import Workbook

from adapters.settings import Settings
from adapters.spreadsheets.bounds import CHUNK_BYTES, MEBIBYTE, Bounds
from adapters.statement_files import open_of
from adapters.statements.file import ReadFile, open_statement
from application.ports import FileLine
from domain.errors import InvalidRequest
from domain.values import Instant

NOON = Instant(1_769_940_000_000_000)
"""2026-02-01T10:00:00Z, which is noon in Lusaka."""
HEADINGS = ("Transaction ID", "Transaction Date", "MSISDN", "Paid In", "Withdrawn", "Balance")
DAY = datetime(2026, 2, 1, 12)  # noqa: DTZ001 - spreadsheets name no zone
ROW: tuple[Any, ...] = ("PP1", DAY, 260971234567, 50.1, None, 150.1)
LINE = FileLine(2, "PP1", 5_010, 0, NOON, "+260971234567")

TOLD = [
    "1 rows hold computed results, as old as the file.",
    "1 rows are hidden in the spreadsheet, and were read as well.",
]

Write = Callable[[Path, Sequence[Sequence[Any]]], Path]


def xlsx(folder: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]  # a sheet, in a new book
    book.save(path := folder / "statement.xlsx")
    return path


def xls(folder: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    dated = xlwt.easyxf(num_format_str="dd/mm/yyyy hh:mm")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            style = dated if isinstance(cell, datetime) else xlwt.Style.default_style
            sheet.write(number, place, cell, style)
    book.save(str(path := folder / "statement.xls"))
    return path


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)


def ods_cell(cell: Any, more: str = "") -> str:
    if isinstance(cell, datetime):
        more += f' office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, bool):
        more += ' office:value-type="boolean" office:boolean-value="true"'
    elif isinstance(cell, int | float):
        more += f' office:value-type="float" office:value="{cell}"'
    text = f"<text:p>{cell}</text:p>" if cell is not None else ""
    return f"<table:table-cell{more}>\n {text}\n</table:table-cell>"


def ods_file(folder: Path, *tables: str, styles: str = "", head: str = "") -> Path:
    path = folder / "statement.ods"
    body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "content.xml",
            f"<?xml version='1.0'?>{head}<office:document-content {SPACES}>"
            f"<office:automatic-styles>{styles}</office:automatic-styles>{body}"
            "</office:document-content>",
        )
    return path


def ods_table(rows: Sequence[Sequence[Any]], *, name: str = "A", more: str = "") -> str:
    written = "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows
    )
    return f'<table:table table:name="{name}"{more}>{written}</table:table>'


def ods(folder: Path, rows: Sequence[Sequence[Any]]) -> Path:
    return ods_file(folder, ods_table(rows))


@pytest.fixture(params=[xlsx, xls, ods], ids=["xlsx", "xls", "ods"])
def write(request: pytest.FixtureRequest) -> Write:
    found: Write = request.param
    return found


def lines(path: Path) -> list[FileLine]:
    return list(open_statement(path).lines())


def reasons(file: ReadFile) -> list[tuple[int, str]]:
    return [(refused.row, refused.reason) for refused in file.summary.refused_rows]


def test_a_spreadsheet_of_each_kind_gives_its_lines(write: Write, tmp_path: Path) -> None:
    assert lines(write(tmp_path, [HEADINGS, ROW])) == [LINE]


def test_a_spreadsheet_is_known_by_what_it_holds_not_by_its_name(
    write: Write, tmp_path: Path
) -> None:
    nameless = write(tmp_path, [HEADINGS, ROW]).rename(tmp_path / "statement")
    assert lines(nameless) == [LINE]


def test_rows_are_numbered_as_the_spreadsheet_does(write: Write, tmp_path: Path) -> None:
    rows: list[Sequence[Any]] = [["Statement"], [None], HEADINGS, [None], ROW]
    assert [line.row for line in lines(write(tmp_path, rows))] == [5]


@pytest.mark.slow
def test_a_spreadsheet_with_any_byte_changed_is_read_or_refused_in_words(tmp_path: Path) -> None:
    whole = xlsx(tmp_path, [HEADINGS, ROW]).read_bytes()
    refused: Counter[str] = Counter()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (path := tmp_path / "damaged.xlsx").write_bytes(damaged)
        try:
            list(open_statement(path).lines())
        except InvalidRequest as error:
            refused[str(error)] += 1
    assert refused["The spreadsheet is damaged or has a password: save it again."] > 0


@pytest.mark.parametrize(
    ("place", "cell", "reason"),
    [
        (0, 1.5, "The column id holds a broken number"),
        (0, 8.92e18, "The column id was kept as a number and has lost digits"),
        (1, 46054.5, "The column date is a bare number where a date is expected."),
        (2, 8.92e18, "The column payer was kept as a number and has lost digits"),
        (3, 50.004, "The column in is not a whole number of ngwee."),
        (3, True, "The column in holds a date or a yes or no"),
        (3, DAY, "The column in holds a date or a yes or no"),
    ],
)
def test_a_damaged_cell_is_refused_with_its_row(
    write: Write, tmp_path: Path, place: int, cell: Any, reason: str
) -> None:
    row = [*ROW[:place], cell, *ROW[place + 1 :]]
    file = open_statement(write(tmp_path, [HEADINGS, ("PP0", *ROW[1:]), row]))
    assert [(number, reason in why) for number, why in reasons(file)] == [(3, True)]


def test_what_adding_fractions_leaves_behind_is_whole_ngwee(write: Write, tmp_path: Path) -> None:
    row = [*ROW[:3], 0.1 + 0.2, None, None]
    assert [line.amount_ngwee for line in lines(write(tmp_path, [HEADINGS, row]))] == [30]


def test_more_rows_than_may_be_are_refused(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, [HEADINGS, ROW, ("PP2", *ROW[1:])])
    with pytest.raises(InvalidRequest, match="more than 2 rows"):
        open_statement(path, bounds=Bounds(rows=2))


def test_more_bytes_than_may_be_are_refused(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, [HEADINGS, ROW, *([f"{n}{'x' * 30_000}"] for n in range(40))])
    with pytest.raises(InvalidRequest, match="larger than 1 MiB unpacked"):
        open_statement(path, bounds=Bounds(unpacked_bytes=MEBIBYTE))


def test_the_settings_say_how_large_a_spreadsheet_may_be(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, [HEADINGS, ROW, *([f"{n}{'x' * 30_000}"] for n in range(40))])
    small = Settings(data_dir=tmp_path, statement_unpacked_max_mib=1)
    with pytest.raises(InvalidRequest, match="larger than 1 MiB unpacked"):
        open_of(small, path, provider="airtel", template=None, order=None)
    short = Settings(data_dir=tmp_path, statement_rows_max=40)
    with pytest.raises(InvalidRequest, match="more than 40 rows"):
        open_of(short, path, provider="airtel", template=None, order=None)


# -- what only some kinds can hold --------------------------------------------------------------


def test_a_formula_without_a_result_is_no_nothing(tmp_path: Path) -> None:
    path = xlsx(tmp_path, [HEADINGS, ROW, ("PP2", DAY, "", "=25*2", "", "")])
    assert reasons(open_statement(path)) == [
        (3, "The column in holds a formula whose result is not in the file.")
    ]
    row = "".join(map(ods_cell, ("PP2", DAY, None))) + ods_cell(0, ' table:formula="of:=1-1"')
    table = ods_table([HEADINGS, ROW]).replace(
        "</table:table>", f"<table:table-row>{row}</table:table-row></table:table>"
    )
    assert reasons(open_statement(ods_file(tmp_path, table))) == [
        (3, "The column in holds a formula whose result is not in the file.")
    ]


def test_a_hidden_first_sheet_is_not_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["old"])  # type: ignore[union-attr]  # a sheet, in a new book
    book.active.sheet_state = "hidden"  # type: ignore[union-attr]  # a sheet, in a new book
    shown = book.create_sheet("Shown")
    for row in (HEADINGS, ROW):
        shown.append(row)
    book.save(tmp_path / "statement.xlsx")
    assert lines(tmp_path / "statement.xlsx") == [LINE]
    style = '<style:style style:name="h"><style:table-properties table:display="false"/>'
    path = ods_file(
        tmp_path,
        ods_table([["old"]], name="Old", more=' table:style-name="h"'),
        ods_table([HEADINGS, ROW]),
        styles=f"{style}</style:style>",
    )
    assert lines(path) == [LINE]


def test_several_sheets_with_data_are_refused(tmp_path: Path) -> None:
    book = Workbook()
    for sheet in (book.active, book.create_sheet("Two")):
        sheet.append(HEADINGS)  # type: ignore[union-attr]  # a sheet, in a new book
    book.save(tmp_path / "statement.xlsx")
    two = ods_file(tmp_path, ods_table([HEADINGS]), ods_table([HEADINGS], name="B"))
    for path in (tmp_path / "statement.xlsx", two):
        with pytest.raises(InvalidRequest, match="2 sheets that are shown hold data"):
            open_statement(path)


@pytest.mark.parametrize(
    ("second", "shown", "words"),
    [("02/01/2026", None, "Some dates are text"), (DAY, "d-mmm-yyyy", "more than one way")],
)
def test_dates_that_an_office_program_may_have_turned_wait_for_a_person(
    tmp_path: Path, second: Any, shown: str | None, words: str
) -> None:
    book = Workbook()
    for row in (HEADINGS, ROW, ("PP2", second, *ROW[2:])):
        book.active.append(row)  # type: ignore[union-attr]  # a sheet, in a new book
    if shown:
        book.active["B3"].number_format = shown  # type: ignore[index]  # a sheet, in a new book
    book.save(path := tmp_path / "statement.xlsx")
    with pytest.raises(InvalidRequest, match=words) as refusal:
        open_statement(path)
    assert refusal.value.field == "date_format"
    assert len(list(open_statement(path, order="dmy").lines())) == 2


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = ods_file(tmp_path, ods_table([HEADINGS, ROW]), head="<!doctype x>")
    with pytest.raises(InvalidRequest, match="declares a document type"):
        open_statement(path)


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("place", [0, CHUNK_BYTES - 5], ids=["first", "between two reads"])
@pytest.mark.parametrize("name", ["[Content_Types].xml", "xl/sharedStrings.xml", "xl/other.xml"])
def test_a_document_type_in_any_part_of_a_workbook_is_refused(
    tmp_path: Path, name: str, place: int, code: str
) -> None:
    with zipfile.ZipFile(xlsx(tmp_path, [HEADINGS, ROW])) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = b" " * place + '<!DOCTYPE x [<!ENTITY a "aaaa">]>'.encode(code)
    with zipfile.ZipFile(path := tmp_path / "typed.xlsx", "w") as archive:
        for one, data in parts.items():
            archive.writestr(one, data)
    with pytest.raises(InvalidRequest, match="declares a document type"):
        open_statement(path)


def test_computed_and_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(path := tmp_path / "statement.xlsx")
    sheet, date = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for number, row in enumerate([HEADINGS, ROW, ("PP2", *ROW[1:]), ("PP3", *ROW[1:])]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, date if cell is DAY else None)
    sheet.write_formula(2, 3, "=25*2", None, 50)
    sheet.set_row(3, None, None, {"hidden": True})
    book.close()
    file = open_statement(path)
    assert [line.amount_ngwee for line in file.lines()] == [5_010, 5_000, 5_010]
    assert file.summary.notes == TOLD
    shown, hidden = (
        "".join(map(ods_cell, (name, DAY, 260971234567))) + ods_cell(50, more)
        for name, more in (("PP2", ' table:formula="of:=25*2"'), ("PP3", ""))
    )
    rows = f"<table:table-row>{shown}</table:table-row>" + (
        f'<table:table-row table:visibility="filter">{hidden}</table:table-row></table:table>'
    )
    table = ods_table([HEADINGS, ROW]).replace("</table:table>", rows)
    file = open_statement(ods_file(tmp_path, table))
    assert [line.amount_ngwee for line in file.lines()] == [5_010, 5_000, 5_000]
    assert file.summary.notes == TOLD


def test_characters_that_a_spreadsheet_writes_in_words_are_read_as_themselves(
    write: Write, tmp_path: Path
) -> None:
    bad, good = ("PP2_x0001_", *ROW[1:]), ("PP3_x000D_", *ROW[1:])
    file = open_statement(write(tmp_path, [HEADINGS, ROW, bad, good]))
    assert [line.transaction_id for line in file.lines()] == ["PP1", "PP3"]
    assert reasons(file) == [(3, "The column id holds characters that an export has damaged.")]


def test_repeated_rows_with_data_are_rows_and_empty_ones_cost_nothing(tmp_path: Path) -> None:
    row = "".join(map(ods_cell, ROW))
    table = ods_table([HEADINGS]).replace(
        "</table:table>",
        f'<table:table-row table:number-rows-repeated="2">{row}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row></table:table>',
    )
    file = open_statement(ods_file(tmp_path, table))
    assert reasons(file) == [(3, "An earlier row shows the same transaction.")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "The file is a PDF"),
        (b"<html><table>", "The file is a page"),
        (b"PK\x03\x04 cut", "damaged or has a password"),
        (b"\xd0\xcf\x11\xe0 cut", "cannot be read"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(
    tmp_path: Path, data: bytes, words: str
) -> None:
    path = tmp_path / "statement.xlsx"
    path.write_bytes(data)
    with pytest.raises(InvalidRequest, match=words):
        open_statement(path)


def test_a_binary_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(path := tmp_path / "statement.xlsb", "w") as archive:
        archive.writestr("xl/workbook.bin", "")
    with pytest.raises(InvalidRequest, match="a spreadsheet that cannot be read here"):
        open_statement(path)
