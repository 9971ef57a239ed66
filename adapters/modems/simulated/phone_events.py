"""The connection by which an emulated phone is told at once (``helpers/SSEManager.kt``)."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from adapters.modems.simulated.phone_wire import CALL_S, USER_AGENT

READ_S: Final = 3_600.0
LINE_BYTES_MAX: Final = 64 * 1024
SOON_S: Final = 5.0
"""Before a new connection: after the first five tries that failed, and after the next five."""
LATER_S: Final = 30.0
SELDOM_S: Final = 60.0
TRIES: Final = 5
PULL: Final = "MessageEnqueued"


class PhoneEvents:
    """A thread that listens at one URL, and calls ``pull`` when the phone is to pull.

    It is to when it has connected, at ``MessageEnqueued`` and at an event without a name.
    """

    def __init__(self, url: str, token: str, pull: Callable[[], None]) -> None:
        self._place = urlsplit(url)
        self._token = token
        self._pull = pull
        self._ended = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._run, name="phone-events", daemon=True)

    def start(self) -> None:
        """Connect."""
        self._thread.start()

    def end(self) -> None:
        """Listen no more."""
        self._ended.set()
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(2)  # wakes the read
        self._thread.join(CALL_S)

    def _run(self) -> None:
        failed = 0
        while not self._ended.is_set():
            with suppress(OSError, http.client.HTTPException):
                for event in self._listen():
                    failed = 0
                    if event in {"", PULL}:
                        self._pull()
            failed += 1
            pause_s = SOON_S if failed <= TRIES else LATER_S if failed <= 2 * TRIES else SELDOM_S
            self._ended.wait(pause_s)

    def _listen(self) -> Iterator[str]:
        """Give the name of each event; the first is that the connection stands.

        Raises:
            OSError, HTTPException: it does not, or no more.
        """
        secure = self._place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = connection = kind(self._place.netloc, timeout=CALL_S)
        try:
            headers = {"Authorization": f"Bearer {self._token}", "User-Agent": USER_AGENT}
            connection.request("GET", self._place.path, headers=headers)
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                return
            connection.sock.settimeout(READ_S)
            yield PULL
            name, has_data = "", False
            while line := answer.readline(LINE_BYTES_MAX).decode("utf-8", "replace"):
                field, _, value = line.rstrip("\r\n").partition(":")
                if field == "event":
                    name = value.removeprefix(" ")
                elif field == "data":
                    has_data = True
                elif not line.strip() and has_data:
                    yield name
                    name, has_data = "", False
        finally:
            connection.close()
