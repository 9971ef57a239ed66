"""The line of those who wait for a slow hash of a password: a flood waits behind itself."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

from api.door.caller import Caller
from api.http.shares import COST, FairPool, Share

NICENESS: Final = 10
"""A flood of logins gets a tenth of the processor where sends want it."""
SITE_COST: Final = COST // 4
"""An IPv6 /48 has the turns of four clients: it may be one person or many."""
ACCOUNT_COST: Final = COST // 4
"""An account waits for a quarter of the guesses at it: a line from which all of them come has
places behind its owner's."""
HEAD_START: Final = 8
"""Turns in front of strangers, for who was right before from where they are."""
RIGHT_MAX: Final = 10_000
"""Places from which somebody logged in that are remembered, the oldest forgotten first."""

R = TypeVar("R")


class Hashing:
    """Hashes in few threads, fairly between addresses and between accounts.

    Who logged in rightly from a network before has a share there of their own, so that neither a
    flood of strangers nor one of guesses at their password keeps them out.
    """

    def __init__(self, *, threads: int, waiting_max: int) -> None:
        self._pool = FairPool(
            "ngoma-passwords", threads=threads, waiting_max=waiting_max, niceness=NICENESS
        )
        self._right: OrderedDict[str, None] = OrderedDict()

    def close(self) -> None:
        """Let the threads end."""
        self._pool.close()

    async def run(self, caller: Caller, call: Callable[[], R]) -> R:
        """Run a call that hashes slowly, in the turn of the caller's address.

        Raises:
            Overloaded: too many wait, and the others have had less.
        """
        return await self._pool.run(call, *_shares(caller))

    async def log_in(self, caller: Caller, account: str, login: Callable[[], R]) -> R:
        """Run a login to an account, whatever names it, in the turn of both.

        Raises:
            InvalidKey: it failed.
            Overloaded: too many wait, and the others have had less.
        """
        here = _here(caller, account)
        if here in self._right:
            result = await self._pool.run(login, Share(here), head_start=HEAD_START)
        else:
            own = Share(f"account {account}", ACCOUNT_COST)
            result = await self._pool.run(login, *_shares(caller), own)
        self._right[here] = None
        self._right.move_to_end(here)
        if len(self._right) > RIGHT_MAX:
            self._right.popitem(last=False)
        return result

    def right_before(self, caller: Caller, account: str) -> str | None:
        """Name an account together with the caller's network, if there was a right login."""
        here = _here(caller, account)
        return here if here in self._right else None


def _here(caller: Caller, account: str) -> str:
    return f"{account} from {caller.site or caller.client}"


def _shares(caller: Caller) -> list[Share]:
    shares = [Share(caller.client)]
    if caller.site is not None:
        shares.append(Share(caller.site, SITE_COST))
    return shares
