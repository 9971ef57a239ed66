#!/usr/bin/env bash
# frictionless 5.21.0 (PyPI): the schema that it describes for a file of payments, and what it then reads.
# Guess: a library that checks data sees that 0977123456 and 00012 begin with a zero, and calls them
#        text.
# Seen:  both columns are `integer`, the file is valid by that schema, and the rows come out as
#        977123456 and 12; a receipt 1E5 is the number 100000.
# For us: columns of statements have a template and no guessed type; a payer's number that lost its
#         zero is given its 260 back, and that is said; ids that became numbers of different lengths
#         are refused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install frictionless==5.21.0
cd "$work"
printf 'payer,amount,receipt,reference\n0977123456,50,1E5,00012\n0966123456,20,2E7,00013\n' > paid.csv
venv/bin/python -W ignore - <<'PY'
from frictionless import Resource, describe, validate

described = describe("paid.csv")
types = {field.name: field.type for field in described.schema.fields}
row = Resource("paid.csv").read_rows()[0].to_dict()
print(types, row)
assert types["payer"] == types["reference"] == "integer"
assert types["receipt"] == "number"
assert (row["payer"], row["reference"]) == (977123456, 12)
assert float(row["receipt"]) == 100_000
assert validate(described).valid
PY
