"""The HTTP server of an emulated phone in local-server mode: a password, and nothing else."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from adapters.modems.simulated.served_phone import ServedPhone

USER: Final = "sms"
"""Whom the app calls so unless its owner says otherwise."""
BODY_BYTES_MAX: Final = 64 * 1024
READ_S: Final = 10.0
END_S: Final = 10.0


@contextmanager
def phone_served(
    phone: ServedPhone, *, password: str, host: str = "127.0.0.1", port: int = 0
) -> Iterator[str]:
    """Answer for a phone while the block lasts; give its URL.

    Raises:
        OSError: it cannot listen there.
    """
    expected = "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        timeout = READ_S

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, BODY_BYTES_MAX))
            given = self.headers.get("Authorization") or ""
            if self.path == "/health":
                status, told = phone.health()
            elif hmac.compare_digest(given.encode(), expected.encode()):
                status, told = phone.answer(self.command, self.path, body)
            else:
                status, told = 401, None
            self.close_connection = True
            if not status:
                return
            raw = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Log nothing: an address holds what was asked."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(END_S)
