"""The composition root: settings in, a ready ``System`` out; nothing is started."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID

from eventsourcing.persistence import Mapper

from adapters.anchors import FileAnchor, MailAnchor, anchor_file, mailed_file
from adapters.clock import SystemClock, SystemRandomness
from adapters.lazily import (
    at_once,
    lazily,
    make_codes,
    make_hasher,
    make_limiter,
    make_metrics,
    open_exports,
    open_queue,
    open_recipients,
    open_seal_key,
    open_statement,
    open_traces,
    open_webhooks,
)
from adapters.mail import open_mailer
from adapters.mobile_money import Accounts
from adapters.mobile_money.wire.wire_log import FileWireLog, wire_folder
from adapters.modems import DRIVERS
from adapters.observability.access import JsonAccessLog
from adapters.observability.outlet import Outlet
from adapters.outage import watch_redis
from adapters.readiness import add_checks
from adapters.reads import Reads, inspections_of, open_commits, open_reads
from adapters.saving import Sides, open_committer
from adapters.security.secret import Secret, read_secret
from adapters.server_secret import derived, server_secret
from adapters.settings import Settings
from adapters.store.read_engine import scrub_read_models, shorten_logs
from adapters.tables import write_table
from adapters.watching import watch_server
from adapters.writer_key import writer_keys
from application.accounts.factors import Factors
from application.accounts.keyring import KeyRing
from application.accounts.logins import Logins
from application.books.codec import event_mapper
from application.books.committer import Committer
from application.books.digests import Digests
from application.books.reader import Reader
from application.fleet.liveness import FleetWatch
from application.fleet.pins import StoredPins
from application.messages.porting import Ported
from application.ports import (
    Anchor,
    Clock,
    Codes,
    JobQueue,
    KeyHasher,
    Mailer,
    Metrics,
    ModemDriver,
    ModemSettings,
    Randomness,
    RateLimiter,
    Sealing,
    Store,
    Traces,
)
from application.retention.erasure import Retention
from application.system import Signals, System, Terms
from domain.errors import NgomaError
from domain.proof.writer import WriterKeys
from projections.folds import PROJECTIONS
from projections.follower import Follower


def bootstrap(
    settings: Settings,
    *,
    is_server: bool = True,
    seals: bool | None = None,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    hasher: KeyHasher | None = None,
    store: Store | None = None,
    reads: Reads | None = None,
    outlet: Outlet | None = None,
) -> System:
    """Assemble the gateway; keywords replace single ports, for tests and simulations.

    ``is_server`` is False beside the server on one SQLite file; ``seals``: with the seal's key.

    Raises:
        StoreDown: the database does not answer.
        InvalidRequest: a secret cannot be read.
    """
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    wanted = at_once if is_server else lazily
    signals, metrics = Signals(), wanted(make_metrics)
    reads, outlet = reads or open_reads(settings, store, is_server=is_server), outlet or Outlet()
    secret, writer, sealing = _secrets_of(settings, reads, seals=seals, is_server=is_server)
    reader = Reader(store := reads.store, mapper := event_mapper(), writer)
    common = _Common(store, reader, hasher or wanted(make_hasher), clock, randomness, writer)
    traces = _open_traces(settings, common, secret, metrics) if is_server else None
    committer = _open_committer(settings, common, mapper, signals, metrics, traces=traces)
    add_checks(signals, reads.store, reads.queries, folder=settings.store_folder)
    if is_server:
        watch_server(metrics, settings, reads, committer=committer, outlet=outlet, clock=clock)
    queue, limiter = _open_shared(settings, signals, metrics, is_server=is_server)
    return System(
        clock=clock,
        randomness=randomness,
        store=store,
        reader=reader,
        committer=committer,
        writer=writer,
        queries=reads.queries,
        follower=(follower := open_follower(reads)),
        queue=queue,
        keyring=_open_keyring(settings, common, secret, signals),
        logins=_open_logins(common, secret, wanted, digests := _digests(secret)),
        mailer=_open_mailer(settings),
        terms=_terms(settings, Ported(reads.queries, digests)),
        digests=digests,
        fleet=FleetWatch(store, clock, modems=settings.modems),
        limiter=limiter,
        metrics=metrics,
        access_log=JsonAccessLog(outlet),
        traces=traces,
        scrub=partial(_scrub, reads),
        shorten=partial(shorten_logs, reads.engines, store),
        modems=settings.modems,
        local_phones=settings.local_phones,
        open_modem=_modem_opener(settings, common, digests, committer),
        mobile_money=(money := _open_mobile_money(settings, clock))[0],
        wire_log=money[1],
        webhooks=open_webhooks(derived(secret, "webhooks"), settings, clock, randomness),
        sealing=sealing,
        signals=signals,
        inspections=[*inspections_of(store), *reads.engines.inspections],
        write_table=write_table,
        open_statement=partial(open_statement, settings),
        open_recipients=open_recipients,
        exports=wanted(partial(open_exports, settings, store, clock)),
        close=partial(_close, traces, *money, follower, reads),
    )


def _terms(settings: Settings, ported: Ported) -> Terms:
    return Terms(
        limits=settings.limits,
        numbering=replace(settings.numbering, overrides=ported),
        ported=ported,
        default_sender_id=settings.default_sender_id,
        alone_max=settings.approval_credits_per_day,
        retention=Retention(settings.retention_text_days, settings.retention_number_days),
        inbound_reply_days=settings.inbound_reply_days,
        registration_open=settings.registration_open,
        registration_daily_credits=settings.registration_daily_credits,
        public_url=settings.reached_at,
        phones_url=settings.phones_reached_at,
        trusted_proxies=settings.trusted_proxies,
        forwarded_header=settings.forwarded_header,
        upload_bytes_max=settings.uploads_bytes_max,
    )


def _digests(secret: Secret) -> Digests:
    return Digests(
        email_key=derived(secret, "e-mail claims"),
        repeat_key=derived(secret, "repeat digests"),
        callback_key=derived(secret, "callbacks"),
        pin_key=derived(secret, "PINs of SIMs"),
        phone_key=derived(secret, "phones"),
    )


def _secrets_of(
    settings: Settings, reads: Reads, *, seals: bool | None, is_server: bool
) -> tuple[Secret, WriterKeys, Sealing | None]:
    try:
        secret, writer = server_secret(settings, reads.store), writer_keys(settings, reads.store)
        has_seal = is_server if seals is None else seals
        return secret, writer, open_sealing(settings) if has_seal else None
    except NgomaError:
        reads.close()
        raise


@dataclass(frozen=True, slots=True)
class _Common:
    """What whoever checks people and keys needs."""

    store: Store
    reader: Reader
    hasher: KeyHasher
    clock: Clock
    randomness: Randomness
    writer: WriterKeys


def _open_shared(
    settings: Settings, signals: Signals, metrics: Metrics, *, is_server: bool
) -> tuple[JobQueue, RateLimiter]:
    """Open what processes tell one another by: Redis, where there is one, and the database."""
    signals.everywhere = open_commits(settings)
    wanted, url = at_once if is_server else lazily, settings.redis_url
    queue, limiter = wanted(partial(open_queue, url)), wanted(partial(make_limiter, url))
    if is_server and url:
        watch_redis(signals, metrics, {"limits": limiter.outage, "queue": queue.outage})
    return queue, limiter


def _open_traces(
    settings: Settings, common: _Common, secret: Secret, metrics: Metrics
) -> Traces | None:
    return open_traces(settings, derived(secret, "traces"), metrics, common.randomness)


def _open_committer(
    settings: Settings,
    common: _Common,
    mapper: Mapper[UUID],
    signals: Signals,
    metrics: Metrics,
    *,
    traces: Traces | None,
) -> Committer:
    clock, randomness = common.clock, common.randomness
    sides = Sides(mapper, common.writer, clock, randomness, signals.commit, traces)
    return open_committer(settings, common.store, sides, metrics)


def open_follower(reads: Reads) -> Follower:
    """Give the runner of the read models that is to be stepped in this process."""
    engines = reads.engines
    return Follower(engines.writing, reads.log, PROJECTIONS, reads.known, keeper=engines.keeper)


def _open_keyring(settings: Settings, common: _Common, secret: Secret, signals: Signals) -> KeyRing:
    keyring = KeyRing(
        store=common.store,
        reader=common.reader,
        hasher=common.hasher,
        clock=common.clock,
        randomness=common.randomness,
        server_key=derived(secret, "api keys"),
        writer=common.writer,
        default_sender_id=settings.default_sender_id,
    )
    signals.add_check("keys", keyring.words, is_vital=False)
    return keyring


def _open_logins(
    common: _Common,
    secret: Secret,
    wanted: Callable[[Callable[[], Codes]], Codes],
    digests: Digests,
) -> Logins:
    return Logins(
        store=common.store,
        reader=common.reader,
        hasher=common.hasher,
        clock=common.clock,
        randomness=common.randomness,
        factors=Factors(
            reader=common.reader,
            clock=common.clock,
            randomness=common.randomness,
            codes=wanted(partial(make_codes, derived(secret, "second factors"), common.randomness)),
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


def seal_key_file(settings: Settings) -> Path:
    """Name the file of the seal's key where ``seal_key`` names none."""
    return settings.data_dir / "secrets" / "seal"


def open_sealing(settings: Settings) -> Sealing | None:
    """Read the key of the seal, and say where checkpoints go; None where there is no key.

    Raises:
        InvalidRequest: it cannot be read, is none, or others can read it.
    """
    own, anchors = seal_key_file(settings), list[Anchor]([FileAnchor(anchor_file(settings))])
    if settings.seal_key is None and not own.exists():
        return None
    if settings.seal_mail:
        anchors.append(
            MailAnchor(_open_mailer(settings), to=settings.seal_mail, sent=mailed_file(settings))
        )
    return Sealing(open_seal_key(settings.seal_key or f"file:{own}"), anchors)


def _modem_opener(
    settings: Settings, common: _Common, digests: Digests, committer: Committer
) -> Callable[[ModemSettings], ModemDriver]:
    clock = common.clock
    pins = StoredPins(common.reader, digests, clock=clock, execute=committer.execute)
    timeout_s = settings.at_answer_timeout_s

    def open_modem(modem: ModemSettings) -> ModemDriver:
        return DRIVERS[modem.driver](modem, clock, answer_timeout_s=timeout_s, pins=pins)

    return open_modem


def _open_mobile_money(settings: Settings, clock: Clock) -> tuple[Accounts, FileWireLog]:
    log = FileWireLog(wire_folder(settings.data_dir))
    return Accounts(settings.providers, clock=clock, log=log), log


def _scrub(reads: Reads, rewrite: bool) -> Sequence[str]:  # noqa: FBT001
    return [*reads.store.scrub(rewrite=rewrite), *scrub_read_models(reads.engines)]


def _close(*parts: Accounts | FileWireLog | Follower | Reads | Traces | None) -> None:
    for part in [one for one in parts if one is not None]:
        part.close()
