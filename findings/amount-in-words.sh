#!/usr/bin/env bash
# num2words 0.5.14 (PyPI): an amount in words, as receipts have it.
# Guess: num2words(50, to='currency', currency='USD') is fifty dollars; the kwacha is known, being
#        an ISO 4217 currency.
# Seen:  a whole number is cents ('zero dollars, fifty cents'), the same value as Decimal or float
#        is dollars; ZMW, KES, ZAR and NGN raise NotImplementedError in English.
# For us: amounts are whole ngwee here and would be said right by chance in dollars and not at all
#         in kwacha: words of amounts are ours to write.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install num2words==0.5.14
"$work/venv/bin/python" - <<'PY'
from decimal import Decimal

from num2words import num2words

whole = num2words(50, to="currency", currency="USD")
decimal = num2words(Decimal("50.00"), to="currency", currency="USD")
print(whole, "|", decimal)
assert whole == "zero dollars, fifty cents"
assert decimal == "fifty dollars, zero cents"
for code in ("ZMW", "KES", "ZAR", "NGN"):
    try:
        num2words(Decimal("50.00"), to="currency", currency=code)
    except NotImplementedError as error:
        print(error)
    else:
        raise AssertionError(code + " is known now")
PY
