"""What ``ngoma doctor`` checks of the store: both files, the disk, and who runs on them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

from adapters.clock import SystemClock
from adapters.reads import inspections_of, open_read_engines, open_store
from adapters.room import room_trouble
from adapters.settings import Settings
from adapters.store.log import StoreLog
from adapters.store.sqlite.inspection import first_damage
from application.books.behind import STILL_S, unseen_since
from application.books.codec import event_mapper
from application.messages.restored import held_words
from application.ports import Store
from application.ports.queries import ProjectionStatus
from domain.values import SECOND
from projections.folds import PROJECTIONS
from projections.follower import Follower
from projections.known import Positions, statuses
from projections.reading import SqlQueries
from worker.cli.config import masked_url
from worker.cli.finding import Finding, Verdict
from worker.cli.running import running_on
from worker.cli.soundness import whole_faults, why_unmigrated

if TYPE_CHECKING:
    from adapters.store.postgres import PostgresStore

LOOK_S: Final = 3.0
"""How long a file is looked through for damage."""


class Truth:
    """The store, as far as it can be looked at: ``store`` is None when it cannot."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: Store | None = None
        self.store: Store | None = None
        self.head = 0

    def look(self) -> Iterator[Finding]:
        """Open it, unless that would make it."""
        settings = self._settings
        if settings.database_url is None and not (settings.data_dir / "store.db").exists():
            words = f"there is none in {settings.data_dir} yet: `ngoma migrate` makes it."
            yield Finding("store", Verdict.WRONG, words)
            return
        place = masked_url(settings.database_url) if settings.database_url else settings.data_dir
        store = self._opened = open_store(settings, is_server=False)
        if not store.is_migrated():
            yield Finding("store", Verdict.WRONG, f"{place}: {why_unmigrated(store)}")
            return
        for each in inspections_of(store):
            each.step(limit_s=LOOK_S)
        store.ping()
        store.try_out()
        if (trouble := store.trouble()) is not None:
            yield Finding("store", Verdict.WRONG, f"{trouble}.")
        self.store, self.head = store, store.head()
        words = f"{place} answers; its log ends at position {self.head}."
        yield Finding("store", Verdict.OK, words)
        if settings.database_url:
            yield from _limits(cast("PostgresStore", store))

    def close(self) -> None:
        """Let go of it."""
        if self._opened is not None:
            self._opened.close()


def _limits(store: "PostgresStore") -> Iterator[Finding]:
    """Look whether PostgreSQL bounds in time what the gateway asks of it."""
    if missing := store.limits_not_in_force():
        words = (
            f"not in force: {', '.join(missing)}. A pooler between us drops them: a frozen "
            "`ngoma project` keeps its lock. Connect to PostgreSQL itself."
        )
        yield Finding("limits", Verdict.WARNING, words)
    else:
        yield Finding("limits", Verdict.OK, "PostgreSQL bounds what we ask of it, as we asked.")


def look_at_all(settings: Settings, truth: Truth) -> Iterator[Finding]:
    """Read each page, each index and each event, and check the invariants of the log."""
    verdict, words = Verdict.OK, "it is in order."
    for words in whole_faults(settings, truth.store):
        verdict = Verdict.WRONG
        yield Finding("whole store", verdict, words)
    if verdict is Verdict.OK:
        yield Finding("whole store", verdict, words)


def look_at_disk(settings: Settings) -> Iterator[Finding]:
    """Look whether there is room for an embedded store."""
    if settings.database_url is None and settings.data_dir.exists():
        trouble = room_trouble(settings.data_dir)
        if trouble == "ok":
            yield Finding("disk", Verdict.OK, "there is room.")
        else:
            yield Finding("disk", Verdict.WRONG, f"{trouble}.")


def look_at_processes(settings: Settings) -> Iterator[Finding]:
    """Pass on what the processes that run here say of themselves."""
    for each in running_on(settings.data_dir):
        if each.checks is None:
            yield Finding("processes", Verdict.WRONG, f"{each.name} does not answer.")
            continue
        wrong = [f"{name}: {words}" for name, words in each.checks.items() if words != "ok"]
        verdict = Verdict.WARNING if each.is_ready else Verdict.WRONG
        for words in wrong:
            yield Finding("processes", verdict, f"{each.name} says of {words}.")
        for name, words in each.notes.items():
            yield Finding("processes", Verdict.NOTE, f"{each.name} says of {name}: {words}.")
        if not wrong:
            yield Finding("processes", Verdict.OK, f"{each.name} says that all is well.")


def look_at_read_models(settings: Settings, truth: Truth) -> Iterator[Finding]:
    """Look whether the read models can be read, follow this store, and how far behind they are."""
    if truth.store is None:
        return
    if settings.database_url is None and not (settings.data_dir / "read.db").exists():
        words = "there are none; the next command that reads makes them anew."
        yield Finding("read models", Verdict.NOTE, words)
        return
    where = _damage_of_read_db(settings)
    if where is not None:
        yield Finding("read models", Verdict.WRONG, where)
        return
    engines = open_read_engines(settings, truth.store)
    log = StoreLog(truth.store, event_mapper())
    known = Positions(engines.reading, log)
    follower = Follower(engines.writing, log, PROJECTIONS, known)
    try:
        if outdated := follower.outdated():
            words = f"not of this version: {', '.join(outdated)}; run `ngoma migrate`."
            yield Finding("read models", Verdict.WRONG, words)
            return
        rows = statuses(PROJECTIONS, known, log)
        held = 0
        if not any(row.error or row.is_rebuilding for row in rows):
            held = sum(each.held for each in SqlQueries(engines.reading, known, log).backlog())
    finally:
        follower.close()
        engines.dispose()
    yield from map(_trouble, (row for row in rows if row.error or row.is_rebuilding))
    if not any(row.error and row.is_rebuilding for row in rows):
        behind, since = max(row.lag for row in rows), unseen_since(truth.store, rows)
        late_s = 0 if since is None else (SystemClock().now() - since) / SECOND
        words = f"at most {behind} positions, {late_s:.0f} s behind the log."
        verdict = Verdict.WARNING if late_s > STILL_S else Verdict.OK
        yield Finding("read models", verdict, words)
        yield from _held(held)


def _held(count: int) -> Iterator[Finding]:
    """Say that messages wait for a word of the operator: nothing else lets them go on."""
    if count:
        yield Finding("messages", Verdict.WARNING, f"{held_words(count)}.")


def _trouble(row: ProjectionStatus) -> Finding:
    if row.error and row.is_rebuilding:
        words = f"{row.name} {row.error}; whoever follows the log next builds it anew."
    elif row.error:
        words = f"{row.name} has stopped: {row.error}"
    else:
        words = f"{row.name} is being built anew, at {row.position} of {row.head}."
        return Finding("read models", Verdict.NOTE, words)
    return Finding("read models", Verdict.WRONG, words)


def _damage_of_read_db(settings: Settings) -> str | None:
    if settings.database_url is not None:
        return None
    damage = first_damage(settings.data_dir / "read.db", limit_s=LOOK_S).damage
    return damage and f"read.db is damaged ({damage}): the next start makes it anew."
