"""A small HTTP client for tests: one kept connection a thread, and never a retry of its own."""

import http.client
import json
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from domain.public_ids import parse_message_id

TIMEOUT_S: Final = 20.0


class Unanswered(Exception):
    """The connection broke: the request may or may not have been carried out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def is_accepted(self) -> bool:
        """Whether a send was taken: 200, or the 503 that says that it is queued."""
        return self.status == 200 or (self.status == 503 and self.json.get("queued") is True)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the messages that a send made, in either dialect."""
        answer = self.json
        if "log_ids" in answer:
            return list(dict.fromkeys(answer["log_ids"]))
        entries = answer.get("messages", [answer])
        return [number_of(entry["message_id"]) for entry in entries]

    def __str__(self) -> str:
        return f"{self.status} {self.body.decode(errors='replace')[:300]}"


def number_of(message_id: str) -> int:
    """Read the number in either form of a message's id."""
    ref = parse_message_id(message_id)
    assert ref is not None, message_id
    return ref.number


class Client:
    """One account's requests to one process; for any thread."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout_s: float = TIMEOUT_S,
        from_host: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``from_host`` is its own address; with ``tls`` it speaks https, as that trusts."""
        self.base_url = base_url
        self.api_key = api_key
        self._host = urlsplit(base_url).netloc
        self._timeout_s = timeout_s
        self._source = None if from_host is None else (from_host, 0)
        self.tls = tls
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def __del__(self) -> None:
        for connection in self._connections:
            connection.close()

    # -- dialect wilcybertek --------------------------------------------------------------------

    def send(self, to: str, message: str, *, key: str | None = None, **fields: Any) -> Answer:
        """Send one message, with the idempotency key ``key`` if there is one."""
        body = {"api_key": self.api_key, "to": to, "message": message, **fields}
        return self.post("/api", body, key=key)

    def bulk(
        self, to: Sequence[str], message: str, *, key: str | None = None, **fields: Any
    ) -> Answer:
        """Send one text to many."""
        body = {"api_key": self.api_key, "recipients": to, "message": message, **fields}
        return self.post("/api/bulk", body, key=key)

    def balance(self) -> int:
        """What is available."""
        answer = self.get(f"/api/balance?api_key={self.api_key}")
        assert answer.status == 200, str(answer)
        return int(answer.json["balance"])

    def log(self, **query: str | int) -> Any:
        """Read the log."""
        wanted = "".join(f"&{name}={quote(str(value))}" for name, value in query.items())
        answer = self.get(f"/api/logs?api_key={self.api_key}{wanted}")
        assert answer.status == 200, str(answer)
        return answer.json

    # -- dialect feltech and beyond ---------------------------------------------------------------

    def feltech_send(
        self, to: str | Sequence[str], message: str, *, key: str | None = None
    ) -> Answer:
        """Send to one or many in the other dialect."""
        path = "/api/v1/sms/send" if isinstance(to, str) else "/api/v1/sms/send-bulk"
        return self.post(path, {"to": to, "message": message}, key=key)

    def status(self, number: int) -> str:
        """Where a message stands: pending, sent or failed."""
        answer = self.get(f"/api/v1/sms/status/msg_{number}")
        assert answer.status == 200, str(answer)
        return str(answer.json["data"]["delivery_status"])

    def explain(self, number: int) -> Any:
        """A message's timeline."""
        answer = self.get(f"/api/v1/messages/msg_{number}")
        assert answer.status == 200, str(answer)
        return answer.json

    def full_balance(self) -> dict[str, int]:
        """What is available, reserved, spent and refunded, at one position."""
        answer = self.get("/api/v1/balance")
        assert answer.status == 200, str(answer)
        no_numbers = {"status", "as_of"}
        return {name: value for name, value in answer.json.items() if name not in no_numbers}

    # -- any request ------------------------------------------------------------------------------

    def get(self, path: str) -> Answer:
        """GET with the key as a Bearer token."""
        return self.call("GET", path)

    def post(self, path: str, body: object, *, key: str | None = None) -> Answer:
        """POST JSON with the key as a Bearer token (the one in the body counts where it is)."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.call("POST", path, body=json.dumps(body).encode(), headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request.

        Raises:
            Unanswered: the connection broke, or nothing came in time.
        """
        connection = self._connection()
        try:
            connection.request(
                method,
                path,
                body=body,
                headers={"Authorization": f"Bearer {self.api_key}", **(headers or {})},
            )
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise Unanswered(f"{type(error).__name__}: {error}") from error
        lowered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, lowered, content)

    @property
    def connections(self) -> int:
        """How many were opened, of all threads."""
        return len(self._connections)

    def hang_up(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _open(self) -> http.client.HTTPConnection:
        if self.tls is None:
            return http.client.HTTPConnection(
                self._host, timeout=self._timeout_s, source_address=self._source
            )
        return http.client.HTTPSConnection(
            self._host, timeout=self._timeout_s, source_address=self._source, context=self.tls
        )
