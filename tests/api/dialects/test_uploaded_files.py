"""Lists as office programs save them: each row is right, or is refused with the reason.

``lists/`` was saved by LibreOffice 7.4.7 (``--convert-to``, locale C.UTF-8) from a sheet that
openpyxl wrote: a number as text, two of twelve digits, one shown as 0.00E+00, one that had lost
its zero, and what cannot be sent.
"""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.api.conftest import Gateway
from tests.api.dialects.test_uploads import seen, sent, upload, uploaded

FILES = Path(__file__).parent / "lists"
LOST = "The recipient was kept as a number and has lost digits; export it again as text."
ZERO = "1 phone numbers had lost their zero and were given 260."


def rows_of(gateway: Gateway, found: dict[str, Any]) -> list[tuple[int, str, str]]:
    rows = seen(gateway, found["upload_id"], "/rows")["data"]
    return [(row["row"], row["recipient"], row["message"]) for row in rows]


def refused(found: dict[str, Any]) -> dict[int, str]:
    return {row["row"]: row["reason"] for row in found["bad_rows"]}


@pytest.mark.parametrize(
    ("file", "eng", "reasons", "note"),
    [
        (
            "libreoffice.csv",
            "?andu",
            {8: "ends in a dot and decimals", 9: "may hold only digits"},
            "1 rows have a ? inside a word: letters may be lost",
        ),
        (
            "libreoffice.xlsx",
            "Ŋandu",
            {8: "a broken number", 9: "The recipient holds an error."},
            "1 rows hold computed results",
        ),
    ],
)
def test_a_list_that_libreoffice_saved(
    gateway: Gateway, file: str, eng: str, reasons: dict[int, str], note: str
) -> None:
    found = uploaded(gateway, (FILES / file).read_bytes(), template="Hello {name}")
    assert rows_of(gateway, found) == [
        (2, "260971234501", "Hello Chanda é"),
        (3, "260971234502", "Hello Mutale"),
        (4, "260971234503", "Hello Bwalya \u2013 “BB”"),
        (5, "260971234504", "Hello Grace, of Ndola"),
        (6, "260971234505", f"Hello {eng}"),
    ]
    why = refused(found)
    assert why.pop(7) == LOST
    assert why.keys() == reasons.keys()
    assert all(reason in why[row] for row, reason in reasons.items()), why
    assert found["notes"][0] == ZERO
    assert found["notes"][1].startswith(note)


def test_a_csv_that_excel_saved_in_windows_1252_with_semicolons(gateway: Gateway) -> None:
    """A European Excel writes so: numbers as they are shown, a decimal comma, CR LF."""
    lines = [
        "Prénom;Téléphone;Solde",
        "Zoé \u2013 “Zed”;0971234501;12,50",
        "Chanda;2,60971E+11;3",
        "Mutale;971234503;€ 7",
        ";0971234504;1",
        '"Bwalya; Ndola";260971234505;1',
    ]
    file = "\r\n".join([*lines, ""]).encode("cp1252")
    asked = {"template": "{PRÉNOM}: {solde}", "column": "téléphone"}
    found = uploaded(gateway, file, **asked)
    assert rows_of(gateway, found) == [
        (2, "260971234501", "Zoé \u2013 “Zed”: 12,50"),
        (4, "260971234503", "Mutale: € 7"),
        (6, "260971234505", "Bwalya; Ndola: 1"),
    ]
    assert refused(found) == {3: LOST, 5: "The prénom is empty."}
    assert found["notes"] == [ZERO]
    marked = uploaded(gateway, b"sep=;\r\n" + file, **asked)
    assert [row for row, *_ in rows_of(gateway, marked)] == [3, 5, 7], "its rows begin one later"


def test_a_sheet_with_numbers_in_scientific_form(gateway: Gateway) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["phone", "name", "shown"])
    kept: list[tuple[Any, str]] = [
        (260971234501, "0.00E+00"),
        (971234502, "0.00E+00"),
        ("2.60971234503E+11", "@"),
        ("2,60971234504E+11", "@"),
        ("2.60971E+11", "@"),
        (8926001234567890123, "0.00E+00"),
        (2.5e-3, "0.00E+00"),
        ("'0971234508", "@"),
    ]
    for row, (value, form) in enumerate(kept, start=2):
        sheet.append([value, 1e5, 1234567890.5])
        sheet.cell(row, 1).number_format = sheet.cell(row, 2).number_format = form
    book.save(into := io.BytesIO())
    found = uploaded(gateway, into.getvalue(), template="{name} and {shown}")
    assert [(row, number) for row, number, _ in rows_of(gateway, found)] == [
        (2, "260971234501"),
        (3, "260971234502"),
        (4, "260971234503"),
        (5, "260971234504"),
        (9, "260971234508"),
    ]
    assert {text for *_, text in rows_of(gateway, found)} == {"100000 and 1234567890.5"}
    why = refused(found)
    assert (why[6], why[7]) == (LOST, LOST)
    assert "a broken number" in why[8]
    done = sent(gateway, found["upload_id"])
    assert (done["state"], done["queued"]) == ("done", 5)


def test_a_sheet_of_another_kind_is_refused_in_words(gateway: Gateway) -> None:
    for file in (b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0 and no more", b"\x00\x81\x8d"):
        answer = upload(gateway, file)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"]), answer.text
