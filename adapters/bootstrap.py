"""The composition root: settings in, a ready ``System`` out; nothing is started."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from eventsourcing.persistence import Mapper

from adapters.clock import SystemClock, SystemRandomness
from adapters.lazily import (
    at_once,
    lazily,
    make_codes,
    make_hasher,
    make_limiter,
    make_metrics,
    open_queue,
)
from adapters.mail import open_mailer
from adapters.modems import DRIVERS
from adapters.observability.access import JsonAccessLog
from adapters.observability.outlet import Outlet
from adapters.outage import watch_redis
from adapters.readiness import add_checks, read_model_lags
from adapters.security.secret import Secret, kept_or_made, read_secret
from adapters.settings import Settings
from adapters.store.log import StoreLog
from adapters.store.numbers import BlockNumbers
from adapters.store.read_engine import (
    ReadEngines,
    postgres_engines,
    scrub_read_models,
    shorten_logs,
    sqlite_engines,
)
from adapters.store.sqlite import SqliteStore
from application.accounts.factors import Factors
from application.accounts.keyring import KeyRing
from application.accounts.logins import Logins
from application.books.codec import event_mapper
from application.books.committer import Committer
from application.books.digests import Digests
from application.books.reader import Reader
from application.fleet.liveness import FleetWatch
from application.ports import (
    Clock,
    Codes,
    Inspection,
    KeyHasher,
    Mailer,
    Metrics,
    ModemDriver,
    ModemSettings,
    Randomness,
    Store,
)
from application.retention.erasure import Retention
from application.system import Signals, System, Terms
from domain.errors import InvalidRequest, NgomaError
from projections.catalogue import PROJECTIONS
from projections.follower import Follower
from projections.known import Positions
from projections.reading import SqlQueries


def bootstrap(
    settings: Settings,
    *,
    is_server: bool = True,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    hasher: KeyHasher | None = None,
    store: Store | None = None,
    outlet: Outlet | None = None,
) -> System:
    """Assemble the gateway; keywords replace single ports, for tests and simulations.

    ``is_server`` is False beside the server on the same SQLite file. ``outlet`` is where the
    process's logs leave.

    Raises:
        StoreDown: the database does not answer.
        InvalidRequest: a secret cannot be read.
    """
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    store, secret = _open_store_and_secret(settings, store, is_server=is_server)
    reader = Reader(store, mapper := event_mapper())
    signals, wanted = Signals(), at_once if is_server else lazily
    metrics: Metrics = wanted(make_metrics)
    common = _Common(store, reader, hasher or wanted(make_hasher), clock, randomness)
    committer = _open_committer(settings, common, mapper, signals, metrics)
    reading = _open_read_side(settings, store, mapper)
    folder = None if settings.database_url else settings.data_dir
    add_checks(signals, store, reading.queries, folder=folder)
    queue = wanted(partial(open_queue, settings.redis_url))
    limiter = wanted(partial(make_limiter, settings.redis_url))
    outlet = outlet or Outlet()
    if is_server:
        _watch(metrics, committer, reading.queries, outlet)
        if settings.redis_url:
            watch_redis(signals, metrics, {"limits": limiter.outage, "queue": queue.outage})
    codes = wanted(partial(make_codes, derived(secret, "second factors"), randomness))
    digests = _digests(secret)
    return System(
        clock=clock,
        randomness=randomness,
        store=store,
        reader=reader,
        committer=committer,
        queries=reading.queries,
        follower=reading.follower,
        queue=queue,
        keyring=_open_keyring(settings, common, secret),
        logins=_open_logins(common, secret, codes, digests),
        mailer=_open_mailer(settings),
        terms=_terms(settings),
        digests=digests,
        fleet=FleetWatch(store, clock),
        limiter=limiter,
        metrics=metrics,
        access_log=JsonAccessLog(outlet),
        scrub=partial(_scrub, reading, store),
        shorten=partial(shorten_logs, reading.engines, store),
        modems=settings.modems,
        open_modem=partial(_open_modem, clock=clock, answer_timeout_s=settings.at_answer_timeout_s),
        signals=signals,
        inspections=[*inspections_of(store), *reading.engines.inspections],
        close=partial(_close, reading, store),
    )


def _terms(settings: Settings) -> Terms:
    return Terms(
        limits=settings.limits,
        numbering=settings.numbering,
        default_sender_id=settings.default_sender_id,
        alone_max=settings.approval_credits_per_day,
        retention=Retention(settings.retention_text_days, settings.retention_number_days),
        registration_open=settings.registration_open,
        registration_daily_credits=settings.registration_daily_credits,
        public_url=settings.reached_at,
        trusted_proxies=settings.trusted_proxies,
        forwarded_header=settings.forwarded_header,
    )


def _digests(secret: Secret) -> Digests:
    return Digests(
        email_key=derived(secret, "e-mail claims"), repeat_key=derived(secret, "repeat digests")
    )


def _open_store_and_secret(
    settings: Settings, store: Store | None, *, is_server: bool
) -> tuple[Store, Secret]:
    store = store or open_store(settings, is_server=is_server)
    try:
        return store, server_secret(settings, store)
    except NgomaError:
        store.close()
        raise


@dataclass(frozen=True, slots=True)
class _Common:
    """What whoever checks people and keys needs."""

    store: Store
    reader: Reader
    hasher: KeyHasher
    clock: Clock
    randomness: Randomness


def _open_committer(
    settings: Settings,
    common: _Common,
    mapper: Mapper[UUID],
    signals: Signals,
    metrics: Metrics,
) -> Committer:
    return Committer(
        store=common.store,
        mapper=mapper,
        clock=common.clock,
        randomness=common.randomness,
        numbers=BlockNumbers(common.store),
        store_wait_s=settings.store_wait_s,
        lost_answer_wait_s=settings.lost_answer_wait_s,
        on_commit=signals.committed.set,
        on_settled=lambda counts: metrics.settled(counts),  # noqa: PLW0108 - metrics may be lazy
    )


def _open_keyring(settings: Settings, common: _Common, secret: Secret) -> KeyRing:
    return KeyRing(
        store=common.store,
        reader=common.reader,
        hasher=common.hasher,
        clock=common.clock,
        randomness=common.randomness,
        server_key=derived(secret, "api keys"),
        default_sender_id=settings.default_sender_id,
    )


def _open_logins(common: _Common, secret: Secret, codes: Codes, digests: Digests) -> Logins:
    return Logins(
        store=common.store,
        reader=common.reader,
        hasher=common.hasher,
        clock=common.clock,
        randomness=common.randomness,
        factors=Factors(
            store=common.store,
            clock=common.clock,
            randomness=common.randomness,
            codes=codes,
            server_key=derived(secret, "recovery codes"),
        ),
        server_key=derived(secret, "sessions"),
        digests=digests,
    )


def _open_mailer(settings: Settings) -> Mailer:
    password = settings.mail_password
    return open_mailer(
        settings.mail_url,
        password=read_secret(password) if password else None,
        sender=settings.mail_from,
        folder=settings.data_dir / "mail",
    )


def _open_modem(modem: ModemSettings, *, clock: Clock, answer_timeout_s: float) -> ModemDriver:
    return DRIVERS[modem.driver](modem, clock, answer_timeout_s=answer_timeout_s)


def inspections_of(store: Store) -> Sequence[Inspection]:
    """Give what looks for damage in a store; PostgreSQL looks after its own files."""
    return [store.inspection()] if isinstance(store, SqliteStore) else []


def _scrub(reading: "_ReadSide", store: Store, rewrite: bool) -> Sequence[str]:  # noqa: FBT001
    return [*store.scrub(rewrite=rewrite), *scrub_read_models(reading.engines)]


def _close(reading: "_ReadSide", store: Store) -> None:
    reading.follower.close()
    reading.engines.dispose()
    store.close()


@dataclass(frozen=True, slots=True)
class _ReadSide:
    """The read models: who folds them, who answers from them, and their connections."""

    engines: ReadEngines
    follower: Follower
    queries: SqlQueries


def _open_read_side(settings: Settings, store: Store, mapper: Mapper[UUID]) -> _ReadSide:
    engines = open_read_engines(settings, store)
    log = StoreLog(store, mapper)
    known = Positions(engines.reading, log)
    return _ReadSide(
        engines,
        Follower(engines.writing, log, PROJECTIONS, known, keeper=engines.keeper),
        SqlQueries(engines.reading, known, log, engines.keeper),
    )


def open_store(settings: Settings, *, is_server: bool) -> Store:
    """Open the truth that the settings name.

    Raises:
        StoreDown: the database does not answer.
    """
    if settings.database_url:
        from adapters.store.postgres import PostgresStore  # noqa: PLC0415 - only who has one

        return PostgresStore(settings.database_url, connect_timeout_s=settings.connect_timeout_s)
    return SqliteStore(settings.data_dir / "store.db", is_server=is_server)


def open_read_engines(settings: Settings, store: Store) -> ReadEngines:
    """Open the read models that belong to the store."""
    if settings.database_url:
        return postgres_engines(settings.database_url)
    read_db, store_db = settings.data_dir / "read.db", settings.data_dir / "store.db"
    if isinstance(store, SqliteStore):
        return sqlite_engines(read_db, store_db, damage_of_store=store.suspect)
    return sqlite_engines(read_db, store_db)


def server_secret(settings: Settings, store: Store) -> Secret:
    """Read the server's secret, or make one under the data folder for a store that is new.

    Raises:
        InvalidRequest: it cannot be read, or it was lost: a new one would refuse every key.
        StoreDown: the database does not answer.
    """
    if settings.server_secret:
        return read_secret(settings.server_secret)
    path = settings.data_dir / "secrets" / "server"
    if not path.exists() and store.is_migrated():
        msg = f"The server secret {path} is missing: restore it, or name it by server_secret."
        raise InvalidRequest(msg, field="server_secret")
    return kept_or_made(path)


def derived(secret: Secret, purpose: str) -> bytes:
    """Give a key for one purpose: HMAC-SHA256(server secret, purpose)."""
    return hmac.digest(secret.reveal().encode(), purpose.encode(), "sha256")


def _watch(metrics: Metrics, committer: Committer, queries: SqlQueries, outlet: Outlet) -> None:
    metrics.watch_one(
        "waiting_messages", "Messages before the committer.", lambda: committer.waiting
    )
    metrics.watch_one(
        "log_lines_dropped", "Log lines that could not leave.", lambda: outlet.dropped
    )
    metrics.watch(
        "read_model_lag",
        "Positions between a read model and the end of the log.",
        partial(read_model_lags, queries),
        label="read_model",
    )
