"""Calls the HTTP server of one phone: each step bounded, and what was not sent is told apart."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, urlsplit

CONNECT_S: Final = 3.0
ANSWER_S: Final = 10.0
"""For the whole of an answer, however slowly it comes."""
ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024
LISTED: Final = 500
"""Messages of a list that it is asked for: the newest."""

Told = tuple[int, Any]
"""Status and JSON; None where an answer has no body, or none that can be read."""


class PhoneSilent(Exception):
    """It gave no answer; nobody knows what it did."""


class NotReached(PhoneSilent):
    """There was no connection: nothing was sent to it."""


class LocalPhone:
    """One phone, by the address and the password that its app shows. One thread calls."""

    def __init__(
        self,
        url: str,
        *,
        user: str,
        password: str,
        connect_s: float = CONNECT_S,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._place = urlsplit(url.rstrip("/"))
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
        self._connect_s = connect_s
        self._answer_s = answer_s

    # -- what the app answers (modules/localserver) ------------------------------------------------

    def look(self) -> int:
        """Give the status of ``/``, which only who has the password is shown."""
        return self._call("GET", "/")[0]

    def battery(self) -> int | None:
        """Give the per cent of its battery where its own check of that fails; else None."""
        _, told = self._call("GET", "/health")
        with suppress(KeyError, TypeError, ValueError, OverflowError):  # its number is anything
            level = told["checks"]["battery:level"]
            return int(level["observedValue"]) if level["status"] == "fail" else None
        return None

    def give(self, message: Mapping[str, object]) -> Told:
        """Have it send a message; an id that it knows is refused with 409, and not sent again."""
        return self._call("POST", "/messages?skipPhoneValidation=true", message)

    def show(self, message_id: str) -> Told:
        """Ask how a message stands; 404: it knows none by that id."""
        return self._call("GET", f"/messages/{quote(message_id)}")

    def recall(self, message_id: str) -> Told:
        """Have it give a message back that Android does not have."""
        return self._call("DELETE", f"/messages/{quote(message_id)}")

    def newest(self) -> Told:
        """List what it was given lately, the newest first."""
        return self._call("GET", f"/messages?limit={LISTED}")

    def set(self, settings: Mapping[str, object]) -> Told:
        """Push settings."""
        return self._call("PATCH", "/settings", settings)

    def hook(self, webhook: Mapping[str, object]) -> Told:
        """Have it call us; again under the same id changes nothing."""
        return self._call("POST", "/webhooks", webhook)

    # -- one call ----------------------------------------------------------------------------------

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Told:
        """Give what it answers.

        Raises:
            NotReached: there was no connection.
            PhoneSilent: there was, and no answer in time.
        """
        try:
            connection = self._connection()
            connection.connect()
        except (OSError, http.client.InvalidURL, UnicodeError) as error:  # the last: by its name
            msg = f"it cannot be reached: {_words(error)}"
            raise NotReached(msg) from error
        late = threading.Timer(self._answer_s, _hang_up, [connection])
        late.daemon = True
        late.start()
        try:
            connection.sock.settimeout(self._answer_s)
            raw = None if body is None else json.dumps(body).encode()
            connection.request(method, f"{self._place.path}{path}", raw, self._headers)
            answer = connection.getresponse()
            return answer.status, _read(answer.read(ANSWER_BYTES_MAX))
        except (OSError, http.client.HTTPException) as error:
            msg = f"it does not answer: {_words(error)}"
            raise PhoneSilent(msg) from error
        finally:
            late.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        is_secure = self._place.scheme == "https"
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        return kind(self._place.netloc, timeout=self._connect_s)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # it was closed meanwhile
        connection.sock.shutdown(socket.SHUT_RDWR)


def _read(raw: bytes) -> Any:
    with suppress(ValueError, RecursionError):  # whoever is in that network may answer
        return json.loads(raw) if raw else None
    return None


def _words(error: Exception) -> str:
    """Name a fault without what was called."""
    if isinstance(error, TimeoutError):
        return "it takes too long"
    return getattr(error, "strerror", None) or type(error).__name__
