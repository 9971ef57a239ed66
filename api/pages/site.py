"""Every page."""

from typing import Final

from api.pages.customer.buying import BUYING
from api.pages.customer.composer import COMPOSER
from api.pages.customer.messages import MESSAGES
from api.pages.customer.overview import OVERVIEW
from api.pages.customer.settings import SETTINGS
from api.pages.everyone.front_door import FRONT_DOOR
from api.pages.everyone.way_in import WAY_IN
from api.pages.page import Page

CUSTOMER: Final = (*OVERVIEW, *COMPOSER, *MESSAGES, *BUYING, *SETTINGS)

PAGES: Final[tuple[Page, ...]] = (*FRONT_DOOR, *WAY_IN, *CUSTOMER)
