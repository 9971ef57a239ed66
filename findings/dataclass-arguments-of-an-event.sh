#!/usr/bin/env bash
# eventsourcing 9.5.6 (PyPI) and the dataclasses of the standard library.
# Guess: @dataclass on an event of one's own does what its arguments say: order=True makes events
#        comparable, repr=False keeps their values out of what is printed.
# Seen:  the library makes a dataclass of each event as its class is made, and importing it replaces
#        dataclasses._process_class for the whole process by a function that gives such a class back
#        as it is: every argument is dropped without a word. < raises TypeError, and the values are
#        printed. Dataclasses that are no events get what they ask for.
# For us: all events compare and show themselves by one base (domain/events.py), none holds a secret,
#         and a decorator on one of them is for the type checker alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet eventsourcing==9.5.6
cat > "$work/seen.py" <<'PY'
import dataclasses

before = dataclasses._process_class
from eventsourcing.domain import Aggregate


@dataclasses.dataclass(order=True, repr=False)
class Priced(Aggregate.Event):
    ngwee: int


@dataclasses.dataclass(order=True, repr=False)
class Price:
    ngwee: int


def can_be_compared(one, other):
    try:
        return one < other
    except TypeError as error:
        return type(error).__name__


made = [
    Priced(
        originator_id=Aggregate.create_id(),
        originator_version=1,
        timestamp=Aggregate.Event.create_timestamp(),
        ngwee=ngwee,
    )
    for ngwee in (35, 40)
]
seen = {
    "events compared": can_be_compared(*made),
    "ngwee is printed": "ngwee=35" in repr(made[0]),
    "others compared": can_be_compared(Price(35), Price(40)),
    "ngwee of others is printed": "ngwee=35" in repr(Price(35)),
    "the standard library's function was replaced": dataclasses._process_class is not before,
}
for what, how in seen.items():
    print(f"{what}: {how}")
assert list(seen.values()) == ["TypeError", True, True, False, True]
PY
"$work/venv/bin/python" "$work/seen.py"
