#!/usr/bin/env bash
# csvkit 2.2.0 (PyPI): a CSV of MSISDNs and provider references through csvjson.
# Guess: a number that begins with 0 stays text, since the 0 would be lost; so does 12E5.
# Seen:  0977123456 becomes 977123456.0 and 12E5 becomes 1200000.0; with one reference in the column
#        that has another letter, all of that column stays text.
# For us: a JSON list of recipients made this way holds floats; ours refuses a number that is no
#         string or integer and names the row.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install csvkit==2.2.0
"$work/venv/bin/python" - <<'PY'
PY
printf 'name,msisdn,reference\nMwape,0977123456,12E5\n' >"$work/one.csv"
printf 'name,msisdn,reference\nMwape,0977123456,12E5\nZulu,0966123456,MP12\n' >"$work/two.csv"
one=$("$work/venv/bin/csvjson" "$work/one.csv")
two=$("$work/venv/bin/csvjson" "$work/two.csv")
printf '%s\n' "$one" "$two"
grep -qF '"msisdn": 977123456.0, "reference": 1200000.0' <<<"$one"
grep -qF '"msisdn": 977123456.0, "reference": "12E5"' <<<"$two"
