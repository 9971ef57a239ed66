"""What saves batches: in the process that takes commands, or in one that only does that."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import Mapper

from adapters.clock import SystemClock, SystemRandomness
from adapters.observability.share import Share, TracesElsewhere
from adapters.server_secret import derived, server_secret
from adapters.settings import Settings
from adapters.store.numbers import BlockNumbers
from adapters.writer_key import writer_keys
from application.books.codec import event_mapper
from application.books.committer import Committer
from application.books.saver import Saver
from application.books.trail import Trail
from application.ports import Clock, Metrics, Randomness, Step, Store, Traces
from domain.proof.writer import WriterKeys
from domain.values import Instant

OnTraced = Callable[[Sequence[Step], Instant], None]


class Sides(NamedTuple):
    """What saving needs beside the store."""

    mapper: Mapper[UUID]
    writer: WriterKeys
    clock: Clock
    randomness: Randomness
    on_commit: Callable[[], None]
    traces: Traces | None


def open_committer(settings: Settings, store: Store, sides: Sides, metrics: Metrics) -> Committer:
    """Give the line of a process, and what saves behind it."""
    return Committer(
        _open_saver(settings, store, sides),
        clock=sides.clock,
        store_wait_s=settings.store_wait_s,
        on_settled=lambda counts: metrics.settled(counts),  # noqa: PLW0108 - metrics may be lazy
        here=(lambda: None) if sides.traces is None else sides.traces.here,
    )


def _open_saver(settings: Settings, store: Store, sides: Sides) -> Saver:
    return Saver(
        store=store,
        mapper=sides.mapper,
        clock=sides.clock,
        randomness=sides.randomness,
        numbers=BlockNumbers(store),
        writer=sides.writer,
        lost_answer_wait_s=settings.lost_answer_wait_s,
        on_commit=sides.on_commit,
        trail=None if sides.traces is None else Trail(sides.traces),
    )


def open_saver_apart(
    settings: Settings, store: Store, on_commit: Callable[[], None], on_traced: OnTraced
) -> Saver:
    """Give what saves batches in a process that only does that.

    ``on_traced`` takes what is told of commands whose trace is kept, where traces are wanted.

    Raises:
        InvalidRequest: a secret cannot be read.
    """
    traces = None
    if settings.operations_traces is not None:
        key = derived(server_secret(settings, store), "traces")
        traces = TracesElsewhere(Share(settings.operations_traces_share, key), on_traced)
    writer = writer_keys(settings, store)
    sides = Sides(event_mapper(), writer, SystemClock(), SystemRandomness(), on_commit, traces)
    return _open_saver(settings, store, sides)
