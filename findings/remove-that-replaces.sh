#!/usr/bin/env bash
# @trt2/gsm-charset-utils 1.0.13 (npm): removeNonGsmChars.
# Guess: it removes what GSM 03.38 lacks: 'Lusaka 😀!' becomes 'Lusaka !'.
# Seen:  it puts a question mark for each UTF-16 unit: 'Lusaka ??!', as long as before.
# For us: nothing is removed or replaced here: the text goes as UCS-2 and preview names the
#         characters that made it so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @trt2/gsm-charset-utils@1.0.13
cat > seen.js <<'JS'
const assert = require('assert')
const { removeNonGsmChars } = require('@trt2/gsm-charset-utils')
const emoji = removeNonGsmChars('Lusaka 😀!')
const letter = removeNonGsmChars('cafeçx')
console.log({ emoji, letter })
assert.strictEqual(emoji, 'Lusaka ??!')
assert.strictEqual(letter, 'cafe?x')
JS
node seen.js
