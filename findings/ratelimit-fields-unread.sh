#!/usr/bin/env bash
# ratelimit-header-parser 0.1.0 (npm): answers with X-RateLimit-* and today's IETF RateLimit
# beside them.
# Guess: a form of RateLimit that it cannot read (named policies, r= and t=) is passed over and the
#        X- fields count.
# Seen:  it decides by name alone: with a RateLimit field of the newer drafts every number is NaN,
#        though the X- fields in the same answer hold the numbers; without it they are read.
# For us: docs/api.md tells clients which fields we send; this reader needs the RateLimit field
#         taken away first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ratelimit-header-parser@0.1.0
cat > seen.js <<'JS'
const assert = require('assert')
const { parseRateLimit } = require('ratelimit-header-parser')
const old = { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '59', 'x-ratelimit-reset': '30' }
const alone = parseRateLimit(old)
const both = parseRateLimit({ ...old, ratelimit: '"ip";r=59;t=30', 'ratelimit-policy': '"ip";q=60;w=60' })
const seven = parseRateLimit({ ratelimit: 'limit=60, remaining=59, reset=30', 'ratelimit-policy': '60;w=60' })
console.log({ alone, both, seven })
assert.strictEqual(alone.remaining, 59)
assert.strictEqual(seven.remaining, 59)
assert.ok(Number.isNaN(both.limit))
assert.ok(Number.isNaN(both.remaining))
JS
node seen.js
