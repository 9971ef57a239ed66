#!/usr/bin/env bash
# python-gsmmodem-new 0.13.0 (PyPI) and node-pdu 2.1.1 (npm): a delivery of 8-bit data (TP-DCS 0xF5),
# such as an operator's settings.
# Guess: octets, or no text at all, as they are no characters.
# Seen:  python-gsmmodem-new unpacks septets out of it and looks them up in the GSM alphabet (a pound
#        sign, a letter, a comma); node-pdu makes each octet a code point. Neither says it was data.
# For us: our decoder gives no text for such a message and marks it as lossy, so that no keyword
#         is ever found in it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install python-gsmmodem-new==0.13.0
"$work/venv/bin/python" - <<'PY'
from gsmmodem.pdu import decodeSmsPdu

read = decodeSmsPdu("00040C9162907721436500F5621182010203800301020B")
print(repr(read["text"]), sorted(read))
assert read["text"] == "\u00a3\u00e8,"
PY
cd "$work"
npm install --silent --no-audit --no-fund node-pdu@2.1.1
node - <<'JS'
const { parse } = require('node-pdu');
const text = parse('00040C9162907721436500F5621182010203800301020B').data.getText();
console.log(JSON.stringify(text));
require('assert').strictEqual(text, '\u0001\u0002\u000b');
JS
