#!/usr/bin/env bash
# mobile-codes 0.7 (PyPI) and mcc-mnc-list 1.1.11 (npm): whose SIM is 645-01, 645-02, 645-03?
# Guess: both name Airtel, MTN and Zamtel, and the joined code stands in the field plmn.
# Seen:  mobile-codes names Celtel and Telecel, also as the brand (former names, says the other
#        list);
#        mcc-mnc-list has today's names and 645-07 (Liquid), but plmn is in none of its
# 3,094 rows.
# For us: a SIM's network comes from our own table of IMSI prefixes, checked against the operator's
#         name.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install mobile-codes==0.7
venv/bin/python - <<'PY'
import mobile_codes

brands = [mobile_codes.mcc_mnc("645", mnc).brand for mnc in ("01", "02", "03")]
print("mobile-codes", brands)
assert brands == ["Celtel Zambia Ltd.", "Telecel Zambia Ltd.", "Zamtel"]
PY
npm init -y >/dev/null
npm install --silent --no-audit --no-fund mcc-mnc-list@1.1.11
node -e "
const assert = require('assert'); const all = require('mcc-mnc-list').all()
const zambia = all.filter((row) => row.mcc === '645').map((row) => [row.mnc, row.brand])
const joined = all.filter((row) => row.plmn).length
console.log('mcc-mnc-list', zambia, 'rows with plmn', joined, 'of', all.length)
assert.deepStrictEqual(zambia, [['01', 'Airtel'], ['02', 'MTN'], ['03', 'ZAMTEL'], ['07', null]])
assert.strictEqual(joined, 0)"
