"""Every page."""

from typing import Final

from api.pages.everyone.front_door import FRONT_DOOR
from api.pages.everyone.way_in import WAY_IN
from api.pages.page import Page

PAGES: Final[tuple[Page, ...]] = (*FRONT_DOOR, *WAY_IN)
