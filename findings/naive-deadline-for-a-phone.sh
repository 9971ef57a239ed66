#!/usr/bin/env bash
# android-sms-gateway 4.3.3 (PyPI, client of the SMSGate server): a deadline given as a
# naive datetime.
# Guess: it is refused or written with a zone, as the server's RFC 3339 field needs one.
# Seen:  validUntil is written without any zone (2026-11-28T10:00:00), while the same client reads
#        a zone from every answer; an aware one keeps its own offset.
# For us: what a phone or its tools send is read with its zone or refused; our offers always say Z.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install android-sms-gateway==4.3.3
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone

from android_sms_gateway import Message, TextMessage


def written(valid_until):
    return Message(
        phone_numbers=["+260977000111"],
        text_message=TextMessage("x"),
        valid_until=valid_until,
    ).asdict()["validUntil"]


naive = written(datetime(2026, 11, 28, 10, 0))
aware = written(datetime(2026, 11, 28, 10, 0, tzinfo=timezone(timedelta(hours=2))))
print(naive, aware)
assert naive == "2026-11-28T10:00:00"
assert aware == "2026-11-28T10:00:00+02:00"
PY
