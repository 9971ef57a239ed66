#!/usr/bin/env bash
# segno 1.6.6 (PyPI) beside opencv-python-headless 5.0.0.93: a one-time code as a QR code.
# Guess: what make() draws of a code that lets a phone in, a reader of QR codes reads.
# Seen:  six digits, or K7Q2-88XM-4R, come out as a Micro QR code, of which OpenCV's detector reads
#        nothing (zxing-cpp 3.1.1 reads it); an address is long enough for an ordinary one. With
#        micro=False all are read.
# For us: codes of enrolment and of a second factor are drawn with micro=False (api/pages/qr.py and
#         worker/cli/phone.py).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    segno==1.6.6 opencv-python-headless==5.0.0.93 zxing-cpp==3.1.1
cd "$work"
venv/bin/python - <<'PY'
import cv2
import segno
import zxingcpp


def read(text, **more):
    code = segno.make(text, **more)
    code.save("code.png", scale=10, border=4)
    picture = cv2.imread("code.png")
    seen, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    other = [found.text for found in zxingcpp.read_barcodes(picture)]
    print(f"{text!r} {more}: {code.designator}, OpenCV {seen!r}, zxing-cpp {other}")
    assert other == [text]
    return seen


for short in ("482913", "K7Q2-88XM", "K7Q2-88XM-4R"):
    assert read(short) == ""
    assert read(short, micro=False) == short
address = "http://192.168.1.7:8080/api/mobile/v1"
assert read(address) == address
PY
