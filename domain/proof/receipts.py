"""One event's proof as a file of its own: ``c2sp.org/tlog-proof@v1``.

Its extra line holds what the leaf is the hash of, so that the file is all that is needed: the
event's bytes, the path to the root, and the checkpoint that signs that root.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
ENDING: Final = ".tlog-proof"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an event is leaf ``index`` of the tree that a checkpoint signs."""

    leaf: bytes
    """What the leaf is the hash of (``domain.proof.tree.leaf_bytes``)."""
    index: int
    path: Sequence[bytes]
    checkpoint: str
    """The whole note."""

    def __str__(self) -> str:
        lines = (
            FIRST_LINE,
            f"extra {base64.b64encode(self.leaf).decode()}",
            f"index {self.index}",
            *(base64.b64encode(digest).decode() for digest in self.path),
        )
        return "\n".join(lines) + f"\n\n{self.checkpoint}"
