"""The assembled gateway, as entrypoints see it: ports filled in, threads not started."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from application.committer import Committer
from application.fleet import FleetWatch
from application.gateway import Reader
from application.keys import KeyRing
from application.ports import Clock, Store
from application.queries import Queries
from domain.msisdn import Numbering


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


class Metrics(Protocol):
    """Counters and gauges; label values are from small closed sets, never personal."""

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an HTTP answer."""

    def render(self) -> tuple[bytes, str]:
        """Give the exposition text and its content type."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can do its work; ``checks`` names each part and its state."""

    is_ready: bool
    checks: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class System:
    """Everything that the web app, the worker threads and the CLI work with."""

    clock: Clock
    store: Store
    reader: Reader
    committer: Committer
    queries: Queries
    keys: KeyRing
    fleet: FleetWatch
    limiter: RateLimiter
    metrics: Metrics
    numbering: Numbering
    limits: Limits
    repeat_key: bytes
    email_key: bytes
    default_sender_id: str
    trusted_proxies: Sequence[str] = ()
    hashing_threads: int = 2
    hashing_waiting_max: int = 32
    log_wait_s: float = 1.0
    accept_wait_s: float = 5.0
    readiness: Callable[[], Readiness] = field(default=lambda: Readiness(is_ready=True, checks={}))
