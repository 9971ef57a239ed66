"""Tables that people download: text stays text, amounts are exact, the same bytes twice."""

import io

import openpyxl
import pytest

from adapters.tables import write_table, xlsx_table
from application.ports.tables import Column, Format, Kind, Table
from domain.errors import InvalidRequest

PAYER = '=HYPERLINK("http://evil.example","Pay here")'
COLUMNS = (Column("payer"), Column("count", Kind.WHOLE), Column("amount", Kind.NGWEE))
ROWS = (
    (PAYER, 7, 123_456_789),
    ("+260971234567", None, -5),
    ("0971234567", 0, 0),
    ("{=1+1}", 1, None),
    ('Ŋoma, "x"\nand more', 2, 1),
)


def written(form: Format) -> bytes:
    into = io.BytesIO()
    assert write_table(Table("payers", COLUMNS, iter(ROWS)), form, into) == len(ROWS)
    return into.getvalue()


def test_csv_is_utf8_with_its_mark_and_no_spreadsheet_works_it_out() -> None:
    assert written(Format.CSV).decode() == (
        "\ufeffpayer,count,amount\r\n"
        '"\'=HYPERLINK(""http://evil.example"",""Pay here"")",7,1234567.89\r\n'
        "'+260971234567,,-0.05\r\n"
        "0971234567,0,0.00\r\n"
        "{=1+1},1,\r\n"
        '"Ŋoma, ""x""\nand more",2,0.01\r\n'
    )


def test_xlsx_holds_text_as_text_and_amounts_as_numbers() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX))).active
    assert sheet is not None
    cells = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == [("payer", "s"), ("count", "s"), ("amount", "s")]
    assert cells[1] == [(PAYER, "s"), (7, "n"), (1234567.89, "n")]
    assert [row[0] for row in cells[2:5]] == [
        *(("+260971234567", "s"), ("0971234567", "s"), ("{=1+1}", "s"))
    ]
    assert sheet["C2"].number_format == "#,##0.00"


@pytest.mark.parametrize("form", Format)
def test_the_same_table_gives_the_same_bytes(form: Format) -> None:
    assert written(form) == written(form)


def test_a_sheet_that_is_full_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_table, "ROWS_MAX", 4)
    with pytest.raises(InvalidRequest, match="ask for less time"):
        written(Format.XLSX)
