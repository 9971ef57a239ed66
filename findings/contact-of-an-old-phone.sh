#!/usr/bin/env bash
# vcf 2.1.2 (npm) and vobject 0.9.9 (PyPI): a contact as older Android phones export it, vCard 2.1
# with the name in quoted-printable.
# Guess: both read 'Mŵanawasa' and both numbers with what kind they are.
# Seen:  vcf gives the escapes as they stand in the file ('M=C5=B5anawasa') and the kinds; vobject
#        decodes the name, and the kinds (CELL, PREF) are in no parameter TYPE, as vCard 2.1 leaves
#        the word TYPE out.
# For us: a list of recipients made from contacts greets 'M=C5=B5anawasa'; the preview of a
#         template shows each text before it is paid for.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install vobject==0.9.9
"$work/venv/bin/python" - <<'PY'
import vobject

CARD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Banda;M=C5=B5anawasa;;;\r\n"
    "TEL;CELL:0977123456\r\nTEL;CELL;PREF:+260967123456\r\nEND:VCARD\r\n"
)
(card,) = vobject.readComponents(CARD)
print(card.n.value.given, [(t.value, t.params, t.singletonparams) for t in card.tel_list])
assert card.n.value.given == "Mŵanawasa"
assert [t.params for t in card.tel_list] == [{}, {}]
PY
cd "$work"
npm install --silent --no-audit --no-fund vcf@2.1.2
node - <<'JS'
const vcf = require('vcf');
const [card] = vcf.parse([
  'BEGIN:VCARD', 'VERSION:2.1',
  'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Banda;M=C5=B5anawasa;;;',
  'TEL;CELL:0977123456', 'TEL;CELL;PREF:+260967123456', 'END:VCARD', '',
].join('\r\n'));
const [, , , name] = card.get("n").toJSON();
console.log(name, card.get('tel').map((tel) => tel.type));
require('assert').strictEqual(name[1], 'M=C5=B5anawasa');
JS
