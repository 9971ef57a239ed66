"""Live pieces: the script says what it has seen, and the answer waits until there is more."""

import secrets
from contextlib import suppress
from typing import Final
from urllib.parse import urlencode

from api.http.waiting import ALL
from api.http.wire import Headers
from api.pages.tables import Table
from api.pages.visit import Visit
from domain.errors import Overloaded, RateLimited
from domain.roles import Role
from domain.written import NUMBER_MAX, check_whole

SEEN: Final = "after"
"""The query's field for the mark that the script has seen: a whole number that only grows."""
NEWEST: Final = b"x-newest"
"""The header that says what it will have seen with this answer."""
WAIT_S: Final = 45
"""How long a customer's piece waits at most. What neither moves its wallet nor is in its feed is
shown after so long.

Proxies give up after a minute.
"""
STAFF_WAIT_S: Final = 20
"""How long one of staff waits: more of what it shows is in no event."""


async def news(visit: Visit, *, of_all: bool) -> Headers:
    """Wait for an event that the script has not seen, of the account or of all; name the newest.

    Where too many wait already, nobody waits: the script asks again by itself.
    """
    front = visit.front
    account = ALL if of_all else visit.who.account
    waiting = front.waiting.staff if of_all else front.waiting.pages
    seen = visit.query.pop(SEEN, None)
    if seen is not None:
        number = check_whole(seen, SEEN, least=0, most=NUMBER_MAX)
        with suppress(RateLimited, Overloaded):
            most_s = STAFF_WAIT_S if of_all else WAIT_S
            await waiting.beyond(account, number, wait_s=_spread(most_s))
    if of_all:
        end = await front.read(visit.who.account, front.system.store.head)
    else:
        marks = await front.read(account, lambda: front.system.queries.marks([account]))
        end = marks.get(account, 0)
    return ((NEWEST, b"%d" % end),)


def _spread(most_s: float) -> float:
    """Give a time between two thirds of it and all of it.

    Pages that began to wait together, as after a restart, do not all end together.
    """
    return most_s * (1 - secrets.randbelow(1_000) / 3_000)


def live_address(visit: Visit, table: Table) -> str | None:
    """Give where a list of staff is asked for anew, with its filters; None: not for this visitor.

    Each look of who is an auditor alone is on record, so a page looks again by no script of ours.
    """
    if is_only_auditor(visit):
        return None
    query = urlencode(table.filtered)
    return f"{table.path}/live?{query}" if query else f"{table.path}/live"


def is_only_auditor(visit: Visit) -> bool:
    """Whether each look of the visitor is on record."""
    return visit.who.roles == {Role.AUDITOR}
