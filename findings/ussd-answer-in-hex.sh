#!/usr/bin/env bash
# python-gsmmodem-new 0.13.0 (PyPI): an airtime balance by USSD, as a modem passes it on.
# Guess: an answer in UCS-2 (`+CUSD: 0,"004B00350030",72`, 3GPP TS 27.007, 7.15, scheme of 23.038)
#        comes out as K50, as its text messages do.
# Seen:  `.message` is the hex as it stands, and the coding scheme, which the modem told, is dropped:
#        nobody can tell K50 in hex from a text of those twelve digits.
# For us: an answer to USSD is read by its coding scheme, and the raw text is kept beside it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install python-gsmmodem-new==0.13.0
"$work/venv/bin/python" -W ignore - <<'PY'
import os
import pty
import sys
import threading
import tty

from gsmmodem.modem import GsmModem

ANSWERS = {
    b"AT+CPIN?": b"+CPIN: READY",
    b"AT+CFUN?": b"+CFUN: 1",
    b"AT+CSCA?": b'+CSCA: "+260970000000",145',
    b"AT+CPMS=?": b'+CPMS: ("SM"),("SM"),("SM")',
    b"AT+CPMS=": b"+CPMS: 0,10,0,10,0,10",
    b"AT+CREG?": b"+CREG: 0,1",
}
UNKNOWN = (b"AT+CLAC", b"AT+WIND", b"AT+ZPAS", b"AT+VTS", b"AT^", b"AT%")
modem, line = pty.openpty()
tty.setraw(modem)
tty.setraw(line)
balance = [b'"004B00350030",72']


def answer(command):
    if command.startswith(UNKNOWN):
        return b"\r\nERROR\r\n"
    if command.startswith(b"AT+CUSD=1,"):
        return b"\r\nOK\r\n\r\n+CUSD: 0," + balance[0] + b"\r\n"
    said = [text for start, text in ANSWERS.items() if command.startswith(start)]
    return b"".join(b"\r\n" + text + b"\r\n" for text in said[:1]) + b"\r\nOK\r\n"


def play():
    heard = b""
    while True:
        heard += os.read(modem, 200)
        *commands, heard = heard.split(b"\r")
        for command in filter(None, map(bytes.strip, commands)):
            os.write(modem, answer(command))


threading.Thread(target=play, daemon=True).start()
gsm = GsmModem(os.ttyname(line), 115200)
gsm.connect()
seen = []
for balance[0] in (b'"004B00350030",72', b'"Balance K50",15'):
    asked = gsm.sendUssd("*114#", responseTimeout=10)
    seen.append((asked.message, [name for name in vars(asked) if "dcs" in name.lower()]))
print(seen)
sys.exit(seen != [("004B00350030", []), ("Balance K50", [])])
PY
