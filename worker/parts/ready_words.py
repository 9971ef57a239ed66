"""What a process says when it is ready, and what is to be done next; and when it no longer is."""

import logging
from collections.abc import Mapping
from typing import Final

from application.system import Readiness
from worker.parts.manager import READY, tell_manager
from worker.parts.part import ProcessRole

NEXT: Final[Mapping[ProcessRole, str]] = {
    ProcessRole.ALL: "`ngoma status` says how all is; `ngoma account create` makes a customer",
    ProcessRole.API: "`ngoma project` and, where the modems are, `ngoma worker` have to run, too",
    ProcessRole.WORKER: "`ngoma status` says how its SIMs are",
    ProcessRole.PROJECT: "a second one on another host takes over when this one ends",
    ProcessRole.SEAL: "tell auditors the fingerprint: `ngoma audit keys`",
}

logger = logging.getLogger("ngoma.start")


class ReadyWords:
    """Tells the log, whatever its level, and systemd of each change; called by one thread."""

    def __init__(self, role: ProcessRole) -> None:
        self._role = role
        self._was_ready: bool | None = None
        self._has_been_ready = False

    def tell(self, readiness: Readiness) -> None:
        """Log that the process is ready, or no longer is; the first time also what comes next."""
        is_ready = readiness.is_ready
        if is_ready is self._was_ready:
            return
        wrong = {name: words for name, words in readiness.checks.items() if words != "ok"}
        if not is_ready:
            words = "Not ready yet." if self._was_ready is None else "Not ready any more."
            logger.warning(words, extra={"role": self._role.value, "checks": wrong})
            tell_manager(f"STATUS={words} Wrong: {', '.join(wrong)}. See ngoma status.")
        elif not self._has_been_ready:
            self._has_been_ready = True
            more = {"status": readiness.status, "checks": wrong, "next": NEXT[self._role]}
            logger.info("Ready.", extra={"role": self._role.value, **more})
        else:
            logger.info("Ready again.", extra={"role": self._role.value, "checks": wrong})
        if is_ready:
            tell_manager(READY, "STATUS=Ready.")
        self._was_ready = is_ready
