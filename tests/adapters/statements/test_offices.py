"""The same days saved by the programs of an office import alike, or are refused with the reason.

The files of thirty days in ``offices/`` are what ``tests/support/offices/saving.py`` made with
LibreOffice 7.4.7, Gnumeric 1.12.55, openpyxl 3.1.5, XlsxWriter 3.3.1, Perl's
Spreadsheet::WriteExcel 2.40 and Excel::Writer::XLSX 1.10, and SheetJS 0.18.5; the soak makes them
anew, of a longer statement. "Opened" is the provider's CSV, opened and saved as it came up.
"""

import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from adapters.statements.file import ReadFile, open_statement
from domain.errors import InvalidRequest
from tests.support.counts import is_soak
from tests.support.offices.saving import PROGRAMS, generated, save_all

FILES: Final = Path(__file__).parent / "offices"

ALIKE: Final = (
    *("gnumeric.ods", "gnumeric.xls", "gnumeric.xlsx"),
    *("libreoffice.ods", "libreoffice.xls", "libreoffice.xlsx", "libreoffice-C.csv"),
    *("openpyxl.xlsx", "provider.csv", "xlsxwriter.xlsx", "writeexcel.xls", "writeexcel.xlsx"),
    *("sheetjs.csv", "sheetjs.xls", "sheetjs.xlsx"),
)
ROWS_REFUSED: Final = {"gnumeric.csv": "is no amount such as"}
"""It writes 3.89 as 3.8900000000000000001."""
REFUSED: Final = {
    "gnumeric-opened.xlsx": "zeros at their beginning may be lost",
    "libreoffice-opened.xlsx": "zeros at their beginning may be lost",
    "libreoffice-de_DE.csv": "The column fee is no amount",
    "sheetjs.ods": "The column date is a bare number",
}
"""Ids became numbers; amounts have a decimal comma; dates are numbers without a form."""


def told(file: ReadFile) -> Sequence[object]:
    """Give its lines without their rows, which are others where empty ones are left out."""
    return [line[1:] for line in file.lines()]


def check(folder: Path, name: str) -> None:
    """Compare a file with the provider's own, of which some rows may be refused as well."""
    provider = open_statement(folder / "provider.csv")
    wanted, refused = told(provider), provider.summary.refused
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Workbook contains no default style")
        if name in REFUSED:
            with pytest.raises(InvalidRequest, match=REFUSED[name]):
                open_statement(folder / name)
            return
        file = open_statement(folder / name)
        found = told(file)
    if name in ROWS_REFUSED:
        because = [ROWS_REFUSED[name] in row.reason for row in file.summary.refused_rows]
        assert sum(because) == file.summary.refused - refused > 0
        assert set(found) < set(wanted)
        assert len(found) + file.summary.refused == len(wanted) + refused
    else:
        assert (found, file.summary.refused) == (wanted, refused)
        assert file.summary.closing_ngwee == provider.summary.closing_ngwee


def test_every_file_is_classed() -> None:
    assert {path.name for path in FILES.iterdir()} == {*ALIKE, *ROWS_REFUSED, *REFUSED}


@pytest.mark.parametrize("name", [*ALIKE, *ROWS_REFUSED, *REFUSED])
@pytest.mark.slow
def test_days_saved_by_an_office_program_import_alike_or_are_refused(name: str) -> None:
    check(FILES, name)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save thirty days by the programs that are installed here; a soak needs them all."""
    missing = [name for name, program in PROGRAMS.items() if not shutil.which(program)]
    if missing:
        words = f"{', '.join(missing)} not found: make soak-tools"
        pytest.fail(words) if is_soak() else pytest.skip(words)
    folder = tmp_path_factory.mktemp("month")
    save_all(folder, generated(folder, days=30, payments=2_000))
    return folder


@pytest.mark.soak
@pytest.mark.parametrize("name", [*ALIKE, *ROWS_REFUSED, *REFUSED])
def test_thirty_days_saved_here_and_now_import_alike_or_are_refused(month: Path, name: str) -> None:
    check(month, name)
