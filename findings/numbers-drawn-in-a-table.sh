#!/usr/bin/env bash
# texttable 1.7.2 (PyPI): a table of names, MSISDNs, provider references and amounts, all strings.
# Guess: strings are drawn as they are given.
# Seen:  what looks like a number is one: 0977123456 is drawn as 9.771e+08, the reference 12E5 as
#        1200000, and 1000.10 as 1000.100. Column types have to be set to text one by one.
# For us: our own tables draw text as text (tests/worker/cli/test_tables.py).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install texttable==1.7.2
"$work/venv/bin/python" - <<'PY'
from texttable import Texttable

table = Texttable()
table.add_rows(
    [
        ["name", "msisdn", "reference", "amount"],
        ["Mwape", "0977123456", "12E5", "50.00"],
        ["Zulu", "260977123456", "MP261128", "1000.10"],
    ]
)
drawn = table.draw()
print(drawn)
assert all(wrong in drawn for wrong in ("9.771e+08", "2.610e+11", "1200000", "1000.100"))
assert "0977123456" not in drawn
PY
