"""Goes through the lists that are being sent, a part of each at a turn."""

import threading
from typing import Final

from application.system import System
from application.uploads.sending import UploadSending
from worker.webhooks.lead import Lead

AT_ONCE_MAX: Final = 64
"""Lists that take turns; the others wait until one of them is over."""
LOOK_S: Final = 0.5
"""How often it looks for lists, besides after each progress of the read models."""
NAME: Final = "uploads"
"""The lead of one process is kept under it."""


class Uploads:
    """Sends lists; ``step`` is one turn, and starts no thread."""

    def __init__(
        self,
        system: System,
        *,
        holder: str,
        progress: threading.Event,
        look_s: float = LOOK_S,
    ) -> None:
        self._queries = system.queries
        self._store = system.store
        self._sending = UploadSending(
            store=system.store,
            reader=system.reader,
            digests=system.digests,
            numbering=system.terms.numbering,
            default_sender=system.keyring.default_sender,
            offline=system.fleet.offline,
            execute=system.committer.execute,
            clock=system.clock,
        )
        self._progress = progress
        self._look_s = look_s
        self._lead = Lead(system.store.effects, system.clock, holder=holder, name=NAME)
        self._under_way: list[int] = []

    def step(self) -> None:
        """Send a part of each list, or wait for lists.

        Raises:
            Unavailable: the store is away; step again later.
            OutcomeUnknown: a part may have been accepted; the next turn finds out.
        """
        if not self._under_way:
            self._progress.clear()  # before the look: what comes after it wakes the wait
            self._under_way = list(self._queries.uploads_sending(limit=AT_ONCE_MAX))
        if not self._under_way or not self._lead.take(self._store.head(), []):
            self._under_way = []
            self._progress.wait(self._look_s)
            return
        self._under_way = [one for one in self._under_way if self._sending.send_part(one)]

    def close(self) -> None:
        """Let another process send.

        Raises:
            StoreDown: the term has to run out.
        """
        self._lead.release()
