"""The assembled gateway, as entrypoints see it: ports filled in, threads not started."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from application.accounts.keyring import KeyRing
from application.accounts.logins import Logins
from application.books.committer import Committer
from application.books.digests import Digests
from application.books.reader import Reader
from application.fleet.liveness import FleetWatch
from application.fleet.reception import Reception
from application.messages.porting import Ported
from application.ports import (
    AccessLog,
    Clock,
    Commits,
    Exports,
    Follower,
    Inspection,
    JobQueue,
    LocalPhoneSettings,
    Mailer,
    Metrics,
    MobileMoneyAccounts,
    ModemDriver,
    ModemSettings,
    Randomness,
    RateLimiter,
    RecipientFileOpener,
    Sealing,
    StatementOpener,
    Store,
    Traces,
    Webhooks,
    WireLog,
)
from application.ports.queries import Queries
from application.ports.tables import TableWriter
from application.retention.erasing import Erasing
from application.retention.erasure import Retention
from application.telling.desk import WebhookDesk
from domain.msisdn import Numbering
from domain.proof.writer import WriterKeys
from domain.rate_limits import Limits


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can do its work; ``checks`` names each part and its state."""

    status: Literal["ready", "degraded", "not ready"]
    """Degraded: something that it can do without is away."""
    checks: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)
    """What works with less than it might, and is not wrong for that."""
    alarms: Mapping[str, str] = field(default_factory=dict)
    """What needs a person and is no check: the alarms of a part that works."""

    @property
    def is_ready(self) -> bool:
        """Whether it can do its work, be it degraded."""
        return self.status != "not ready"


class Signals:
    """What the parts of a process tell one another: commits, and whether all is well.

    One thread adds checks; asking is for any thread.
    """

    def __init__(self) -> None:
        self.committed = threading.Event()
        """Set after each commit of this process; whoever follows the log clears it."""
        self.everywhere: Commits | None = None
        """Tells of the commits of all processes, where the store can."""
        self._commits: list[Callable[[], None]] = []
        self._checks: dict[str, Callable[[], str]] = {}
        self._vital: dict[str, Callable[[], bool]] = {}
        self._notes: dict[str, Callable[[], str | None]] = {}
        self.standing: Callable[[], Mapping[str, str]] = dict
        """Gives the alarms that stand in this process."""

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called after each commit, by the committer, which must not wait."""
        self._commits.append(callback)

    def commit(self) -> None:
        """Tell of a commit."""
        self.committed.set()
        for callback in self._commits:
            callback()

    def add_check(
        self, name: str, check: Callable[[], str], *, is_vital: bool | Callable[[], bool] = True
    ) -> None:
        """Add a check to readiness: it gives "ok", or what is wrong in a few words.

        Without what is not vital the process still does its work, and is degraded. What is vital
        only when it lasts says so itself, after it gave its words.
        """
        self._vital[name] = is_vital if callable(is_vital) else lambda: bool(is_vital)
        self._checks[name] = check

    def add_note(self, name: str, note: Callable[[], str | None]) -> None:
        """Add what operators are told of something that works: its words, or None."""
        self._notes[name] = note

    def readiness(self) -> Readiness:
        """Run all checks."""
        checks = {name: check() for name, check in list(self._checks.items())}
        wrong = [name for name, word in checks.items() if word != "ok"]
        status: Literal["ready", "degraded", "not ready"] = "degraded" if wrong else "ready"
        notes = {name: words for name, note in list(self._notes.items()) if (words := note())}
        alarms = {name: words for name, words in self.standing().items() if name not in checks}
        if any(self._vital[name]() for name in wrong):
            status = "not ready"
        return Readiness(status, checks, notes, alarms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the operator decided about how the gateway is used."""

    limits: Limits
    numbering: Numbering
    ported: Ported
    """What goes before the numbering plans."""
    default_sender_id: str
    alone_max: int
    """Credits that one person may grant or adjust in a day alone (I13); 0 is no limit."""
    retention: Retention
    inbound_reply_days: int
    """So long after a message what its recipient writes belongs to its account."""
    registration_open: bool
    registration_daily_credits: int
    """What an account that registered by itself may spend in a day; 0: no limit."""
    public_url: str
    """Where people reach the gateway, without a slash at the end."""
    phones_url: str
    """Where phones do, likewise."""
    trusted_proxies: Sequence[str]
    forwarded_header: str
    """The one header in which a trusted proxy says who its client is."""
    upload_bytes_max: int
    """The largest body that holds a file."""


@dataclass(frozen=True, kw_only=True)
class System:
    """Everything that the web app, the worker threads and the CLI work with."""

    clock: Clock
    randomness: Randomness
    store: Store
    reader: Reader
    committer: Committer
    writer: WriterKeys
    queries: Queries
    follower: Follower
    queue: JobQueue
    keyring: KeyRing
    logins: Logins
    mailer: Mailer
    terms: Terms
    digests: Digests
    fleet: FleetWatch
    limiter: RateLimiter
    metrics: Metrics
    access_log: AccessLog
    traces: Traces | None = None
    """Where traces go; None: there are none."""
    scrub: Callable[[bool], Sequence[str]]
    """Let the files hold nothing that was erased (True: write tables anew); say what was done."""
    shorten: Callable[[], None]
    """Empty write-ahead logs that have become long, unless somebody reads in them right now."""
    modems: Sequence[ModemSettings] = ()
    local_phones: Sequence[LocalPhoneSettings] = ()
    """The phones that this process calls."""
    open_modem: Callable[[ModemSettings], ModemDriver]
    mobile_money: MobileMoneyAccounts
    """The accounts with providers, by the names that payments remember."""
    wire_log: WireLog
    webhooks: Webhooks
    sealing: Sealing | None = None
    """With what this process seals the log; None where it does not."""
    hashing_threads: int = 2
    hashing_waiting_max: int = 32
    password_threads: int = 1
    password_waiting_max: int = 32
    log_wait_s: float = 1.0
    accept_wait_s: float = 5.0
    signals: Signals = field(default_factory=Signals)
    reception: Reception = field(default_factory=Reception)
    """How well the modems of this process hear their networks."""
    inspections: Sequence[Inspection] = ()
    """What looks for damage in the files that this process uses."""
    write_table: TableWriter
    """Writes what people download."""
    open_statement: StatementOpener
    """Looks at what people upload of their providers."""
    open_recipients: RecipientFileOpener
    """Looks at lists of recipients that people upload."""
    exports: Exports
    """The log in files for auditors."""
    erasing: Erasing = field(default_factory=Erasing)
    """What this process erases at somebody's request."""
    close: Callable[[], None]

    @property
    def webhook_desk(self) -> WebhookDesk:
        """What shows and tries the webhooks of accounts."""
        return WebhookDesk(
            queries=self.queries,
            reader=self.reader,
            webhooks=self.webhooks,
            randomness=self.randomness,
            clock=self.clock,
        )

    def readiness(self) -> Readiness:
        """Look at the store, the projections and what the process itself has to report."""
        return self.signals.readiness()
