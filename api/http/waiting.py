"""Who waits for the next event, of an account or of all: questions to the feed, live pages."""

from typing import Final

from api.http.waits import Look, Waits

FEED_MAX: Final = 256
"""Questions to the feed that wait at the same time."""
FEED_EACH_MAX: Final = 4
"""Of these of one account."""
PAGES_MAX: Final = 1_024
"""Pages that wait at the same time."""
PAGES_EACH_MAX: Final = 8
STAFF_MAX: Final = 64
"""Pages of staff that wait at the same time."""
ALL: Final = 0
"""Number of no account: under it waits who waits for anything in the log."""
LOOK_S: Final = 0.2


class Waiting:
    """Pages wait apart from programs: whoever opens many takes no program's place."""

    def __init__(self, look: Look, *, look_at_pages: Look, look_at_log: Look) -> None:
        """``look_at_log`` says of ``ALL`` where the log ends."""
        self.feed = Waits(look, waiting_max=FEED_MAX, each_max=FEED_EACH_MAX, every_s=LOOK_S)
        self.pages = Waits(
            look_at_pages, waiting_max=PAGES_MAX, each_max=PAGES_EACH_MAX, every_s=LOOK_S
        )
        self.staff = Waits(look_at_log, waiting_max=STAFF_MAX, each_max=STAFF_MAX, every_s=LOOK_S)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self.feed.close()
        self.pages.close()
        self.staff.close()
