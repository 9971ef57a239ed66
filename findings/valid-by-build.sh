#!/usr/bin/env bash
# libphonenumber-js 1.13.16 (npm), default and max metadata, beside awesome-phonenumber
# 7.8.0: Zambian prefixes.
# Guess: the builds differ in what they know of types only; isValid() says the same for 050 (in the
#        published table of Zambian networks, not in the national plan) and 090.
# Seen:  the default build calls +260501234567 and +260900123456 valid, max and awesome-phonenumber
#        do not; a landline is valid without a type in the default build.
# For us: whether a number is accepted follows our own versioned numbering plan, never a library's
#         verdict.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund libphonenumber-js@1.13.16 awesome-phonenumber@7.8.0
cat > seen.js <<'JS'
const assert = require('assert')
const byDefault = require('libphonenumber-js')
const max = require('libphonenumber-js/max')
const { parsePhoneNumber } = require('awesome-phonenumber')
for (const typed of ['0501234567', '0900123456']) {
  const seen = [byDefault, max].map((l) => l.parsePhoneNumberFromString(typed, 'ZM').isValid())
  seen.push(parsePhoneNumber(typed, { regionCode: 'ZM' }).valid)
  console.log(typed, seen)
  assert.deepStrictEqual(seen, [true, false, false])
}
const landline = byDefault.parsePhoneNumberFromString('0211234567', 'ZM')
assert.strictEqual(landline.isValid(), true)
assert.strictEqual(landline.getType(), undefined)
assert.strictEqual(max.parsePhoneNumberFromString('0211234567', 'ZM').getType(), 'FIXED_LINE')
JS
node seen.js
