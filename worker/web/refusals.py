"""What is refused before any route is known: in JSON, with what both dialects show."""

import json
from typing import Final


def _answer(status: str, code: str, message: str, request_id: str | None = None) -> bytes:
    content = {"status": "error", "code": code, "message": message}
    named = ""
    if request_id is not None:
        content["request_id"] = request_id
        named = f"x-request-id: {request_id}\r\n"
    body = json.dumps(content).encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n"
        f"{named}connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


PLAIN_HTTP: Final = _answer(
    "400 Bad Request", "BAD_REQUEST", "This address speaks https: begin it with https://."
)
"""What a client that speaks no TLS can read."""


class WireRefusal(Exception):
    """The connection's bytes are no request that could be answered; it ends after ``answer``."""

    why: str
    """For the metric of connections that were ended."""
    answer: bytes


class Unreadable(WireRefusal):
    """They are not HTTP/1.1, or not in a form that has one meaning only."""

    why = "unreadable"
    answer = _answer("400 Bad Request", "BAD_REQUEST", "This is no HTTP request that can be read.")


class HeadTooLarge(WireRefusal):
    """The request line and the headers are too long, or too many."""

    why = "head_too_large"
    answer = _answer(
        "431 Request Header Fields Too Large",
        "HEAD_TOO_LARGE",
        "The request's headers are larger than 64 KiB, or more than 100 lines.",
    )


def fault(request_id: str | None) -> bytes:
    """Give the answer to a request whose application ended without one: a fault of ours."""
    return _answer(
        "500 Internal Server Error", "INTERNAL_ERROR", "An unexpected error occurred.", request_id
    )
