"""What each process with a web knows of API keys and ported numbers, kept up in memory."""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

EVERY_S: Final = 0.3
"""Revocations must be known within a second."""


def _make(process: Process) -> Sequence[Loop]:
    system = process.system
    return [
        Loop("keyring", system.keyring.follow, every_s=EVERY_S),
        Loop("ported numbers", system.terms.ported.refresh, every_s=EVERY_S),
    ]


KEYRING: Final = Part("keyring", frozenset({ProcessRole.ALL, ProcessRole.API}), Stage.FOLLOW, _make)
