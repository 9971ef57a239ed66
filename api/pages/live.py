"""Live pieces: the script says what it has seen, and the answer waits until there is more."""

from contextlib import suppress
from typing import Final

from api.http.wire import Headers
from api.pages.visit import Visit
from domain.errors import Overloaded, RateLimited
from domain.written import NUMBER_MAX, check_whole

SEEN: Final = "after"
"""The query's field for the newest event that the script has seen."""
NEWEST: Final = b"x-newest"
"""The header that says what it will have seen with this answer."""
WAIT_S: Final = 20
"""How long a piece waits at most; what the feed does not tell is shown after so long."""


async def news(visit: Visit) -> Headers:
    """Wait for an event of the account that the script has not seen; name the newest.

    Where too many wait already, nobody waits: the script asks again by itself.
    """
    front, account = visit.front, visit.who.account
    seen = visit.query.pop(SEEN, None)
    if seen is not None:
        number = check_whole(seen, SEEN, least=0, most=NUMBER_MAX)
        with suppress(RateLimited, Overloaded):
            await front.waiting.pages.beyond(account, number, wait_s=WAIT_S)
    newest = await front.read(account, lambda: front.system.queries.feed_ends([account]))
    return ((NEWEST, b"%d" % newest.get(account, 0)),)
