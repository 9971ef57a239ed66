#!/usr/bin/env bash
# smpplib 2.2.4 and python-messaging 0.5.13 against python-gsmmodem-new 0.13.0 (PyPI): who cuts a long
# text into parts, with a euro sign (two septets) on the edge.
# Guess: an escape stays with its character, so 152 letters, the sign and 152 letters (306 septets,
#        exactly two times 153) make three parts.
# Seen:  smpplib and python-messaging make two: the first ends in the escape, the second begins with
#        the letter that it was for. Read part by part, as phones do, the sign is an 'e'.
#        python-gsmmodem-new makes three, and reading such a first part it raises StopIteration.
# For us: our segmentation moves the pair whole. Of a part that came in and ends in an escape our
#         decoder says that its text may differ from what was sent (3GPP TS 23.038, 6.2.1.1).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install smpplib==2.2.4 python-gsmmodem-new==0.13.0 python-messaging==0.5.13
"$work/venv/bin/python" - <<'PY'
from gsmmodem.pdu import decodeSmsPdu, encodeSmsSubmitPdu
from messaging.sms import SmsSubmit
from smpplib import gsm

NUMBER = "+260977000001"
text = "a" * 152 + "€" + "a" * 152
parts, _, _ = gsm.make_parts(text)
print("smpplib", len(parts), parts[0][-2:].hex(), parts[1][6:8].hex())
assert len(parts) == 2
assert (parts[0][-1:], parts[1][6:7]) == (b"\x1b", b"e")  # after a header of six octets
first, second = (pdu.pdu for pdu in SmsSubmit(NUMBER, text).to_pdu())
print("python-messaging 2", repr(decodeSmsPdu(second)["text"][:2]))
assert decodeSmsPdu(second)["text"].startswith("ea")
try:
    decodeSmsPdu(first)
except StopIteration:
    print("python-gsmmodem-new cannot read the first of them: StopIteration")
else:
    raise AssertionError("it reads a part that ends in an escape")
whole = [decodeSmsPdu(str(pdu))["text"] for pdu in encodeSmsSubmitPdu(NUMBER, text, reference=1)]
print("python-gsmmodem-new", len(whole))
assert len(whole) == 3
assert "".join(whole) == text
PY
