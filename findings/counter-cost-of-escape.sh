#!/usr/bin/env bash
# sms-counter 1.0.0 (npm): what a character of the GSM extension table costs.
# Guess: two septets, so 81 tildes are 162 septets and need two segments.
# Seen:  one; 81 tildes, and 160 brackets, are one message of 160.
# For us: our preview counts two (3GPP TS 23.038, 6.2.1.1); a page that shows this counter promises
#         half the price.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sms-counter@1.0.0
cat > seen.js <<'JS'
const assert = require('assert')
const { count } = require('sms-counter').default
const tildes = count('~'.repeat(81))
const brackets = count('['.repeat(160))
console.log('81 tildes', tildes, '160 brackets', brackets)
assert.strictEqual(tildes.encoding, 'GSM_7BIT_EX')
assert.strictEqual(tildes.messages, 1)
assert.strictEqual(brackets.messages, 1)
assert.strictEqual(brackets.remaining, 0)
JS
node seen.js
