"""One look at everything that an operator wants to know, as ``--json`` prints it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Final, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from adapters.clock import SystemClock
from adapters.settings import Settings
from application.fleet.liveness import SILENT
from application.ports.queries import SimRow
from domain.errors import NgomaError, StoreDown
from domain.public_ids import iso_time
from domain.values import SECOND, Instant
from worker.cli.alone import is_served
from worker.cli.config import masked_url
from worker.cli.gateway import Gateway, opened_reads, require_store
from worker.cli.modem_list import NOT_RUNNING, fleet_as_json
from worker.cli.output import moment
from worker.cli.running import Running, running_on
from worker.cli.status import own_looks
from worker.cli.status.alarms import alarms_of
from worker.cli.status.facts import Facts
from worker.cli.status.here import backup_row, disk_row, processes
from worker.host import host_name

R = TypeVar("R")

PAUSED_MAX: Final = 20
"""Paused webhooks that are named."""


class Looker:
    """Looks as often as it is asked; it keeps its connections between two looks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gateway: Gateway | None = None
        self._may_look = False
        self._troubles: dict[str, str] = {}
        """What could not be looked at in this look, and why."""

    def close(self) -> None:
        """Let go of all connections."""
        if self._gateway is not None:
            self._gateway.close()
            self._gateway = None

    def look(self) -> dict[str, Any]:
        """Look at everything; what cannot be looked at is None, and an alarm says why.

        Raises:
            NotPermitted: whoever is logged in may not look.
            InvalidKey: their login is over.
        """
        settings, now = self._settings, SystemClock().now()
        self._troubles = {}
        running = list(running_on(settings.data_dir))
        store = self._surely("store", lambda: self._open(running))
        can_read = store is not None and self._ask("projections", self._come_up) is not None
        ask: Callable[[str, Callable[[Gateway], R]], R | None] = (
            self._ask if can_read else lambda _name, _what: None
        )
        queue = ask("projections", lambda gateway: _queue(gateway, now))
        seen: dict[str, Any] = {
            "version": version("ngoma"),
            "store": self._store_row(store),
            "processes": processes(running, self._hosts() if store else (), now=now),
            "sims": ask("projections", lambda gateway: _sims(gateway, running, now)),
            "phones": None,
            "queue": queue,
            "in_doubt": None if queue is None else sum(row["in_doubt"] for row in queue),
            "alarms": [],
            "lag_s": self._ask("projections", own_looks.lag_s) if store else None,
            "money": ask("projections", lambda gateway: own_looks.money(gateway, now)),
            "seal": self._ask("seal", own_looks.seal) if store else None,
            "backup": self._surely("backup", lambda: backup_row(settings, now)),
            "disk": disk_row(settings.data_dir),
            "clock": {"now": iso_time(now), "doubt": self._doubt(running) if store else None},
        }
        seen["phones"] = ask("projections", lambda gateway: _phones(gateway, seen["sims"] or ()))
        facts = Facts(
            settings=settings,
            running=running,
            troubles=self._troubles,
            is_served=is_served(settings.data_dir),
            paused=ask("projections", _paused) or (),
            began_at=self._ask("store", own_looks.began_at) if store else None,
            now=now,
        )
        seen["alarms"] = alarms_of(seen, facts)
        return seen

    # -- opening --------------------------------------------------------------------------------

    def _open(self, running: Sequence[Running]) -> dict[str, Any]:
        """Open the store, unless that would make it; say which it is."""
        settings = self._settings
        if self._gateway is None:
            if settings.database_url is None:
                require_store(settings)
            self._gateway = Gateway(opened_reads(settings), settings)
        store = self._gateway.reads.store
        if not store.is_migrated():
            from worker.cli.soundness import why_unmigrated

            raise StoreDown(why_unmigrated(store))
        store.ping()
        if not any(each.checks for each in running):  # who runs tries it each second
            store.try_out()
        if (trouble := store.trouble()) is not None:
            raise StoreDown(trouble)
        if not self._may_look:
            self._gateway.look("status")
            self._may_look = True
        identity = store.identity()
        return {
            "id": identity.id,
            "generation": identity.generation,
            "position": store.head(),
        }

    def _come_up(self, gateway: Gateway) -> bool:
        """See that the read models can be read: where nobody runs, they are brought up here."""
        settings = self._settings
        if settings.database_url is None and not is_served(settings.data_dir):
            for name in own_looks.behind(gateway):
                gateway.reading(name)
        elif not gateway.reads.are_sound():
            raise StoreDown(own_looks.why_unsound(gateway))
        return True

    def _store_row(self, found: Mapping[str, Any] | None) -> dict[str, Any]:
        settings = self._settings
        url = settings.database_url
        return {
            "kind": "postgresql" if url else "sqlite",
            "place": masked_url(url) if url else str(settings.data_dir.absolute()),
            **(found or dict.fromkeys(("id", "generation", "position"))),
            "ok": found is not None,
        }

    # -- asking ---------------------------------------------------------------------------------

    def _ask(self, name: str, what: Callable[[Any], R]) -> R | None:
        """Ask the gateway, whatever happens; ``name`` is what is in trouble when it fails."""
        return self._surely(name, lambda: what(self._gateway))

    def _surely(self, name: str, what: Callable[[], R]) -> R | None:
        try:
            return what()
        except (StoreDown, click.ClickException) as error:
            words = error.message if isinstance(error, click.ClickException) else str(error)
        except NgomaError:
            raise  # who may not look is told so
        except DBAPIError as error:
            words = f"cannot be read: {type(error.orig).__name__}"
        except (OSError, ValueError) as error:
            words = f"cannot be looked at: {type(error).__name__}"
        self._troubles.setdefault(name, words.rstrip("."))
        if name == "store":
            self.close()
        return None

    def _hosts(self) -> Sequence[tuple[str, Instant]]:
        """Say which hosts noted their time last; on one machine there is one."""
        if self._settings.database_url is None:
            return ()
        return self._ask("store", own_looks.hosts) or ()

    def _doubt(self, running: Sequence[Running]) -> str | None:
        """Say why the clock is not believed: processes that run know better than we do."""
        if any(each.checks is not None for each in running):
            told = (each.checks.get("clock", "ok") for each in running if each.checks)
            return next((words for words in told if words != "ok"), None)
        return self._ask("clock", own_looks.doubt)


# -- what read models say -------------------------------------------------------------------------


def _queue(gateway: Gateway, now: Instant) -> list[dict[str, Any]]:
    queries = gateway.reads.queries
    since = queries.waiting_since(now)
    return [
        {
            "network": row.network.value,
            "queued": row.queued,
            "sending": row.sending,
            "in_doubt": row.in_doubt,
            "held": row.held,
            "oldest_s": (
                round((now - since[row.network]) / SECOND, 1) if row.network in since else None
            ),
        }
        for row in queries.backlog()
    ]


def _sims(gateway: Gateway, running: Sequence[Running], now: Instant) -> list[dict[str, Any]]:
    rows = [_of_the_living(row, running) for row in gateway.reads.queries.sims(now)]
    paces = {modem.name: modem.segments_per_day for modem in gateway.settings.modems}
    return [
        row | {"segments_per_day": paces.get(row["modem"])}
        for row in fleet_as_json(gateway, rows, running)
    ]


def _of_the_living(row: SimRow, running: Sequence[Running]) -> SimRow:
    """Take a SIM for gone whose process on this host is gone: its lease says so a minute later."""
    drivers = {each.name.partition(" ")[0] for each in running if each.checks is not None}
    is_here = row.host == host_name() and not str(row.modem).startswith("phone-")
    if is_here and row.came_online and not drivers & {"all", "worker"}:
        return replace(row, came_online=False, reason=NOT_RUNNING)
    return row


def _phones(gateway: Gateway, sims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List the phones that are let in; a phone is online while one of its SIMs is."""
    found = []
    for row in gateway.reads.queries.phones():
        name = f"phone-{row.number}"
        own = [sim for sim in sims if str(sim["modem"]).startswith(f"{name}/")]
        if row.revoked_at is None:
            is_online = any(sim["online"] for sim in own)
            reasons = (sim["reason"] for sim in own if not sim["online"] and sim["reason"])
            found.append(
                {
                    "phone": name,
                    "device_id": row.device,
                    "slots": list(row.slots),
                    "enrolled_at": moment(row.enrolled_at),
                    "state": "online" if is_online else "offline",
                    "reason": None if is_online else next(reasons, NEVER if not own else SILENT),
                }
            )
    return found


NEVER: Final = "it has not pulled yet"


def _paused(gateway: Gateway) -> Sequence[int]:
    """Number the accounts whose receivers have taken nothing for days."""
    rows = gateway.reads.queries.paused_webhooks(limit=PAUSED_MAX)
    return [row.account for row in rows]
