#!/usr/bin/env bash
# pdu 1.1.0 (npm): the text of a short delivery, its sender, and the header of a part.
# Guess: 'hello' has five characters; an alphanumeric sender is letters or is refused; the header of
#        a part is no text.
# Seen:  the text is 'hello' and 35 NUL characters; the sender 'Ngoma' is a number
#        of fourteen digits; a part's header is parsed and stands in front of its text besides.
# For us: our own decoder reads inbound PDUs; texts out of such a tool need their end cut off before
#         they are compared with a keyword such as STOP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund pdu@1.1.0
node - <<'JS'
const assert = require('assert');
const { parse } = require('pdu');
const rest = '00006211820102038005E8329BFD06';
const plain = parse('00040C91629077214365' + rest);
console.log(plain.text.slice(0, 5), plain.text.length, JSON.stringify(plain.text.slice(5, 8)));
assert(plain.text.startsWith('hello\0\0') && plain.text.length === 40);
const named = parse('000409D0CEF3BB1D06' + rest);
console.log(named.sender);
assert.match(named.sender, /^\d{14}$/);
const part = parse('00440C916290772143650000621182010203800C0500032A0201D06536FB0D');
console.log(JSON.stringify(part.text.slice(0, 13)));
assert(part.text.indexOf('hello') === 7);
JS
