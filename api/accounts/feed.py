"""``/api/v1/events``: what happens to what is an account's, in order; a question may wait."""

from functools import partial
from typing import Final

from api.http.fields import read_query
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_reader
from api.routing.front import Front
from application.ports.queries import FeedRow
from application.telling.told import told
from domain.feed import FEED_PAGE, FEED_PAGE_MAX, FEED_WAIT_MAX_S
from domain.written import NUMBER_MAX, check_whole

READ_MODEL: Final = "account_feed"


async def events(front: Front, call: Call) -> Answer:
    """List events after one, oldest first; with ``wait`` the answer waits for the next one."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    after = check_whole(query.get("after") or 0, "after", least=0, most=NUMBER_MAX)
    limit = check_whole(query.get("limit") or FEED_PAGE, "limit", least=1, most=FEED_PAGE_MAX)
    wait_s = check_whole(query.get("wait") or 0, "wait", least=0, most=FEED_WAIT_MAX_S)
    question = partial(_page, front, account, after, limit)
    found = await front.read_newest(account, READ_MODEL, question)
    if not found and wait_s:
        await front.waiting.feed.beyond(account, after, wait_s=wait_s)
        found = await front.read(account, question)
    return answer(
        {
            "status": "success",
            "data": [told(row) for row in found],
            "next": found[-1].sequence if found else after,
        }
    )


def _page(front: Front, account: int, after: int, limit: int) -> list[FeedRow]:
    return list(front.system.queries.feed(account, after=after, limit=limit))
