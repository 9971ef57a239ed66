#!/usr/bin/env bash
# python-gammu 3.5.1 (PyPI, with libgammu 1.45.1): texts outside the GSM alphabet, as its encoder and
# its counter take them when nothing is said of Unicode.
# Guess: the encoder picks UCS-2 by the text, as gammu's own command is told to with -unicode only
#        where that is meant to be forced; the counter says 2 for 71 Cyrillic letters.
# Seen:  without 'Unicode': True the TPDU has DCS 0 and a question mark (0x3F) for each UTF-16 unit,
#        no error; SMSCounter counts every character as one septet: 160 Cyrillic letters are one
#        segment with 0 free (UCS-2 needs three).
# For us: our encoder picks the alphabet by the text, and whoever counts beside us with gammu gets
#         fewer segments than are sent.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install python-gammu==3.5.1
"$work/venv/bin/python" - <<'PY'
import gammu

assert gammu.Version()[0] == "1.45.1"


def tpdu(text, unicode):
    parts = [{"ID": "ConcatenatedTextLong", "Buffer": text}]
    (sms,) = gammu.EncodeSMS({"Class": -1, "Unicode": unicode, "Entries": parts})
    sms.update(Number="+260977123456", SMSC={"Number": "+260977000000"}, Type="Submit")
    return gammu.EncodePDU(sms, "Submit").hex()


for text in ("Привет", "ŋoma", "hello 😀"):
    print(text, tpdu(text, False), tpdu(text, True))
assert tpdu("Привет", False).endswith("000000" + "06" + "bfdfeff7fb01")  # ??????
assert tpdu("ŋoma", False).endswith("000000" + "04" + "bf773b0c")  # ?oma
assert tpdu("ŋoma", True).endswith("000800" + "08" + "014b006f006d0061")
counts = {n: gammu.SMSCounter("д" * n, "NoUDH") for n in (70, 71, 160, 161)}
print(counts)
assert counts == {70: (1, 90), 71: (1, 89), 160: (1, 0), 161: (2, 159)}
PY
