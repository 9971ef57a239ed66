"""How much a page of a list holds: unless the request says otherwise, and at most."""

from typing import Final

WILCYBERTEK_PAGE: Final = 50
"""Messages of the log in dialect wilcybertek."""
WILCYBERTEK_PAGE_MAX: Final = 100
FELTECH_PAGE: Final = 20
"""The same in dialect feltech, whatever is asked."""
THREAD_PAGE: Final = 20
"""Messages of a conversation, and conversations."""
LIST_PAGE: Final = 100
"""Of the lists that staff look at."""
LIST_PAGE_MAX: Final = 1_000
STATEMENT_PAGE: Final = 50
"""Movements of a wallet."""
STATEMENT_PAGE_MAX: Final = 10_000
