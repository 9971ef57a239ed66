"""Sends the callbacks of a simulated provider as they fall due, each once, as providers do."""

import http.client
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final
from urllib.parse import SplitResult, urlsplit

from adapters.mobile_money.simulation.payments import SimCallback, SimPayments, SimulatedProvider
from domain.values import SECOND

SENDERS: Final = 4
TIMEOUT_S: Final = 10.0
LOOK_S: Final = 0.5
"""How often the clock is looked at when nothing is due soon."""
GATEWAYS_MAX: Final = 8
"""To which a thread keeps connections."""
HTTP: Final = http.client.HTTPConnection
ANSWER_BYTES_MAX: Final = 64 * 1024

_log = logging.getLogger("ngoma.simulation")


class CallbackSender:
    """Posts callbacks by a few threads, each with a kept connection."""

    def __init__(self, payments: SimPayments, provider: SimulatedProvider) -> None:
        self._payments = payments
        self._provider = provider
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="ngoma-callbacks")
        self._kept = threading.local()
        self._opened: set[http.client.HTTPConnection] = set()

    def step(self) -> int:
        """Send what is due, one after the other; give how many."""
        callbacks = self._due()
        for callback in callbacks:
            self.send(callback)
        return len(callbacks)

    def _due(self) -> list[SimCallback]:
        return [
            callback
            for payment, told in self._payments.due()
            if (callback := self._provider.callback(payment, told)) is not None
        ]

    def send(self, callback: SimCallback) -> int | None:
        """Send one; give the status that answers it, None without an answer."""
        place = urlsplit(callback.url)
        connection, is_kept = self._connection(place)
        for is_last in (False, True) if is_kept else (True,):
            try:
                return _exchange(connection, place, callback)
            except (OSError, http.client.HTTPException) as error:
                connection.close()  # it opens anew by itself
                is_stale = isinstance(error, ConnectionError)
                if is_last or not is_stale:
                    why = type(error).__name__
                    _log.warning("A callback was not taken.", extra={"why": why})
                    break
        return None

    def submit(self, callback: SimCallback) -> Future[int | None]:
        """Have one sent by a thread of ours."""
        return self._pool.submit(self.send, callback)

    def _connection(self, place: SplitResult) -> tuple[http.client.HTTPConnection, bool]:
        """Give this thread's connection to a gateway, and whether it may have gone stale."""
        kept = self._kept.__dict__
        where = f"{place.scheme}://{place.netloc}"
        if where in kept:
            return kept[where], True
        if len(kept) >= GATEWAYS_MAX:
            for one in kept.values():
                one.close()
                self._opened.discard(one)
            kept.clear()
        kind = http.client.HTTPSConnection if place.scheme == "https" else HTTP
        kept[where] = kind(place.hostname or "", place.port, timeout=TIMEOUT_S)
        self._opened.add(kept[where])
        return kept[where], False

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop."""
        while not stop.is_set():
            for callback in self._due():
                self.submit(callback)
            next_due = self._payments.next_due()
            wait_s = LOOK_S
            if next_due is not None:
                wait_s = min(LOOK_S, max((next_due - self._payments.clock.now()) / SECOND, 0.001))
            stop.wait(wait_s)

    def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for connection in list(self._opened):
            connection.close()


def _exchange(
    connection: http.client.HTTPConnection, place: SplitResult, callback: SimCallback
) -> int:
    path = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
    connection.request(callback.method, path, callback.body, dict(callback.headers))
    answer = connection.getresponse()
    answer.read(ANSWER_BYTES_MAX)
    return answer.status
