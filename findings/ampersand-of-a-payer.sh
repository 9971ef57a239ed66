#!/usr/bin/env bash
# node-ofx-parser 0.5.1, ofx-js 1.1.1 and ofx 0.5.0 (npm): a payer whose name has an ampersand.
# Guess: `A &amp; B` of the file is the name A & B, in all three.
# Seen:  node-ofx-parser gives `A &amp;amp;amp; B`: it escapes twice what was escaped, and undoes
#        none of it. The other two give A & B.
# For us: a payer's name is compared only as a hint, never as what two records are matched by.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund node-ofx-parser@0.5.1 ofx-js@1.1.1 ofx@0.5.0
cat > statement.ofx <<'OFX'
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
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261128<TRNAMT>50.00<FITID>00261128<NAME>A &amp; B</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>50.00<DTASOF>20261128</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
OFX
node - <<'JS'
const content = require("fs").readFileSync("statement.ofx", "utf8");
const name = (read) => read.OFX.BANKMSGSRSV1.STMTTRNRS.STMTRS.BANKTRANLIST.STMTTRN.NAME;
(async () => {
  const seen = {
    "node-ofx-parser": name(require("node-ofx-parser").parse(content)),
    "ofx-js": name(await require("ofx-js").parse(content)),
    ofx: name(require("ofx").parse(content)),
  };
  console.log(seen);
  const was = { "node-ofx-parser": "A &amp;amp;amp; B", "ofx-js": "A & B", ofx: "A & B" };
  require("assert").deepStrictEqual(seen, was);
})();
JS
