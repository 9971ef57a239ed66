"""What is refused before any route is known: in JSON, with what both dialects show."""

import json
from typing import Final


def _answer(status: str, code: str, message: str) -> bytes:
    body = json.dumps({"status": "error", "code": code, "message": message}).encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n"
        f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


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


FAULT: Final = _answer(
    "500 Internal Server Error", "INTERNAL_ERROR", "An unexpected error occurred."
)
"""For a request whose application ended without an answer: a fault of ours."""
