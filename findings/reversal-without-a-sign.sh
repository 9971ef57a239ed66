#!/usr/bin/env bash
# mt-940 5.1.1 (PyPI): the sign of a reversed line (RC, RD) of a statement.
# Guess: D and RC take money away, so their amounts are negative as for D; opening balance plus all
#        lines is the closing balance.
# Seen:  only D is negative; a reversed credit (RC) counts as plus, and the sum of the lines misses
#        the statement's own closing balance by twice its amount.
# For us: an importer takes the sign from the mark itself (C, D, RC, RD) and checks opening plus
#         lines against closing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install mt-940==5.1.1
"$work/venv/bin/python" - <<'PY'
from decimal import Decimal

from mt940.models import Transactions

statement = Transactions()
lines = statement.parse(""":20:INVENTED
:25:0001/100
:28C:1/1
:60F:C261127ZMW1000,00
:61:2611281128C250,50NTRFT1
:61:2611281128RC5,00NTRFT2
:61:2611281128RD7,00NTRFT3
:61:2611281128D1,00NCHGT4
:62F:C261128ZMW1251,50
-""")
seen = [(line.data["status"], line.data["amount"].amount) for line in lines]
opening, closing = (
    statement.data[name].amount.amount
    for name in ("final_opening_balance", "final_closing_balance")
)
missed_by = opening + sum(amount for _, amount in seen) - closing
print(seen, "missed by", missed_by)
assert seen == [
    ("C", Decimal("250.50")),
    ("RC", Decimal("5.00")),
    ("RD", Decimal("7.00")),
    ("D", Decimal("-1.00")),
]
assert missed_by == Decimal("10.00")
PY
