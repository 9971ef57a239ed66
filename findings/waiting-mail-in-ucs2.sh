#!/usr/bin/env bash
# smspdudecoder 2.2.0 (with bitstring 4.4.0), python-messaging 0.5.13 and python-gsmmodem-new 0.13.0
# (PyPI), node-pdu 2.1.1 (npm): texts that come with a message waiting indication (TP-DCS 0xE0).
# Guess: the group 1110 is "store message, uncompressed UCS-2" (3GPP TS 23.038, section 4), so the
#        octets 00 68 00 E9 are 'h\u00e9' for each of them.
# Seen:  all four unpack septets and give '@P\u00a3H'. And of the group 1100, which is GSM-7,
#        smspdudecoder takes septets for UCS-2 and raises UnicodeDecodeError.
# For us: our decoder has the groups of section 4; what a voice mail service writes in UCS-2 is
#         read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install smspdudecoder==2.2.0 bitstring==4.4.0 \
    python-messaging==0.5.13 python-gsmmodem-new==0.13.0
"$work/venv/bin/python" - <<'PY'
from gsmmodem.pdu import decodeSmsPdu
from messaging.sms import SmsDeliver
from smspdudecoder.easy import read_incoming_sms

IN_UCS2 = "00040C9162907721436500E06211820102038004006800E9"
IN_GSM7 = "00040C9162907721436500C86211820102038005E8329BFD06"
seen = [
    read_incoming_sms(IN_UCS2)["content"],
    SmsDeliver(IN_UCS2).text,
    decodeSmsPdu(IN_UCS2)["text"],
]
print(seen, decodeSmsPdu(IN_GSM7)["text"])
assert seen == ["@P\u00a3H"] * 3
assert decodeSmsPdu(IN_GSM7)["text"] == "hello"
try:
    print(read_incoming_sms(IN_GSM7))
except UnicodeDecodeError as error:
    print(error)
else:
    raise AssertionError("it is read now")
PY
cd "$work"
npm install --silent --no-audit --no-fund node-pdu@2.1.1
node - <<'JS'
const { parse } = require('node-pdu');
const text = parse('00040C9162907721436500E06211820102038004006800E9').data.getText();
console.log(text);
require('assert').strictEqual(text, '@P\u00a3H');
JS
