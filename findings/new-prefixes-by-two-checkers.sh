#!/usr/bin/env bash
# validator 13.15.35 and phone 3.1.72 (npm): which Zambian mobile prefixes each one knows.
# Guess: both know what the operators have: 075 to 077 and 095 to 097, the newer 055 to 057, and
#        078 of the fourth licence.
# Seen:  neither knows 055 to 057; phone takes 078 and 079, validator's en-ZM does not; the older
#        six are known by both.
# For us: numbers are judged by our own versioned plan, which has 05x, 07x and 09x; a form that
#         asks one of these first turns customers of all three networks away.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund validator@13.15.35 phone@3.1.72
node - <<'JS'
const assert = require('assert');
const { isMobilePhone } = require('validator');
const { phone } = require('phone');
const prefixes = ['055', '056', '057', '075', '076', '077', '078', '079', '095', '096', '097'];
const known = (check) => prefixes.filter((prefix) => check(prefix + '7123456')).join(' ');
const byValidator = known((number) => isMobilePhone(number, 'en-ZM'));
const byPhone = known((number) => phone(number, { country: 'ZM' }).isValid);
console.log(byValidator, '|', byPhone);
assert.strictEqual(byValidator, '075 076 077 095 096 097');
assert.strictEqual(byPhone, '075 076 077 078 079 095 096 097');
JS
