"""Checkpoints on their way out of the database: whoever rewrites it cannot rewrite these."""

from collections.abc import Mapping, Sequence
from typing import Final

from application.ports import Anchor, AnchorAway, Clock
from domain.proof.notes import BadNote, Checkpoint, Note

LONG_S: Final = 3_600
"""For so long no anchor may have worked while there was something to anchor."""


class Anchoring:
    """Gives each anchor the newest checkpoint, no oftener than it wants one.

    ``offer`` and ``step`` are called by one thread, ``words`` by any.
    """

    def __init__(self, anchors: Sequence[Anchor], *, clock: Clock) -> None:
        self._anchors = anchors
        self._clock = clock
        self._newest: str | None = None
        self._since_s: float | None = None
        """Since when there is something that no anchor has."""
        self._next_s = {anchor.name: float("-inf") for anchor in anchors}
        self._has: dict[str, str | None] = {}
        self._faults: dict[str, str] = {}

    def offer(self, note: str) -> None:
        """Say that there is a newer checkpoint."""
        self._newest = note
        if self._since_s is None:
            self._since_s = self._clock.monotonic_s()

    def resume(self, note: str, *, age_s: float = 0.0) -> None:
        """Say at the start which checkpoint is the newest: it is offered where no anchor has it.

        The hour runs on from before the start: it is as old as it is.
        """
        if not any(_size(self._kept(anchor)) == _size(note) for anchor in self._anchors):
            self.offer(note)
            self._since_s = self._clock.monotonic_s() - max(age_s, 0.0)

    def step(self) -> None:
        """Pass it on to whoever is due."""
        note, now_s = self._newest, self._clock.monotonic_s()
        if note is None:
            return
        for anchor in self._anchors:
            if self._has.get(anchor.name) == note or now_s < self._next_s[anchor.name]:
                continue
            self._next_s[anchor.name] = now_s + anchor.every_s
            try:
                anchor.put(note)
            except AnchorAway as error:
                self._faults[anchor.name] = str(error)
            else:
                self._faults.pop(anchor.name, None)
                self._has[anchor.name] = note
                self._since_s = None
        if note not in self._has.values() and self._since_s is None:
            self._since_s = now_s

    @property
    def faults(self) -> Mapping[str, str]:
        """What keeps which anchor from taking one, as last tried."""
        return dict(self._faults)

    def words(self) -> str:
        """Say "ok", or for how long no anchor has worked."""
        since_s = self._since_s
        if since_s is None or (late_s := self._clock.monotonic_s() - since_s) < LONG_S:
            return "ok"
        why = "; ".join(f"{name}: {words}" for name, words in self.faults.items())
        told = f" ({why})" if why else ""
        return f"no anchor outside the database took a checkpoint for {late_s / 60:.0f} min{told}"

    def _kept(self, anchor: Anchor) -> str | None:
        try:
            return anchor.newest()
        except AnchorAway as error:
            self._faults[anchor.name] = str(error)
            return None


def _size(note: str | None) -> tuple[str, int] | None:
    """Give which tree a checkpoint is about; None when it is none."""
    if note is None:
        return None
    try:
        found = Checkpoint.read(Note.read(note).text)
    except BadNote:
        return None
    return found.origin, found.size
