"""A gateway's side of callbacks: takes whatever is posted to it, and answers 200."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from application.ports import ReceivedCallback


@dataclass
class CallbackInbox:
    """What has arrived, oldest first."""

    url: str
    received: list[ReceivedCallback] = field(default_factory=list)

    def take(self) -> list[ReceivedCallback]:
        """Give what has arrived since the last time."""
        taken, self.received[:] = list(self.received), []
        return taken


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    inbox: CallbackInbox

    def do_POST(self) -> None:
        self.inbox.received.append(
            ReceivedCallback(
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("content-length", 0))),
            )
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST  # noqa: N815 - http.server's names

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def callback_inbox() -> Iterator[CallbackInbox]:
    """Listen for callbacks while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), None)  # type: ignore[arg-type]
    inbox = CallbackInbox(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"inbox": inbox})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
