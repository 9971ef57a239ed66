#!/usr/bin/env bash
# gsm 0.1.4 against split-sms 0.1.7 and sms-segments-calculator 1.3.0 (npm): a surrogate
# pair on the edge of a part.
# Guess: 66 Cyrillic letters, an emoji and 66 letters (134 units, two times 67) need three parts in
#        all of them.
# Seen:  gsm says two: its first part ends in the first half of the emoji and its second begins
#        with the other half, so both parts hold a lone surrogate.
# For us: a text is never cut inside a pair here; whoever joins parts made elsewhere joins octets
#         first and decodes then.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund gsm@0.1.4 split-sms@0.1.7 sms-segments-calculator@1.3.0
cat > seen.js <<'JS'
const assert = require('assert')
const text = 'я'.repeat(66) + '😀' + 'я'.repeat(66)
const made = require('gsm')(text)
const split = require('split-sms').split(text)
const { SegmentedMessage } = require('sms-segments-calculator')
const twilio = new SegmentedMessage(text).segmentsCount
const last = made.parts[0].charCodeAt(made.parts[0].length - 1).toString(16)
const first = made.parts[1].charCodeAt(0).toString(16)
console.log({ gsm: made.sms_count, last, first, split: split.parts.length, twilio })
assert.strictEqual(made.sms_count, 2)
assert.strictEqual(last, 'd83d')
assert.strictEqual(first, 'de00')
assert.strictEqual(split.parts.length, 3)
assert.strictEqual(twilio, 3)
JS
node seen.js
