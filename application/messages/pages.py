"""What messages say, read for SIMs before their attempts: in groups, where many take at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from application.books.reader import Reader
from application.ports import Clock, ContentRow, Store
from application.ports.queries import Waiting
from domain.contents import ContentKind
from domain.errors import Unavailable
from domain.message import Message, message_id

FRESH_S: Final = 1.0
"""How long what was read ahead may be used; what changed since is refused under the log's lock."""

NextUp = Callable[[int], Sequence[int]]
"""Numbers messages that are taken soon, so many at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """A message and its content, as the log has them."""

    message: Message
    content: ContentRow | None


class Pages:
    """Reads pages, and at most ``ahead_max`` more with one that is wanted; for one thread."""

    def __init__(self, store: Store, reader: Reader, clock: Clock, *, ahead_max: int = 0) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._ahead_max = ahead_max
        self._pages: dict[int, Page] = {}
        self._read_at_s = float("-inf")

    def read(self, waiting: Waiting, next_up: NextUp) -> Page | None:
        """Give the page of a message; None when the log has no such message.

        What was read ahead may be older than a try, so it is not used where there was one.

        Raises:
            StoreDown: it cannot be read.
        """
        page = self._pages.pop(waiting.number, None)
        is_fresh = self._clock.monotonic_s() - self._read_at_s <= FRESH_S
        if page is not None and is_fresh and waiting.last_attempt_at is None:
            return page
        try:
            self._read([waiting.number, *next_up(self._ahead_max)])
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - one odd message is in nobody's way but its own
            self._read([waiting.number])
        return self._pages.pop(waiting.number, None)

    def _read(self, numbers: Sequence[int]) -> None:
        self._read_at_s = self._clock.monotonic_s()
        messages = self._reader.find_all(Message, [message_id(number) for number in numbers])
        contents = self._store.contents(ContentKind.MESSAGE, numbers)
        self._pages = {each.number: Page(each, contents.get(each.number)) for each in messages}
