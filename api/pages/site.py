"""Every page."""

from typing import Final

from api.pages.audit.books import BOOKS
from api.pages.audit.exporting import EXPORT
from api.pages.audit.replaying import REPLAY
from api.pages.audit.seals import SEALS
from api.pages.customer.answering import ANSWERING
from api.pages.customer.buying import BUYING
from api.pages.customer.composer import COMPOSER
from api.pages.customer.messages import MESSAGES
from api.pages.customer.overview import OVERVIEW
from api.pages.customer.rehearsing import REHEARSING
from api.pages.customer.settings import SETTINGS
from api.pages.customer.threads import THREADS
from api.pages.customer.uploading import UPLOADING
from api.pages.everyone.front_door import FRONT_DOOR
from api.pages.everyone.way_in import WAY_IN
from api.pages.finance.closing import CLOSING
from api.pages.finance.explaining import EXPLAINING
from api.pages.finance.importing import IMPORTING
from api.pages.page import Page
from api.pages.staff.accounts import ACCOUNTS
from api.pages.staff.alarms import ALARMS
from api.pages.staff.deciding import DECIDING
from api.pages.staff.doubts import DOUBTS
from api.pages.staff.fleet import FLEET
from api.pages.staff.keeping import KEEPING

CUSTOMER: Final = (
    *(*OVERVIEW, *COMPOSER, *UPLOADING, *MESSAGES, *THREADS, *ANSWERING),
    *(*BUYING, *SETTINGS, *REHEARSING),
)

STAFF: Final = (
    *(*FLEET, *DOUBTS, *ALARMS, *DECIDING, *ACCOUNTS, *KEEPING),
    *(*EXPLAINING, *IMPORTING, *CLOSING),
    *(*BOOKS, *REPLAY, *SEALS, *EXPORT),
)

PAGES: Final[tuple[Page, ...]] = (*FRONT_DOOR, *WAY_IN, *CUSTOMER, *STAFF)
