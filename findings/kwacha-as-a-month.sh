#!/usr/bin/env bash
# xlsx2csv 0.8.6 (PyPI): an amount in a cell whose number format is "ZMW" 0.00.
# Guess: the amount, with or without the three letters; "K"#,##0.00 the same.
# Seen:  with K the amount comes out. With ZMW the letter M inside the quotes makes the format a date:
#        the cell comes out as "z11w" 0.00, with a month in it, and the amount is gone.
# For us: the amounts of a statement are read from the value of a cell, never as it is shown.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install xlsx2csv==0.8.6 XlsxWriter==3.2.9
"$work/venv/bin/python" - <<'PY'
import io
import tempfile
from pathlib import Path

import xlsxwriter
from xlsx2csv import Xlsx2csv

path = Path(tempfile.mkdtemp()) / "amounts.xlsx"
with xlsxwriter.Workbook(path) as book:
    sheet = book.add_worksheet()
    for column, shape in enumerate(('"K"#,##0.00', '"ZMW" 0.00')):
        sheet.write_number(0, column, 1_000_000, book.add_format({"num_format": shape}))
out = io.StringIO()
Xlsx2csv(str(path)).convert(out)
print(out.getvalue())
with_k, with_code = out.getvalue().strip().split(",")
assert with_k == "1000000"
assert "1000000" not in with_code and "w" in with_code and with_code.endswith('0.00"')
PY
