"""The assembled gateway, as entrypoints see it: ports filled in, threads not started."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from application.committer import Committer
from application.erasure import Retention
from application.fleet import FleetWatch
from application.gateway import Reader
from application.keys import KeyRing
from application.login import Logins, Mailer
from application.ports import Clock, JobQueue, ModemDriver, ModemSettings, Randomness, Store
from application.queries import Queries
from domain.msisdn import Numbering
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a minute; 0 is no limit (contract decision 10)."""

    single: int = 120
    bulk: int = 10
    read: int = 300
    ip: int = 60
    auth_ip: int = 5
    failed_ip: int = 20
    failed_key: int = 5


@dataclass(frozen=True, slots=True)
class Quota:
    """Where a caller stands under one limit; seconds are rounded up."""

    limit: int
    remaining: int
    reset_s: int
    is_allowed: bool


class RateLimiter(Protocol):
    """Sliding windows of one minute, shared by all processes where a shared store answers."""

    async def hit(self, policy: str, subject: str, per_minute: int) -> Quota:
        """Count a request of ``subject`` under ``policy`` and say whether it may pass."""

    async def look(self, policy: str, subject: str, per_minute: int) -> Quota:
        """Say whether a request would pass, without counting it."""

    async def close(self) -> None:
        """Let go of connections, on the event loop that used them."""


class Metrics(Protocol):
    """Counters and gauges; label values are from small closed sets, never personal."""

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an HTTP answer."""

    def watch(
        self, name: str, text: str, read: Callable[[], Mapping[str, float]], *, label: str
    ) -> None:
        """Show numbers by ``label``, read when somebody looks."""

    def render(self) -> tuple[bytes, str]:
        """Give the exposition text and its content type."""


class Answered(NamedTuple):
    """One answered HTTP request: the route's template, never its path or query."""

    at: Instant
    method: str
    route: str
    status: int
    seconds: float
    request_id: bytes


class AccessLog(Protocol):
    """Where answered requests are written down."""

    def write(self, answered: Sequence[Answered]) -> None:
        """Write one line for each; a log that cannot be written hurts no answer."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can do its work; ``checks`` names each part and its state."""

    is_ready: bool
    checks: Mapping[str, str]


class Signals:
    """What the parts of a process tell one another: commits, and whether all is well.

    Parts add themselves before threads start; reading is for any thread.
    """

    def __init__(self) -> None:
        self.committed = threading.Event()
        """Set after each commit of this process; whoever follows the log clears it."""
        self._checks: dict[str, Callable[[], str]] = {}

    def add_check(self, name: str, check: Callable[[], str]) -> None:
        """Add a check to readiness: it gives "ok", or what is wrong in a few words."""
        self._checks[name] = check

    def readiness(self) -> Readiness:
        """Run all checks."""
        checks = {name: check() for name, check in self._checks.items()}
        return Readiness(is_ready=all(word == "ok" for word in checks.values()), checks=checks)


class Follower(Protocol):
    """The runner of all projections; ``step`` is called by one thread of the process."""

    def step(self) -> int:
        """Fold the next batch; give how many events were handled."""

    def catch_up(self, *, timeout_s: float) -> bool:
        """Step, or wait for whoever leads, up to the present end of the log."""

    def on_progress(self, callback: Callable[[int], None]) -> None:
        """Have ``callback`` called with the position after each commit."""

    def outdated(self) -> list[str]:
        """Name the read models that ``migrate`` would make or rebuild."""

    def migrate(self, progress: Callable[[int, int], None] | None = None) -> list[str]:
        """Make the read models that are missing, rebuild those of other versions."""

    def rebuild(
        self, names: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Build read models anew beside the live ones, then swap them in."""

    def close(self) -> None:
        """Give up leading, and the connection."""


@dataclass(frozen=True, kw_only=True)
class System:
    """Everything that the web app, the worker threads and the CLI work with."""

    clock: Clock
    randomness: Randomness
    store: Store
    reader: Reader
    committer: Committer
    queries: Queries
    follower: Follower
    queue: JobQueue
    keys: KeyRing
    logins: Logins
    mailer: Mailer
    public_url: str
    """Where people reach the gateway, without a slash at the end."""
    registration_open: bool = True
    registration_daily_credits: int = 0
    """What an account that registered by itself may spend in a day; 0: no limit."""
    fleet: FleetWatch
    limiter: RateLimiter
    metrics: Metrics
    access_log: AccessLog
    numbering: Numbering
    limits: Limits
    repeat_key: bytes
    email_key: bytes
    default_sender_id: str
    alone_max: int
    """Credits that one person may grant or adjust in a day alone (I13); 0 is no limit."""
    retention: Retention = field(default_factory=Retention)
    scrub: Callable[[bool], Sequence[str]]
    """Let the files hold nothing that was erased (True: write tables anew); say what was done."""
    modems: Sequence[ModemSettings] = ()
    open_modem: Callable[[ModemSettings], ModemDriver]
    trusted_proxies: Sequence[str] = ()
    hashing_threads: int = 2
    hashing_waiting_max: int = 32
    password_threads: int = 1
    password_waiting_max: int = 32
    log_wait_s: float = 1.0
    accept_wait_s: float = 5.0
    signals: Signals = field(default_factory=Signals)
    close: Callable[[], None]

    def readiness(self) -> Readiness:
        """Look at the store, the projections and what the process itself has to report."""
        return self.signals.readiness()
