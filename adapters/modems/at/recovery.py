"""The rungs by which a modem that does not come up is brought back, the gentlest first.

Each try begins with ESC and opens the port anew, which drops DTR; after some the modem is told to
start anew, a few times an hour. Ctrl-Z is on no rung: it may send a piece of somebody's message.
"""

import logging
from collections import deque
from typing import Final

from adapters.modems.at.link import ESC, AtLink, LinkGone

TRIES_BEFORE_RESET: Final = 3
RESETS_MAX: Final = 3
"""In an hour; each takes a modem off the network for up to a minute."""

_HOUR_S: Final = 3_600.0
_COMMANDS: Final = ("AT+CFUN=1,1", "AT+CRESET", "AT^RESET")  # 27.007 8.2; SIM7600; Huawei

logger = logging.getLogger("ngoma.modems")


class Recovery:
    """What was tried with one modem since it was up last."""

    def __init__(self) -> None:
        self._failures = 0
        self._resets: deque[float] = deque(maxlen=RESETS_MAX)

    def came_up(self) -> None:
        """All is well."""
        self._failures = 0

    def failed(self, link: AtLink, *, timeout_s: float) -> bool:
        """Note that the modem did not come up; say whether it was told to start anew."""
        self._failures += 1
        if self._failures % TRIES_BEFORE_RESET or not self._may_reset(link.now_s()):
            return False
        self._resets.append(link.now_s())
        try:
            link.write(ESC)
            for command in _COMMANDS:
                reply = link.command(command, timeout_s=timeout_s)
                if reply is not None and reply.ok:
                    logger.warning("the modem was told to start anew: %s", command)
                    return True
        except LinkGone:  # it began to
            return True
        return False

    def _may_reset(self, now_s: float) -> bool:
        is_full = len(self._resets) == RESETS_MAX
        return not is_full or now_s - self._resets[0] >= _HOUR_S
