#!/usr/bin/env bash
# phonenumbers 9.0.43 (PyPI), libphonenumber-js 1.13.16/max and awesome-phonenumber 7.8.0 (npm):
# a Zambian number that lost a digit and got ".0" behind it in a spreadsheet.
# Guess: "097712345.0" has nine digits and a decimal, so it is not possible or not valid; a letter
#        O
#        for the leading zero is refused too.
# Seen:  all three call both valid mobile numbers: the dot is a separator and the 0 behind it the
#        missing digit (+260977123450, somebody else's phone), the letter is skipped.
# For us: our own parser refuses a number that ends in a dot and one or two digits, and letters.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install phonenumbers==9.0.43
venv/bin/python - <<'PY'
import phonenumbers

for typed, wanted in (("097712345.0", "+260977123450"), ("O977123456", "+260977123456")):
    number = phonenumbers.parse(typed, "ZM")
    seen = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    print("phonenumbers", typed, seen, phonenumbers.is_valid_number(number))
    assert seen == wanted and phonenumbers.is_valid_number(number)
PY
npm init -y >/dev/null
npm install --silent --no-audit --no-fund libphonenumber-js@1.13.16 awesome-phonenumber@7.8.0
cat > seen.js <<'JS'
const assert = require('assert')
const { parsePhoneNumberFromString } = require('libphonenumber-js/max')
const { parsePhoneNumber } = require('awesome-phonenumber')
for (const [typed, wanted] of [['097712345.0', '+260977123450'], ['O977123456', '+260977123456']]) {
  const one = parsePhoneNumberFromString(typed, 'ZM')
  const two = parsePhoneNumber(typed, { regionCode: 'ZM' })
  console.log(typed, one.number, one.isValid(), two.number.e164, two.valid)
  assert.ok(one.number === wanted && one.isValid() && one.getType() === 'MOBILE')
  assert.ok(two.number.e164 === wanted && two.valid)
}
JS
node seen.js
