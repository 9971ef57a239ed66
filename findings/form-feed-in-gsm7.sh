#!/usr/bin/env bash
# gsm7 1.3.1, sms-length 0.2.2, sms-counter 1.0.0 and gsm 0.1.4 (npm): the form feed, which
# the GSM extension table has at 0x0A.
# Guess: it is in the table, so all take it as GSM-7 with two septets; the codec gives 1B 0A.
# Seen:  gsm7 gives a lone escape (0x1B) that decodes to nothing; sms-length and sms-counter turn
#        the whole text to UCS-2; gsm alone counts two septets.
# For us: one invisible character out of a word processor makes four prices; ours is the table's.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund gsm7@1.3.1 sms-length@0.2.2 sms-counter@1.0.0 gsm@0.1.4
cat > seen.js <<'JS'
const assert = require('assert')
const { encode, decode } = require('gsm7')
const octets = encode('\f').toString('hex')
const back = decode(encode('\f'))
const length = require('sms-length').count('a\fb').encoding
const counter = require('sms-counter').default.count('a\fb').encoding
const gsm = require('gsm')('a\fb')
console.log({ octets, back, length, counter, set: gsm.char_set, left: gsm.chars_left })
assert.strictEqual(octets, '1b')
assert.strictEqual(back, '')
assert.strictEqual(length, 'UTF16')
assert.strictEqual(counter, 'UTF16')
assert.strictEqual(gsm.char_set, 'GSM 03.38')
assert.strictEqual(gsm.chars_left, 156)
JS
node seen.js
