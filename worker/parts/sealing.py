"""The sealer, where a process has its key: it seals what waits, and gives checkpoints away."""

from collections.abc import Sequence
from typing import Final

from application.proof.anchoring import Anchoring
from application.proof.chapters import age_of_checkpoint_s, newest_checkpoint
from application.proof.sealing import NAME, Sealer
from domain.errors import NgomaError
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

EVERY_S: Final = 0.25


def _make(process: Process) -> Sequence[Loop]:
    system = process.system
    if system.sealing is None:
        return []
    sealer = Sealer(
        store=system.store,
        reader=system.reader,
        execute=system.committer.execute,
        clock=system.clock,
        key=system.sealing.key,
        holder=process.name,
        writer=system.writer,
    )
    anchoring = Anchoring(system.sealing.anchors, clock=system.clock)
    state = _State()

    def seal() -> None:
        if not state.has_resumed and (newest := newest_checkpoint(system.reader)) is not None:
            age_s = age_of_checkpoint_s(system.reader, newest, now=system.clock.now())
            anchoring.resume(newest, age_s=age_s)
        state.has_resumed = True
        try:
            note = sealer.step()
        except NgomaError as error:
            state.words = str(error)
            raise
        state.words = "ok"
        if note is not None:
            anchoring.offer(note)
        anchoring.step()

    signals = system.signals
    signals.add_check("seal", lambda: state.words, is_vital=False)
    signals.add_check("anchors", anchoring.words, is_vital=False)
    return [Loop(NAME, seal, every_s=EVERY_S, at_end=sealer.close)]


class _State:
    words = "ok"
    has_resumed = False


SEALING: Final = Part(
    "seal",
    frozenset({ProcessRole.ALL, ProcessRole.SEAL}),
    Stage.TELL,
    _make,
    is_vital=False,
)
