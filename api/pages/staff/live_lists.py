"""Lists of staff that are shown as they change: the page, and the piece that is asked for anew."""

from collections.abc import Awaitable, Callable

from api.pages.live import live_address
from api.pages.page import Page, View, Who
from api.pages.tables import Table
from api.pages.visit import Visit

Listed = Callable[[Visit], Awaitable[Table]]


def live_piece(path: str, name: str, listed: Listed) -> Page:
    """Give the piece of a page at ``path`` that holds its list alone, as it is now."""

    async def show(visit: Visit) -> View:
        return View("rows.html", table=await listed(visit))

    return Page(
        path=f"{path}/live",
        name=f"{name}_live",
        who=Who.OPERATOR,
        show=show,
        is_fragment=True,
        is_live=True,
    )


def live_list(path: str, name: str, listed: Listed) -> tuple[Page, Page]:
    """Give a page that is its list and nothing else, and its piece."""

    async def show(visit: Visit) -> View:
        table = await listed(visit)
        return View("live_list.html", {"live": live_address(visit, table)}, table=table)

    return Page(path=path, name=name, who=Who.OPERATOR, show=show), live_piece(path, name, listed)
