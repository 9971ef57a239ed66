#!/usr/bin/env bash
# http_sfv 0.9.9 (PyPI) and structured-headers 2.1.0 (npm): an Idempotency-Key that is not quoted.
# Guess: the draft asks for a quoted string (RFC 8941/9651 Item), so a parser refuses every bare
#        UUID.
# Seen:  it depends on the UUID's first digit: f47ac10b-... is a token and parses, 3f2504e0-... is
#        a
#        number with text behind it and does not. And 007 and 7 are one key, the integer 7.
# For us: a key is compared as the text that was sent, bare or quoted, never as a structured value.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install http_sfv==0.9.9
venv/bin/python - <<'PY'
import http_sfv


def read(text):
    item = http_sfv.Item()
    item.parse(text.encode())
    return item.value


letter, digit = "f47ac10b-58cc-4372-a567-0e02b2c3d479", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
print("http_sfv", letter, type(read(letter)).__name__, read("007"), read("7"))
assert str(read(letter)) == letter
assert read("007") == read("7") == 7
try:
    read(digit)
except ValueError as error:
    print("http_sfv", digit, error)
else:
    raise AssertionError("a UUID that begins with a digit was read")
PY
npm init -y >/dev/null
npm install --silent --no-audit --no-fund structured-headers@2.1.0
cat > seen.mjs <<'JS'
import assert from 'assert'
import { parseItem } from 'structured-headers'
const [letter, digit] = ['f47ac10b-58cc-4372-a567-0e02b2c3d479', '3f2504e0-4f89-11d3-9a0c-0305e82c3301']
console.log(String(parseItem(letter)[0]), parseItem('007')[0], parseItem('7')[0])
assert.strictEqual(String(parseItem(letter)[0]), letter)
assert.strictEqual(parseItem('007')[0], 7)
assert.throws(() => parseItem(digit), /Parse error/)
JS
node seen.mjs
