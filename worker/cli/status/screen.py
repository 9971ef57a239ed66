"""The screen: what is wrong and what to do, then a line or a few for each subject."""

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from domain.money import Ngwee, format_kwacha
from domain.public_ids import check_iso_time
from domain.values import SECOND
from worker.cli.output import visible

COLUMNS_MAX: Final = 80
MARGIN: Final = 11
"""Where what is said of a subject begins."""
UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))
COLOURS: Final = {"alarm": "red", "note": "yellow"}
SIZES: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def lines(seen: Mapping[str, Any]) -> Iterator[str]:
    """Write what was seen, at most 80 columns wide."""
    width = min(COLUMNS_MAX, shutil.get_terminal_size((COLUMNS_MAX, 24)).columns)
    store, alarms = seen["store"], seen["alarms"]
    head = f"Ngoma {seen['version']}, {seen['clock']['now'][:19].replace('T', ' ')} UTC"
    yield from _wrapped(f"{head}, {store['place']}", width, indent=0)
    yield ""
    yield from _alarms(alarms, width)
    yield ""
    for subject, said in _subjects(seen):
        yield from _subject(subject, said, width)


def _alarms(alarms: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    wrong = sum(alarm["level"] == "alarm" for alarm in alarms)
    if not wrong:
        yield click.style("All is well.", fg="green")
    else:
        count = "1 thing is wrong." if wrong == 1 else f"{wrong} things are wrong."
        yield click.style(count, fg="red", bold=True)
    for alarm in alarms:
        mark = "!" if alarm["level"] == "alarm" else "-"
        by = f" (says {alarm['said_by']})" if alarm["said_by"] else ""
        first, *rest = _wrapped(f"{alarm['name']}: {alarm['words']}{by}", width, indent=2)
        yield click.style(mark, fg=COLOURS[alarm["level"]]) + first[1:]
        yield from rest
        yield from _wrapped(f"do: {alarm['do']}", width, indent=4)
    if alarms:
        yield "More about each: docs/runbook.md"


def _subject(subject: str, said: Sequence[str], width: int) -> Iterator[str]:
    for place, words in enumerate(said):
        for line in _wrapped(words, width, indent=MARGIN):
            name = subject if place == 0 else ""
            yield f"{name:{MARGIN}}{line[MARGIN:]}" if name else line
            subject = ""


def _wrapped(words: str, width: int, *, indent: int) -> list[str]:
    """Break between words alone; what goes on stands as far to the right."""
    return textwrap.wrap(
        visible(words),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=True,
    ) or [""]


# -- the subjects ---------------------------------------------------------------------------------


def _subjects(seen: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Processes", [*map(_process, seen["processes"])] or ["none"]
    yield "Store", [_store(seen["store"], seen["lag_s"])]
    yield "SIMs", _list(seen["sims"], _sim, "none was seen yet")
    yield "Phones", _list(seen["phones"], _phone, "none")
    yield "Queue", _list(seen["queue"], _waiting, "none")
    yield "In doubt", ["not known" if seen["in_doubt"] is None else f"{seen['in_doubt']:,}"]
    yield "Money", [_money(seen["money"])]
    yield "Seal", [_seal(seen["seal"], seen)]
    yield "Backup", [_backup(seen["backup"])]
    yield "Disk", [_disk(seen["disk"])]
    yield "Clock", [_clock(seen)]


def _list(rows: Sequence[Any] | None, say: Any, empty: str) -> Sequence[str]:
    if rows is None:
        return ["not known"]
    return [say(row) for row in rows] or [empty]


def _process(row: Mapping[str, Any]) -> str:
    if row["role"] is None:
        return f"host {row['host']}: noted its time {duration(row['age_s'])} ago"
    wrong = [name for name, words in (row["checks"] or {}).items() if words != "ok"]
    about = f" ({', '.join(wrong)})" if wrong else ""
    return f"{row['command']} {row['pid']}: {row['state']}{about}, {row['url']}"


def _store(row: Mapping[str, Any], lag_s: float | None) -> str:
    if not row["ok"]:
        return f"{row['kind']}: cannot be used"
    behind = "lag not known" if lag_s is None else f"lag {lag_s:g} s"
    return f"{row['kind']}, position {row['position']:,}, generation {row['generation']}, {behind}"


def _sim(row: Mapping[str, Any]) -> str:
    number = "-" if row["sim"] is None else row["sim"]
    words = f"{number} {row['modem']} {row['network'] or 'network not known'}: {row['state']}"
    quota = f" of {row['segments_per_day']:,}" if row["segments_per_day"] else ""
    words += f", today {row['begun_today']:,}{quota}"
    if row["airtime_ngwee"] is not None:
        words += f", airtime {format_kwacha(Ngwee(row['airtime_ngwee']))}"
    return f"{words}; {row['reason']}" if row["reason"] else words


def _phone(row: Mapping[str, Any]) -> str:
    words = f"{row['phone']} ({' '.join(row['slots'])}): {row['state']}"
    return f"{words}; {row['reason']}" if row["reason"] else words


def _waiting(row: Mapping[str, Any]) -> str:
    words = f"{row['network']}: {row['queued']:,} queued"
    if row["oldest_s"] is not None:
        words += f", the oldest due for {duration(row['oldest_s'])}"
    for name, word in (("sending", "sending"), ("in_doubt", "in doubt"), ("held", "held")):
        words += f", {row[name]:,} {word}" if row[name] else ""
    return words


def _money(money: Mapping[str, Any] | None) -> str:
    if money is None:
        return "not known"
    if not money["unmatched"]:
        return "nothing is unmatched"
    amount = format_kwacha(Ngwee(money["unmatched_ngwee"]))
    return f"{money['unmatched']:,} unmatched, {amount}, the oldest {money['oldest_days']}+ days"


def _seal(seal: Mapping[str, Any] | None, seen: Mapping[str, Any]) -> str:
    if seal is None:
        return "the log is not sealed" if seen["store"]["ok"] else "not known"
    age_s = (_at(seen["clock"]["now"]) - _at(seal["sealed_at"])) / SECOND
    return f"up to position {seal['position']:,}, {duration(age_s)} ago"


def _backup(backup: Mapping[str, Any] | None) -> str:
    if backup is None:
        return "none was made here"
    gone = "" if backup["is_there"] else ", not there any more"
    return f"{duration(backup['age_s'])} ago, {backup['file']}{gone}; {_drill(backup['drill'])}"


def _drill(drill: Mapping[str, Any] | None) -> str:
    if drill is None:
        return "never drilled"
    came_of_it = f"brought back in {drill['took_s']:.1f} s" if drill["ok"] else "it FAILED"
    return f"last drill {duration(drill['age_s'])} ago, {came_of_it}"


def _disk(disk: Mapping[str, Any]) -> str:
    return f"{_size(disk['free_bytes'])} free of {_size(disk['total_bytes'])}"


def _clock(seen: Mapping[str, Any]) -> str:
    is_told = seen["store"]["ok"] or any(row["checks"] for row in seen["processes"])
    return seen["clock"]["doubt"] or ("believed" if is_told else "not known")


def _at(written: str) -> int:
    return check_iso_time(written, field="at")


def duration(seconds: float) -> str:
    """Write a time that has passed as people do: 40 s, 3 min, 2 h, 5 d."""
    for size, unit in UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _size(count: float) -> str:
    for unit in SIZES[:-1]:
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.0f} {SIZES[-1]}"
