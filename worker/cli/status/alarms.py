"""What is wrong, from what was seen: what processes say of themselves, and what no process can."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from adapters.room import room_trouble
from application.books.behind import STILL_S
from domain.days import DAY_S
from domain.lateness import BACKUP_LATE_S, EARLIEST, HEARD_S, SEAL_LATE_S, WAITS_LONG_S
from domain.money import Ngwee, format_kwacha
from domain.public_ids import check_iso_time, iso_time
from domain.values import SECOND
from worker.cli.modem_list import NOT_RUNNING, NOT_YET
from worker.cli.status.facts import Facts
from worker.cli.status.here import COMMANDS
from worker.cli.status.remedies import remedy_of

DOWN: Final = " down"
"""What the alarm of a modem adds to the name of its check, which says the same."""


SEALER: Final = "seal"
"""The role of a process that runs beside a gateway, and does nothing of its work."""


class Alarm(NamedTuple):
    """Something to know: its level is ``alarm`` for what is wrong, or ``note``."""

    name: str
    words: str
    level: str = "alarm"
    said_by: str | None = None
    """The process that said it; None: this command saw it by itself."""


def alarms_of(seen: Mapping[str, Any], facts: Facts) -> list[dict[str, Any]]:
    """List alarms, then notes; what several say with one name stands once, in the first's words."""
    found: dict[str, Alarm] = {}
    for alarm in (*_troubles(facts), *_said(facts), *_missing(seen, facts), *_own(seen, facts)):
        found.setdefault(alarm.name, alarm)
    return [
        {
            "name": each.name,
            "level": each.level,
            "words": each.words,
            "do": remedy_of(each.name),
            "said_by": each.said_by,
        }
        for each in sorted(found.values(), key=lambda each: each.level != "alarm")
    ]


def _troubles(facts: Facts) -> Iterator[Alarm]:
    for name, words in facts.troubles.items():
        yield Alarm(name, words)


def _said(facts: Facts) -> Iterator[Alarm]:
    """Pass on what the processes here say of themselves."""
    for each in facts.running:
        for name, words in (each.checks or {}).items():
            if words != "ok":
                yield Alarm(name, words, said_by=each.name)
        for name, words in each.alarms.items():
            check = (each.checks or {}).get(name.removesuffix(DOWN), "ok")
            if check == "ok":
                yield Alarm(name, words, said_by=each.name)


# -- processes that are not there -----------------------------------------------------------------


def _missing(seen: Mapping[str, Any], facts: Facts) -> Iterator[Alarm]:
    for row in seen["processes"]:
        if row["state"] in {"gone", "no answer"}:
            name = f"process {row['role']} {row['pid']}"
            ended = f"`ngoma {row['command']}` (process {row['pid']})"
            hangs = row["state"] == "no answer"
            yield Alarm(name, f"{ended} {'does not answer' if hangs else 'ended without a word'}")
    answering = {each.name.partition(" ")[0] for each in facts.running if each.checks is not None}
    answering -= {SEALER}
    is_elsewhere = any((row["age_s"] or HEARD_S) < HEARD_S for row in seen["processes"])
    if not answering and not is_elsewhere and not facts.is_served:
        yield Alarm("gateway", "nothing runs on this store: nothing is accepted and nothing leaves")
    elif facts.settings.database_url is not None and "all" not in answering:
        for role, lack in _lacks(facts, is_elsewhere=is_elsewhere):
            if role not in answering:
                words = f"no process {lack}: `ngoma {COMMANDS.get(role, role)}`"
                yield Alarm(f"process {role}", words)


def _lacks(facts: Facts, *, is_elsewhere: bool) -> Iterator[tuple[str, str]]:
    """Give the roles that are expected on this host, each with what is not done without it.

    Which roles another host runs is not known here, so these two may be there. Modems are here.
    """
    if not is_elsewhere:
        yield "api", "takes messages"
        yield "project", "follows the log"
    if facts.settings.modems:
        names = ", ".join(modem.name for modem in facts.settings.modems)
        yield "worker", f"drives the modems of these settings ({names})"


# -- what this command sees by itself -------------------------------------------------------------


def _own(seen: Mapping[str, Any], facts: Facts) -> Iterator[Alarm]:
    yield from _of_the_log(seen)
    yield from _of_sims(seen["sims"] or ())
    yield from _of_phones(seen["phones"] or ())
    yield from _of_messages(seen["queue"] or ())
    yield from _of_the_clock(seen["clock"], facts)
    yield from _of_the_seal(seen["seal"], facts)
    yield from _of_backups(seen["backup"], facts)
    yield from _of_money(seen["money"])
    if facts.settings.redis_url is not None:
        yield from _of_redis(facts.settings.redis_url)
    if (
        facts.settings.data_dir.exists()
        and (words := room_trouble(facts.settings.data_dir)) != "ok"
    ):
        yield Alarm("disk", words)
    for account in facts.paused:
        words = f"the receiver of account {account} has taken nothing for days; it is paused"
        yield Alarm(f"webhook {account}", words, "note")


def _of_the_log(seen: Mapping[str, Any]) -> Iterator[Alarm]:
    late_s = seen["lag_s"] or 0.0
    if late_s >= STILL_S:
        yield Alarm("following", f"nobody follows the log: read models are {late_s:.0f} s behind")


def _of_sims(sims: Sequence[Mapping[str, Any]]) -> Iterator[Alarm]:
    """Say what keeps SIMs from sending; a modem that comes up is none of these."""
    for sim in sims:
        name = f"SIM {sim['sim']} in {sim['modem']}"
        if sim["quarantined"]:
            yield Alarm(f"sim {sim['sim']}", f"{name} is in quarantine: {sim['reason']}", "note")
        elif sim["state"] == "offline" and sim["reason"] not in {NOT_RUNNING, NOT_YET, None}:
            is_phone = str(sim["modem"]).startswith("phone-")
            if not is_phone:
                yield Alarm(f"modem {sim['modem']}", str(sim["reason"]))


def _of_phones(phones: Sequence[Mapping[str, Any]]) -> Iterator[Alarm]:
    for phone in phones:
        if phone["state"] == "offline":
            number = phone["phone"].removeprefix("phone-")
            yield Alarm(
                f"phone {number}", f"{phone['phone']} is offline: {phone['reason']}", "note"
            )


def _of_messages(queue: Sequence[Mapping[str, Any]]) -> Iterator[Alarm]:
    old = [row for row in queue if (row["oldest_s"] or 0) >= WAITS_LONG_S]
    if old:
        found = ", ".join(f"{row['network']} for {row['oldest_s'] / 60:.0f} min" for row in old)
        yield Alarm("waiting", f"messages that could leave wait: {found}")
    if held := sum(row["held"] for row in queue):
        from application.messages.restored import held_words

        yield Alarm("held", held_words(held))
    if doubted := sum(row["in_doubt"] for row in queue):
        yield Alarm("doubt", f"{doubted:,} in doubt: nobody knows whether they left", "note")


def _of_the_clock(clock: Mapping[str, Any], facts: Facts) -> Iterator[Alarm]:
    if facts.now < EARLIEST:
        yield Alarm("clock", f"it says {iso_time(facts.now)}: it was never set")
    elif clock["doubt"] is not None:
        # A gateway that was stopped for a while finds the same at its start, and all is well.
        yield Alarm("clock", clock["doubt"], "note" if "later" in clock["doubt"] else "alarm")


def _of_the_seal(seal: Mapping[str, Any] | None, facts: Facts) -> Iterator[Alarm]:
    if seal is None or seal["unsealed_since"] is None:
        return
    late_s = (facts.now - check_iso_time(seal["unsealed_since"], field="at")) / SECOND
    if late_s >= SEAL_LATE_S:
        where = f"position {seal['position']}"
        yield Alarm("seal", f"nothing was sealed after {where}, for {late_s / 60:.0f} min")


def _of_backups(backup: Mapping[str, Any] | None, facts: Facts) -> Iterator[Alarm]:
    if "backup" in facts.troubles or facts.began_at is None:
        return
    if backup is None:
        if (facts.now - facts.began_at) / SECOND >= BACKUP_LATE_S:
            yield Alarm("backup", "no backup was ever made here")
    elif backup["age_s"] >= BACKUP_LATE_S:
        days = backup["age_s"] / DAY_S
        yield Alarm("backup", f"the newest backup is {days:.1f} days old: {backup['file']}")
    elif (drill := backup["drill"]) and not drill["ok"]:
        yield Alarm("backup", f"the last drill failed: {drill['file']} cannot be restored")
    elif not backup["is_there"]:
        yield Alarm("backup", f"the newest backup is not there any more: {backup['file']}", "note")


def _of_money(money: Mapping[str, Any] | None) -> Iterator[Alarm]:
    if money and (count := money["unmatched"]):
        amount = format_kwacha(Ngwee(money["unmatched_ngwee"]))
        lines = "1 line of a statement is" if count == 1 else f"{count:,} lines of statements are"
        yield Alarm("money", f"{lines} nobody's yet, {amount} in all", "note")


def _of_redis(url: str) -> Iterator[Alarm]:
    from worker.cli.redis_ping import why_silent

    why = why_silent(url)
    if why is not None:
        yield Alarm("redis", f"{why}; all goes on, but slower")
