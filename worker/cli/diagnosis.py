"""What ``ngoma doctor`` checks, one function each; none of them makes or changes anything."""

import os
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from adapters.clock import SystemClock
from adapters.security.secret import is_open_to_others
from adapters.settings import Settings
from adapters.settings.providers import PROVIDER_SECRETS
from adapters.writer_key import own_key_file
from application.ports import Store
from domain.errors import InvalidRecipient, NgomaError
from domain.lateness import EARLIEST
from domain.msisdn import OTHER_PREFIXES, Msisdn
from domain.public_ids import iso_time
from worker.cli.clock import doubt_of_clock
from worker.cli.config import masked_url
from worker.cli.diagnosis_seal import look_at_seal
from worker.cli.diagnosis_store import (
    Truth,
    look_at_all,
    look_at_disk,
    look_at_processes,
    look_at_read_models,
)
from worker.cli.diagnosis_tls import look_at_tls
from worker.cli.finding import Finding, Verdict
from worker.cli.redis_ping import why_silent
from worker.clock_watch import REMEDY
from worker.web.bounds import connections_of, open_files

ROOMS: Final = ("domain", "application", "projections", "adapters", "api", "worker")


def findings(
    settings: Settings, config: Path | None, *, is_whole: bool = False
) -> Iterator[Finding]:
    """Look at everything; ``config`` is the file that the settings came from.

    ``is_whole`` reads the whole store, which takes as long as it is large.
    """
    yield Finding("settings", Verdict.OK, "every setting can be used.")
    truth = Truth(settings)
    yield from _surely("packages", _packages)
    yield from _surely("store", truth.look)
    if is_whole:
        yield from _surely("whole store", lambda: look_at_all(settings, truth))
    yield from _surely("disk", lambda: look_at_disk(settings))
    yield from _surely("processes", lambda: look_at_processes(settings))
    yield from _surely("read models", lambda: look_at_read_models(settings, truth))
    yield from _surely("clock", lambda: _clock(truth.store))
    yield from _surely("seal", lambda: look_at_seal(settings, truth.store))
    yield from _surely("secrets", lambda: _secrets(settings, config, truth.store))
    yield from _surely("numbering", lambda: _numbering(settings))
    yield from _surely("modems", lambda: _modems(settings))
    yield from _surely("redis", lambda: _redis(settings))
    yield from _surely("tls", lambda: look_at_tls(settings))
    yield from _surely("connections", lambda: _connections(settings))
    truth.close()


def _surely(check: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Look, whatever happens: what cannot be looked at is a finding, too."""
    try:
        yield from look()
    except NgomaError as error:
        yield Finding(check, Verdict.WRONG, str(error))
    except DBAPIError as error:
        yield Finding(check, Verdict.WRONG, str(error.orig))
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever keeps it from seeing
        # Not its words: those of a driver may hold a password.
        yield Finding(check, Verdict.WRONG, f"cannot be looked at: {type(error).__name__}.")


def _packages() -> Iterator[Finding]:
    """Look whether our six rooms are imported from us: their names are general."""
    owners = packages_distributions()
    foreign = [room for room in ROOMS if owners.get(room, ["ngoma"]) != ["ngoma"]]
    if foreign:
        words = f"another distribution also installs {', '.join(foreign)}: use a venv of its own."
        yield Finding("packages", Verdict.WRONG, words)
    else:
        yield Finding("packages", Verdict.OK, "the six rooms belong to ngoma alone.")


def _clock(store: Store | None) -> Iterator[Finding]:
    """Ask what a gateway would that starts now: on a time it doubts, nothing expires."""
    now = SystemClock().now()
    doubt = None if store is None else doubt_of_clock(SystemClock(), store)
    if now < EARLIEST:
        yield Finding("clock", Verdict.WRONG, f"it says {iso_time(now)}: it was never set.")
    elif doubt is not None:
        # A gateway that was stopped for a while finds the same, and all is well.
        verdict = Verdict.WARNING if "later" in doubt else Verdict.WRONG
        yield Finding("clock", verdict, f"it says {iso_time(now)}: {doubt}; {REMEDY}.")
    else:
        yield Finding("clock", Verdict.OK, f"it says {iso_time(now)}.")


# -- secrets ----------------------------------------------------------------------------------


def _secrets(settings: Settings, config: Path | None, store: Store | None) -> Iterator[Finding]:
    own = settings.data_dir / "secrets" / "server"
    has_events = (settings.data_dir / "store.db").exists() or settings.database_url is not None
    if settings.server_secret is None and has_events and not own.exists():
        words = f"{own} is missing: API keys made before will not work. Bring it back."
        yield Finding("secrets", Verdict.WRONG, words)
    key = own_key_file(settings)
    has_tags = store is not None and bool(store.tagged.tags_after(0, limit=1))
    if settings.writer_key is None and has_tags and not key.exists():
        words = f"the writer's key {key} is missing: nothing can be written. Bring it back."
        yield Finding("secrets", Verdict.WRONG, words)
    files = [path for path in _secret_files(settings, config) if path.is_file()]
    is_open = [path for path in files if is_open_to_others(path)]
    for path in is_open:
        yield Finding("secrets", Verdict.WRONG, f"others can read {path}: chmod 600 it.")
    if not is_open:
        yield Finding("secrets", Verdict.OK, f"others can read none of {len(files)} files.")


def _secret_files(settings: Settings, config: Path | None) -> Iterator[Path]:
    """Name what only its owner should read; the store holds personal data, a log none."""
    for pattern in ("*", "secrets/*", "mail/*", "modems/*.jsonl", "wire/*"):
        found = sorted(settings.data_dir.glob(pattern))
        yield from (path for path in found if path.suffix != ".log")
    yield own_key_file(settings)
    if settings.tls_key is not None:
        yield settings.tls_key
    references = [settings.server_secret, settings.mail_password, settings.seal_key]
    references.append(settings.writer_key)
    if config is not None:
        document = tomllib.loads(config.read_text(encoding="utf-8"))
        references += [modem.get("pin") for modem in document.get("modems", [])]
        accounts = document.get("providers", [])
        references += [one.get(name) for one in accounts for name in sorted(PROVIDER_SECRETS)]
        mail_url = document.get("mail_url") or document.get("mail", {}).get("url")
        urls = [document.get("database_url"), document.get("redis_url"), mail_url]
        if any(url and masked_url(url) != url for url in urls):
            yield config
    for reference in references:
        scheme, _, place = (reference or "").partition(":")
        if scheme == "file":
            yield Path(place)


# -- numbers, modems, Redis -------------------------------------------------------------------


def _numbering(settings: Settings) -> Iterator[Finding]:
    """Say, prefix by prefix, where the published and the national plan differ and who decides."""
    plan = settings.numbering_plan.value
    for item in settings.numbering.differences():
        published = item.published or "no network"
        national = item.national or "no network"
        words = (
            f"{item.prefix}: published says {published}, national says {national};"
            f" goes to {_carrier(settings, item.prefix[1:])} by numbering_plan = {plan}."
        )
        yield Finding("numbering", Verdict.NOTE, words)
    others = ", ".join(f"0{prefix}" for prefix in sorted(OTHER_PREFIXES))
    other = settings.numbering_other
    what = f"go to {other}, by" if other else "are refused, without"
    yield Finding("numbering", Verdict.NOTE, f"{others} {what} numbering_other.")


def _carrier(settings: Settings, prefix: str) -> str:
    try:
        return settings.numbering.route(Msisdn(f"+260{prefix}0000000")).network.value
    except InvalidRecipient:
        return "nobody"


def _modems(settings: Settings) -> Iterator[Finding]:
    if not settings.modems:
        yield Finding("modems", Verdict.NOTE, "there are none in these settings.")
    devices = [modem.device for modem in settings.modems if modem.driver == "at"]
    for device in sorted({device for device in devices if devices.count(device) > 1}):
        yield Finding("modems", Verdict.WRONG, f"two have the device {device}.")
    for modem in settings.modems:
        if modem.driver != "at":
            yield Finding("modems", Verdict.NOTE, f"{modem.name} is {modem.driver}.")
        elif not Path(modem.device).exists():
            words = f"{modem.name}: there is no {modem.device}; is it plugged in?"
            yield Finding("modems", Verdict.WRONG, words)
        elif not os.access(modem.device, os.R_OK | os.W_OK):
            words = f"{modem.name}: we may not use {modem.device}; join the group that may."
            yield Finding("modems", Verdict.WRONG, words)
        else:
            yield Finding("modems", Verdict.OK, f"{modem.name}: {modem.device} is there.")


def _connections(settings: Settings) -> Iterator[Finding]:
    """Say how many connections there may be, which the system's bound on open files decides."""
    wanted = settings.connections_max
    files = open_files(wanted)
    allowed = connections_of(wanted, files)
    words = f"at most {allowed:,}, as a process may open {files:,} files here."
    if allowed < wanted:
        words += f" connections_max is {wanted:,}: raise the bound (ulimit -n, LimitNOFILE)."
    yield Finding("connections", Verdict.WARNING if allowed < wanted else Verdict.OK, words)


def _redis(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url is None:
        yield Finding("redis", Verdict.OK, "not used: everything is in one process.")
        return
    why = why_silent(settings.redis_url)
    if why is not None:
        yield Finding("redis", Verdict.WRONG, f"{why}; all goes on, but slower.")
    else:
        yield Finding("redis", Verdict.OK, f"{masked_url(settings.redis_url)} answers.")
