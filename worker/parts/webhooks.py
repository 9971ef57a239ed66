"""What tells webhooks of the accounts' events; of several processes one does."""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.parts.spaced import Spaced
from worker.webhooks.sender import Sender

REST_S: Final = 0.5
"""The least pause between two looks: so much later a webhook may be told under load."""


def _make(process: Process) -> Sequence[Loop]:
    system, progress = process.system, Spaced(REST_S)
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
