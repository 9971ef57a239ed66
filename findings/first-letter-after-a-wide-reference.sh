#!/usr/bin/env bash
# python-gsmmodem-new 0.13.0 (PyPI): a part of a long text whose reference has 16 bits.
# Guess: read as one with 8 bits is: text 'hello', reference 298, part 1 of 2.
# Seen:  the reference is right and the text is 'ello'. Such a header is seven octets, which is
#        exactly eight septets, so there are no fill bits; the library skips seven bits all the same.
#        With an 8-bit reference (six octets, one fill bit) nothing is lost.
# For us: our decoder rounds the header up to whole septets (3GPP TS 23.040, 9.2.3.24); every part
#         that a phone sends with a wide reference would lose its first letter.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install python-gsmmodem-new==0.13.0
"$work/venv/bin/python" - <<'PY'
from gsmmodem.pdu import decodeSmsPdu

ADDRESS = "00440C91629077214365000062118201020380"
narrow = decodeSmsPdu(ADDRESS + "0C0500032A0201D06536FB0D")
wide = decodeSmsPdu(ADDRESS + "0D060804012A0201E8329BFD06")
seen = [(part["udh"][0].reference, part["text"]) for part in (narrow, wide)]
print(seen)
assert seen == [(42, "hello"), (298, "ello")]
PY
