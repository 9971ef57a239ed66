#!/usr/bin/env bash
# sms-length 0.2.2 against gsm 0.1.4 and split-sms 0.1.7 (npm): an escape pair on the edge
# of a part.
# Guess: a pair is never cut, so 152 letters, a euro sign and 152 letters (306 septets, exactly two
#        times 153) need three parts, and every counter that knows the pair's cost says so.
# Seen:  sms-length counts septets only and says two with none remaining; the other two say three.
# For us: our segmentation moves the pair whole; a counter on a customer's page may say one segment
#         less than is charged.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sms-length@0.2.2 gsm@0.1.4 split-sms@0.1.7
cat > seen.js <<'JS'
const assert = require('assert')
const text = 'a'.repeat(152) + '€' + 'a'.repeat(152)
const length = require('sms-length').count(text)
const gsm = require('gsm')(text).sms_count
const split = require('split-sms').split(text).parts.length
console.log({ sms_length: length, gsm, split })
assert.strictEqual(length.length, 306)
assert.strictEqual(length.messages, 2)
assert.strictEqual(length.remaining, 0)
assert.strictEqual(gsm, 3)
assert.strictEqual(split, 3)
JS
node seen.js
