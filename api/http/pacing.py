"""Answers that cost their client nothing go out at a pace, so that nobody makes work with them.

Whoever asks in a circle is answered later and asks less often; who has something to ask, or a
connection of their own, is not held up by it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from api.http.proxies import Addresses
from api.http.wire import Scope, call_of
from domain.addresses import client_of

STATUSES: Final = frozenset({401, 404, 405, 429})
"""Refusals before anything was done."""
PATHS: Final = frozenset({"/healthz", "/readyz"})
"""What anybody may ask."""
EACH_S: Final = 1 / 100
"""Between two such answers to one client, once its free ones are used up."""
FREE: Final = 300
"""Answers that a client gets at once."""
LONGEST_S: Final = 2.0
"""More than its connections can wait for."""
CLIENTS_MAX: Final = 10_000
"""Remembered; the one that was answered first is forgotten first."""


class Pacing:
    """Belongs to one event loop."""

    def __init__(
        self, addresses: Addresses, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._addresses = addresses
        self._sleep = sleep
        self._next_s: OrderedDict[str, float] = OrderedDict()

    def pause(self, scope: Scope, status: int) -> Awaitable[object] | None:
        """Give what to wait for before an answer of the kind that is paced; None for the others.

        So is an answer whose client has had few.
        """
        is_paced = status in STATUSES or scope["path"] in PATHS
        if not is_paced or "ngoma.headers" not in scope:  # it had none that could be read
            return None
        address = self._addresses.client(call_of(scope))
        if self._addresses.counted_peer(address) is None:
            return None  # a proxy's own check
        wait_s = self._take_turn(client_of(address), asyncio.get_running_loop().time())
        return self._sleep(min(wait_s, LONGEST_S)) if wait_s > 0 else None

    def _take_turn(self, client: str, now_s: float) -> float:
        """Give how long a client waits for its next answer."""
        next_s = max(self._next_s.pop(client, 0.0), now_s - FREE * EACH_S)
        self._next_s[client] = min(next_s + EACH_S, now_s + LONGEST_S)
        if len(self._next_s) > CLIENTS_MAX:
            self._next_s.popitem(last=False)
        return next_s - now_s
