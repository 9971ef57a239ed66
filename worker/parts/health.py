"""How the process is, looked at each second: what is wrong stands as an alarm, and in the log."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from application.accounts.factor_reset import ResetsAlone
from application.books.behind import Following
from application.messages.restored import held_words
from application.system import System
from domain.errors import StoreDown
from domain.lateness import WAITS_LONG_S
from domain.values import SECOND
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.parts.ready_words import ReadyWords

EVERY_S: Final = 1.0


def _make(process: Process) -> Sequence[Loop]:
    system, alarms = process.system, process.alarms
    _watch_the_log(system)
    _watch_what_waits(system)
    system.signals.add_check("held", partial(_what_is_held, system), is_vital=False)
    told = ReadyWords(process.role)
    resets = ResetsAlone(queries=system.queries, clock=system.clock, alarms=alarms)

    def look() -> None:
        system.store.try_out()
        readiness = system.readiness()
        if process.is_ending:
            return
        told.tell(readiness)
        for name, words in readiness.checks.items():
            if words == "ok":
                alarms.clear(name)
            else:
                alarms.set(name, words)
        resets.look()
        alarms.remind(system.clock.monotonic_s())

    return [Loop("health", look, every_s=EVERY_S)]


def _watch_the_log(system: System) -> None:
    watch = Following(store=system.store, queries=system.queries, clock=system.clock)
    system.signals.add_check("following", watch.words, is_vital=lambda: watch.is_long)
    system.metrics.watch_one(
        "log_lag_seconds",
        "Age of the oldest event that a read model has not seen.",
        lambda: watch.lag_s,
    )


def _watch_what_waits(system: System) -> None:
    system.signals.add_check("waiting", partial(_what_waits_long, system), is_vital=False)
    system.metrics.watch(
        "oldest_waiting_seconds",
        "For how long the oldest message that could leave has waited.",
        partial(_waits_s, system),
        label="network",
    )


def _what_waits_long(system: System) -> str:
    """Say which networks have a message that waits for long: no SIM, or not enough of them."""
    found = [
        f"{network} for {seconds / 60:.0f} min"
        for network, seconds in _waits_s(system).items()
        if seconds >= WAITS_LONG_S
    ]
    return f"messages that could leave wait: {', '.join(found)}" if found else "ok"


def _waits_s(system: System) -> Mapping[str, float]:
    now = system.clock.now()
    try:
        since = system.queries.waiting_since(now)
    except StoreDown:  # said by the check of what cannot be read
        return {}
    return {network.value: (now - at) / SECOND for network, at in since.items()}


def _what_is_held(system: System) -> str:
    try:
        count = sum(each.held for each in system.queries.backlog())
    except StoreDown:  # said by the check of what cannot be read
        return "ok"
    return held_words(count) if count else "ok"


HEALTH: Final = Part("health", frozenset(ProcessRole), Stage.FOLLOW, _make)
