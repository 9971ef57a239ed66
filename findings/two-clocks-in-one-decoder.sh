#!/usr/bin/env bash
# python-messaging 0.5.13 (PyPI): the time of a delivery and of a status report.
# Guess: both carry the service centre's own zone, so both come as the same moment, aware or in UTC.
# Seen:  both are naive; a delivery of 10:20:30 +02:00 is 08:20:30 and a report of the very same time
#        is 10:20:30. How long a delivery took, counted from the two, is off by the zone.
# For us: our decoder keeps the zone of each time stamp; reports are matched in a window around the
#         SIM's own clock offset.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install python-messaging==0.5.13
"$work/venv/bin/python" - <<'PY'
from messaging.sms import SmsDeliver

STAMP = "62118201020380"
delivery = SmsDeliver("00040C91629077214365" + "0000" + STAMP + "05E8329BFD06")
report = SmsDeliver("00062A0C91629077214365" + STAMP + STAMP + "00")
print(delivery.date, report.sr["scts"])
assert (delivery.date.hour, delivery.date.tzinfo) == (8, None)
assert (report.sr["scts"].hour, report.sr["scts"].tzinfo) == (10, None)
PY
