#!/usr/bin/env bash
# smspdudecoder 2.2.0 (with bitstring 4.4.0), python-messaging 0.5.13 and python-gsmmodem-new 0.13.0
# (PyPI), node-pdu 2.1.1 (npm): an alphanumeric sender of seven letters, as banks have them.
# Guess: the length octet counts semi-octets (13 for seven septets), so all read 'NATSAVE'.
# Seen:  smspdudecoder and python-messaging read 'NATSAVE@': they count whole octets, and the seven
#        bits that fill the last one are a septet 0, the at sign. Five and eleven letters are read
#        right by all. The other two are right here too.
# For us: our decoder counts semi-octets (3GPP TS 23.040, 9.1.2.5); who filters on such a sender in
#         another tool needs both names.
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

REST = "00006211820102038005E8329BFD06"  # 28 November 2026, 10:20:30 +02:00, hello
SENDERS = {
    "Ngoma": "000409D0CEF3BB1D06",
    "NATSAVE": "00040DD0CE20751AB41601",
    "AirtelMoney": "000414D0C1B49C5E6637DFEE721E",
}
seen = {
    name: (
        read_incoming_sms(address + REST)["sender"],
        SmsDeliver(address + REST).number,
        decodeSmsPdu(address + REST)["number"],
    )
    for name, address in SENDERS.items()
}
print(seen)
assert seen["NATSAVE"] == ("NATSAVE@", "NATSAVE@", "NATSAVE")
assert all(seen[name] == (name,) * 3 for name in ("Ngoma", "AirtelMoney"))
PY
cd "$work"
npm install --silent --no-audit --no-fund node-pdu@2.1.1
node - <<'JS'
const { parse } = require('node-pdu');
const read = parse('00040DD0CE20751AB4160100006211820102038005E8329BFD06');
console.log(read.address.phone);
require('assert').strictEqual(read.address.phone, 'NATSAVE');
JS
