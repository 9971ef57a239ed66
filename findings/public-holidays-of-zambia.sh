#!/usr/bin/env bash
# holidays 0.109 and workalendar 17.0.0 (PyPI), date-holidays 3.37.0 (npm): the public holidays of
# Zambia in 2026.
# Guess: the same days in all three.
# Seen:  date-holidays has the National Day of Prayers on 18 October (with a day in its stead on the
#        19th); holidays has it on 29 December, and 8 March, 4 and 5 April and the general election
#        of 13 August besides. workalendar does not know Zambia.
# For us: no library decides when a message goes or a day of money ends; quiet hours are hours, and a
#         statement's days are the days that it names.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install holidays==0.109 workalendar==17.0.0
"$work/venv/bin/python" - <<'PY'
import holidays
from workalendar.registry import registry

days = sorted(str(day) for day in holidays.country_holidays("ZM", years=2026))
known = [code for code in registry.region_registry if code.startswith("Z")]
print(days, known)
assert {"2026-08-13", "2026-12-29"} <= set(days) and "2026-10-18" not in days
assert known == ["ZA"]
PY
cd "$work"
npm install --silent --no-audit --no-fund date-holidays@3.37.0
node - <<'JS'
const assert = require('assert');
const Holidays = require('date-holidays');
const days = new Holidays('ZM').getHolidays(2026).map((day) => day.date.slice(0, 10));
console.log(days);
assert(days.includes('2026-10-18') && days.includes('2026-10-19'));
assert(!days.includes('2026-08-13') && !days.includes('2026-12-29'));
JS
