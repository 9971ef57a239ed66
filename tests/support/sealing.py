"""Sealing the log of a gateway at once, with the key that its settings name."""

from application.proof.sealing import Sealer
from application.system import System
from tests.support.virtual import VirtualClock


def seal_now(system: System) -> str:
    """Seal what waits; give the checkpoint."""
    assert system.sealing is not None
    sealer = Sealer(
        store=system.store,
        reader=system.reader,
        execute=system.committer.execute,
        clock=VirtualClock(),
        key=system.sealing.key,
        holder="test",
        writer=system.writer,
    )
    note = sealer.step()
    sealer.close()
    assert note is not None
    return note
