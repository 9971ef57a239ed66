#!/usr/bin/env bash
# smpp.pdu3 0.6 (PyPI): absolute times of SMPP (3.4, 7.1.1), which end in quarters of an hour from UTC.
# Guess: every one is read as an aware time, that of UTC ("...00+") like that of Lusaka ("...08+"),
#        and one without a zone cannot be written, since nobody knows which moment is meant.
# Seen:  one of UTC is read without a zone, one of Lusaka with it, so that the two cannot be compared;
#        and one without a zone is written as if it were UTC. A deadline taken from the clock on a
#        wall in Zambia is two hours late. (Reading also prints the last character on standard output.)
# For us: a deadline in an API without a zone is refused, and all moments inside are counted from 1970.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install smpp.pdu3==0.6
"$work/venv/bin/python" - <<'PY'
from contextlib import redirect_stdout
from datetime import datetime, timedelta, timezone
from io import StringIO

from smpp.pdu import smpp_time

lusaka = timezone(timedelta(hours=2))
with redirect_stdout(StringIO()) as printed:
    of_utc, of_lusaka = smpp_time.parse(b"261130100000000+"), smpp_time.parse(b"261130120000008+")
    written = smpp_time.unparse(datetime(2026, 11, 30, 12, 0))
    with_zone = smpp_time.unparse(datetime(2026, 11, 30, 12, 0, tzinfo=lusaka))
print("of UTC:", of_utc.utcoffset(), "- of Lusaka:", of_lusaka.utcoffset())
assert of_utc == datetime(2026, 11, 30, 10, 0)
assert of_utc.tzinfo is None
assert of_lusaka == datetime(2026, 11, 30, 10, 0, tzinfo=timezone.utc)
try:
    print(of_utc < of_lusaka)
except TypeError as error:
    print("compared:", error)
else:
    raise AssertionError("they were compared")
print("12:00 without a zone:", written.decode(), "- of Lusaka:", with_zone.decode())
assert written == b"261130120000000+"
assert with_zone == b"261130120000008+"
print("printed meanwhile:", printed.getvalue().split())
assert printed.getvalue().split() == ["+", "+"]
PY
