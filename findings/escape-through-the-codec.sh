#!/usr/bin/env bash
# gsm0338 1.1.0 (PyPI): U+001B in a text, strict errors.
# Guess: the escape is no character of the alphabet but the switch to the extension table, so
#        strict encoding refuses it.
# Seen:  it is encoded as 0x1B, and the text 'a', ESC, 'e' reads back as 'a€': the codec does not
#        give back what went in.
# For us: ESC in a text is refused at the door (INVALID_PARAMS, 422) before any codec sees it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install gsm0338==1.1.0
"$work/venv/bin/python" - <<'PY'
from gsm0338 import Codec

codec = Codec()
octets, _ = codec.encode("a\x1be")
back, _ = codec.decode(octets)
print(octets.hex(), repr(back))
assert octets.hex() == "611b65"
assert back == "a€"
try:
    codec.encode("ç")
except UnicodeEncodeError as error:
    print("a letter outside the alphabet:", error.reason)
else:
    raise AssertionError("ç was taken")
PY
