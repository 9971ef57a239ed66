#!/usr/bin/env bash
# countries-and-timezones 3.10.0 and @vvo/tzdb 6.202.0 (npm): the time zone of Zambia.
# Guess: ZM has Africa/Lusaka, and Africa/Lusaka is of ZM alone, in both.
# Seen:  countries-and-timezones gives Africa/Maputo as the only zone of ZM, which eight countries
#        share, and calls Africa/Lusaka deprecated; @vvo/tzdb has Africa/Lusaka. (The hour is the
#        same: both zones are UTC+2 without summer time.)
# For us: quiet hours and days are kept under Africa/Lusaka; a client that compares the name of a
#         zone with one that it looked up by country finds another.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund countries-and-timezones@3.10.0 @vvo/tzdb@6.202.0
node - <<'JS'
const assert = require('assert');
const { getCountry, getTimezone } = require('countries-and-timezones');
const { getTimeZones } = require('@vvo/tzdb');
const lusaka = getTimezone('Africa/Lusaka');
const ofTzdb = getTimeZones().filter((zone) => zone.countryCode === 'ZM').map((zone) => zone.name);
console.log(getCountry('ZM').timezones, lusaka.aliasOf, lusaka.deprecated, ofTzdb);
assert.deepStrictEqual(getCountry('ZM').timezones, ['Africa/Maputo']);
assert.deepStrictEqual(lusaka.countries, ['ZM']);
assert.strictEqual(lusaka.aliasOf, 'Africa/Maputo');
assert.strictEqual(lusaka.deprecated, true);
assert.deepStrictEqual(ofTzdb, ['Africa/Lusaka']);
JS
