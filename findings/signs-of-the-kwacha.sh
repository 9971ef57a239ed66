#!/usr/bin/env bash
# currency-symbol-map 5.1.0 (npm), price-parser 0.5.1 and Babel 2.19.0 (PyPI): the sign of ZMW.
# Guess: K everywhere, as shops and receipts in Zambia write it, and a reader of prices knows it.
# Seen:  currency-symbol-map says ZK; Babel says K only in the locales of Zambia (en_ZM, bem) and
#        ZMW
#        in en; price-parser reads the amount of "K50" but no currency, while "ZK50" has
# one. What the
#        first library writes the third can read, what people write it cannot.
# For us: amounts are ngwee with the code ZMW; K is written by us and accepted when read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund currency-symbol-map@5.1.0
node -e "
const map = require('currency-symbol-map'); const sign = (map.default || map)('ZMW')
console.log('currency-symbol-map', sign); require('assert').strictEqual(sign, 'ZK')"
python3 -m venv venv
venv/bin/pip -q install price-parser==0.5.1 babel==2.19.0
venv/bin/python - <<'PY'
from babel.numbers import get_currency_symbol
from price_parser import Price

signs = {locale: get_currency_symbol("ZMW", locale) for locale in ("en", "en_ZM", "bem")}
read = {text: Price.fromstring(text).currency for text in ("K50", "ZK50", "ZMW 50")}
print(signs, read, Price.fromstring("K50").amount)
assert signs == {"en": "ZMW", "en_ZM": "K", "bem": "K"}
assert read == {"K50": None, "ZK50": "ZK", "ZMW 50": "ZMW"}
PY
