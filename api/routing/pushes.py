"""Tells phones at once that there is a message for them, all by one look (``/events``)."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from typing import Final

from api.http.refusals import KIBIBYTE
from application.messages.phones import Phones
from domain.errors import NgomaError, Overloaded
from domain.values import Network

LOOK_S: Final = 0.25
KEEP_ALIVE_S: Final = 15.0
"""As the app's own servers do: shorter than any network forgets a connection."""
WOKEN_MAX: Final = 8
"""Phones of a network that one look wakes: the next are woken by the next, if there is more."""
QUIET_S: Final = 5.0
"""A phone that was woken and given nothing is left alone for so long."""
UNREAD_MAX: Final = KIBIBYTE
"""Bytes that wait for a phone; when it reads so little, one more word changes nothing."""
WELCOME: Final = b":ok\n\n"
KEEP_ALIVE: Final = b":keepalive\n\n"
ENQUEUED: Final = b"event: MessageEnqueued\ndata: null\n\n"

Look = Callable[[], Awaitable[Collection[Network]]]
"""Gives the networks for which messages are due."""


class Push:
    """One phone's connection."""

    def __init__(self, has_hung_up: Callable[[], bool]) -> None:
        self.has_hung_up = has_hung_up
        self.quiet_until_s = 0.0
        self._words = WELCOME
        self._said = asyncio.Event()
        self._said.set()
        self._is_over = False

    def say(self, words: bytes) -> None:
        """Send something, without waiting."""
        if len(self._words) < UNREAD_MAX:
            self._words += words
        self._said.set()

    def end(self) -> None:
        """Send nothing more."""
        self._is_over = True
        self._said.set()

    async def words(self) -> AsyncIterator[bytes]:
        """Give what is said, until the end."""
        while True:
            await self._said.wait()
            self._said.clear()
            words, self._words = self._words, b""
            if self._is_over:
                return
            yield words


class Pushes:
    """The phones that are connected; belongs to one event loop.

    It looks only while one is, once for all of them. Who was woken longest ago is woken first, and
    only who would take a message, so that many phones do not all come for one.
    """

    def __init__(self, look: Look, phones: Phones, *, most: int) -> None:
        self._look = look
        self._phones = phones
        self._most = most
        self._pushes: OrderedDict[str, Push] = OrderedDict()
        self._looking: asyncio.Task[None] | None = None

    def open(self, token: str, has_hung_up: Callable[[], bool]) -> Push:
        """Connect a phone; an earlier connection of it ends.

        Raises:
            Overloaded: as many are connected as may.
        """
        earlier = self._pushes.pop(token, None)
        if earlier is not None:
            earlier.end()
        if len(self._pushes) >= self._most:
            raise Overloaded
        push = self._pushes[token] = Push(has_hung_up)
        if self._looking is None:
            self._looking = asyncio.create_task(self._run())
        return push

    def close_one(self, token: str, push: Push) -> None:
        """Forget a connection."""
        push.end()
        if self._pushes.get(token) is push:
            del self._pushes[token]

    def was_given(self, token: str) -> None:
        """Know that a phone got what it came for: it may be woken again at once."""
        push = self._pushes.get(token)
        if push is not None:
            push.quiet_until_s = 0.0

    def close(self) -> None:
        """End them all."""
        if self._looking is not None:
            self._looking.cancel()
        for push in self._pushes.values():
            push.end()

    async def _run(self) -> None:
        now_s = asyncio.get_running_loop().time
        keep_at_s = now_s() + KEEP_ALIVE_S
        try:
            while self._pushes:
                await asyncio.sleep(LOOK_S)
                with suppress(NgomaError):  # phones pull by themselves, too
                    for network in await self._look():
                        self._wake(network, now_s())
                if now_s() >= keep_at_s:
                    keep_at_s = now_s() + KEEP_ALIVE_S
                    self._keep_alive()
        finally:
            self._looking = None

    def _wake(self, network: Network, now_s: float) -> None:
        self._phones.ring(network)
        woken: list[str] = []
        for token, push in self._pushes.items():
            if now_s < push.quiet_until_s or network not in (self._phones.wanted_by(token) or ()):
                continue
            push.say(ENQUEUED)
            push.quiet_until_s = now_s + QUIET_S
            woken.append(token)
            if len(woken) == WOKEN_MAX:
                break
        for token in woken:
            self._pushes.move_to_end(token)

    def _keep_alive(self) -> None:
        for token, push in self._pushes.items():
            if push.has_hung_up() or self._phones.wanted_by(token) is None:
                push.end()
            else:
                push.say(KEEP_ALIVE)
