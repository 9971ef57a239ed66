"""Ports that are made when they are first used: a command that needs none loads no library."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from application.ports import (
    Clock,
    Codes,
    Exports,
    KeyHasher,
    Metrics,
    Poster,
    Randomness,
    RecipientFile,
    SealedTexts,
    SigningKey,
    StatementFile,
    Store,
    Traces,
    Webhooks,
)
from domain.addresses import read_network

if TYPE_CHECKING:
    from adapters.limits import LibraryRateLimiter
    from adapters.queue import DramatiqJobQueue
    from adapters.settings import Settings
    from application.books.codec import EventMapper

P = TypeVar("P")


class _Lazily:
    """Stands for what ``make`` gives, once something of it is asked for."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__.get("_made")
        if made is None:
            made = self._made = self._make()
        return getattr(made, name)


def lazily(make: Callable[[], P]) -> P:
    """Give something that behaves as what ``make`` gives, which is made at its first use.

    For one thread: two that use it first at the same time may each make one.
    """
    return cast("P", _Lazily(make))


def at_once(make: Callable[[], P]) -> P:
    """Make it now: a server pays at its start, and not at a request."""
    return make()


# -- the makers -------------------------------------------------------------------------------


def make_metrics() -> Metrics:
    """Make the metrics of this process."""
    from adapters.observability.metrics import PrometheusMetrics  # noqa: PLC0415 - lazy

    return PrometheusMetrics()


def open_traces(
    settings: "Settings", key: bytes, metrics: Metrics, randomness: Randomness
) -> Traces | None:
    """Open what takes the traces of this process; None where nobody asked for them.

    ``key`` is that under which all processes choose the same traces.
    """
    if settings.operations_traces is None:
        return None
    from adapters.observability.traces import OtlpTraces  # noqa: PLC0415 - lazy, and an extra

    return OtlpTraces(
        settings.operations_traces,
        share=settings.operations_traces_share,
        key=key,
        randomness=randomness,
        metrics=metrics,
    )


def make_mapper() -> "EventMapper":
    """Make what decodes events: it knows them all."""
    from application.books.codec import event_mapper  # noqa: PLC0415 - lazy

    return event_mapper()


def make_hasher() -> KeyHasher:
    """Make the slow hash."""
    from adapters.security.hashing import Argon2KeyHasher  # noqa: PLC0415 - lazy

    return Argon2KeyHasher()


def make_codes(key: bytes, randomness: Randomness) -> Codes:
    """Make the one-time codes, whose seeds are sealed with ``key``."""
    from adapters.security.codes import TotpCodes  # noqa: PLC0415 - lazy

    return TotpCodes(key, randomness)


def open_webhooks(
    key: bytes, settings: "Settings", clock: Clock, randomness: Randomness
) -> Webhooks:
    """Give what tells webhooks; ``key`` seals their addresses and secrets."""
    allowed = settings.webhooks_allow_private

    def texts() -> SealedTexts:
        from adapters.security.sealed_texts import AesSealedTexts  # noqa: PLC0415 - lazy

        return AesSealedTexts(key, randomness, purpose=b"webhooks")

    def poster() -> Poster:
        from adapters.webhooks.posting import HttpPoster  # noqa: PLC0415 - lazy

        return HttpPoster(clock=clock, allowed=[read_network(one) for one in allowed])

    return Webhooks(open_poster=poster, texts=lazily(texts), may_be_plain=bool(allowed))


def open_seal_key(reference: str) -> SigningKey:
    """Read the seal's key.

    Raises:
        InvalidRequest: it cannot be read, is none, or others can read it.
    """
    from adapters.security.signing import read_key  # noqa: PLC0415 - lazy

    return read_key(reference)


def open_queue(redis_url: str | None) -> "DramatiqJobQueue":
    """Open the job queue."""
    from adapters import queue  # noqa: PLC0415 - lazy

    return queue.open_queue(redis_url)


def make_limiter(redis_url: str | None) -> "LibraryRateLimiter":
    """Make the request limits."""
    from adapters import limits  # noqa: PLC0415 - lazy

    return limits.make_limiter(redis_url)


def open_statement(
    settings: "Settings", path: str, *, provider: str, template: str | None, order: str | None
) -> StatementFile:
    """Open a provider's file (``application.ports.StatementOpener``).

    Raises:
        InvalidRequest: it cannot be read, or it is not sure how.
    """
    from adapters.statement_files import open_of  # noqa: PLC0415 - lazy

    return open_of(settings, Path(path), provider=provider, template=template, order=order)


def open_recipients(path: str, *, column: str, names: Sequence[str]) -> RecipientFile:
    """Open a list of recipients (``application.ports.RecipientFileOpener``).

    Raises:
        InvalidRequest: it is no table, or has no such columns.
    """
    from adapters import recipient_files  # noqa: PLC0415 - lazy

    return recipient_files.open_recipients(Path(path), column=column, names=names)


def open_exports(settings: "Settings", store: Store, clock: Clock) -> Exports:
    """Give what makes exports of the log."""
    from adapters.evidence.kept import ExportFolder  # noqa: PLC0415 - lazy

    return ExportFolder(settings.data_dir / "exports", store, clock)
