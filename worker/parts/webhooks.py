"""What tells webhooks of the accounts' events; of several processes one does."""

import threading
from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.webhooks.sender import Sender


def _make(process: Process) -> Sequence[Loop]:
    system, progress = process.system, threading.Event()
    system.follower.on_progress(lambda _: progress.set())
    sender = Sender(
        queries=system.queries,
        store=system.store,
        reader=system.reader,
        webhooks=system.webhooks,
        submit=system.committer.submit,
        clock=system.clock,
        alarms=process.alarms,
        holder=process.name,
        progress=progress,
    )
    system.metrics.watch(
        "webhook_deliveries",
        "Deliveries to webhooks by outcome.",
        lambda: {"taken": sender.delivered, "failed": sender.failed},
        label="outcome",
    )
    return [Loop("webhooks", sender.step, wake=progress.set, at_end=sender.close)]


WEBHOOKS: Final[Part] = Part(
    "webhooks",
    frozenset({ProcessRole.ALL, ProcessRole.WORKER}),
    Stage.TELL,
    _make,
    is_vital=False,
)
