"""Who waits for the next event of an account: questions to the feed, and pages that are live."""

from typing import Final

from api.http.waits import Look, Waits

FEED_MAX: Final = 256
"""Questions to the feed that wait at the same time."""
FEED_EACH_MAX: Final = 4
"""Of these of one account."""
PAGES_MAX: Final = 1_024
"""Pages that wait at the same time."""
PAGES_EACH_MAX: Final = 8
LOOK_S: Final = 0.2


class Waiting:
    """Pages wait apart from programs: whoever opens many takes no program's place."""

    def __init__(self, look: Look) -> None:
        self.feed = Waits(look, waiting_max=FEED_MAX, each_max=FEED_EACH_MAX, every_s=LOOK_S)
        self.pages = Waits(look, waiting_max=PAGES_MAX, each_max=PAGES_EACH_MAX, every_s=LOOK_S)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self.feed.close()
        self.pages.close()
