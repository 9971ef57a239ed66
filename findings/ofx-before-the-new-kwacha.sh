#!/usr/bin/env bash
# ofxtools 1.1.1 and ofxparse 0.21 (PyPI): a bank statement (OFX 1.0.2) in kwacha.
# Guess: both read it; ZMW has been the code of the kwacha since 1 January 2013 (ISO 4217).
# Seen:  ofxtools refuses the whole file ("Can't set STMTRS.curdef to ZMW"); its list of currencies
#        still has ZMK, which ended then, and takes a file that says so. ofxparse reads it.
# For us: a bank's OFX goes through ofxparse or through its CSV; amounts of ours are ZMW everywhere.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install ofxtools==1.1.1 ofxparse==0.21
cat > "$work/zmw.ofx" <<'OFX'
OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>20261128102030<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>ZMW
<BANKACCTFROM><BANKID>004<ACCTID>0000123456<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261128<DTEND>20261128
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261128<TRNAMT>50.00<FITID>00261128<NAME>A</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>50.00<DTASOF>20261128</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
OFX
"$work/venv/bin/python" - "$work/zmw.ofx" <<'PY'
import io
import sys

import ofxparse
from ofxtools.Parser import OFXTree
from ofxtools.Types import OFXSpecError

content = open(sys.argv[1], "rb").read()


def read(data):
    tree = OFXTree()
    tree.parse(io.BytesIO(data))
    return tree.convert().statements[0].transactions[0].trnamt


other = ofxparse.OfxParser.parse(io.BytesIO(content)).account.statement
print("ofxparse:", other.currency, other.transactions[0].amount)
print("ofxtools, the code of before 2013:", read(content.replace(b"ZMW", b"ZMK")))
try:
    read(content)
except OFXSpecError as error:
    print("ofxtools:", str(error)[:60])
else:
    sys.exit("ofxtools reads ZMW now")
assert str(other.transactions[0].amount) == "50.00"
PY
