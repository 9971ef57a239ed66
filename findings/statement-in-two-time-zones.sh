#!/usr/bin/env bash
# ofxparse 0.21 (PyPI): the day of a line whose time names its zone, beside one that has a
# date alone.
# Guess: 27 November 23:59 in Lusaka ([+2:CAT]) is an aware time or stays the 27th, 23:59; the
#        currency is ZMW as in the file.
# Seen:  it becomes a naive time in UTC (21:59), beside naive local midnights; 00:30 of the 28th is
#        the 27th. The currency is 'zmw'.
# For us: days of a statement are days of Lusaka: the zone is applied when a line is read, and codes
#         are compared in capitals.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install ofxparse==0.21
"$work/venv/bin/python" - <<'PY'
import io

from ofxparse import OfxParser

HEADER = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""
LINE = (
    "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{when}<TRNAMT>50.00<FITID>{number}"
    "<NAME>Invented<MEMO>x</STMTTRN>"
)
BODY = (
    "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    "<DTSERVER>20261128<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>"
    "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>"
    "<CURDEF>ZMW<BANKACCTFROM><BANKID>1<ACCTID>100<ACCTTYPE>CHECKING</BANKACCTFROM>"
    "<BANKTRANLIST><DTSTART>20261101<DTEND>20261128"
    + LINE.format(when="20261127235900[+2:CAT]", number="A1")
    + LINE.format(when="20261128003000[+2:CAT]", number="A2")
    + LINE.format(when="20261128", number="A3")
    + "</BANKTRANLIST><LEDGERBAL><BALAMT>150.00<DTASOF>20261128</LEDGERBAL>"
    "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)
account = OfxParser.parse(io.BytesIO((HEADER + BODY).encode())).account
when = [line.date.isoformat() for line in account.statement.transactions]
print(when, account.statement.currency)
assert when == ["2026-11-27T21:59:00", "2026-11-27T22:30:00", "2026-11-28T00:00:00"]
assert account.statement.currency == "zmw"
PY
