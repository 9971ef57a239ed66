"""A request's headers as one mapping: lists in their order, anything else once (RFC 9110, 5.3)."""

from collections.abc import Mapping
from typing import Final

from api.http.refusals import BadRequest
from api.http.wire import Scope

SINGLE: Final = frozenset(
    {
        *(b"authorization", b"proxy-authorization", b"x-api-key", b"idempotency-key"),
        *(b"content-type", b"content-length", b"content-range", b"content-location"),
        *(b"date", b"from", b"host", b"if-modified-since", b"if-range", b"if-unmodified-since"),
        *(b"last-modified", b"max-forwards", b"origin", b"range", b"referer", b"user-agent"),
    }
)
"""Headers that are no lists: which of two values counts would be a guess."""
HOSTLESS: Final = frozenset({"0.9", "1.0"})
"""Versions of HTTP in which a request may come without Host."""


def read_headers(scope: Scope) -> Mapping[bytes, bytes]:
    """Give the headers by their names in lower case.

    Raises:
        BadRequest: there is not exactly one Host, or two values of what can have one only.
    """
    listed: list[tuple[bytes, bytes]] = scope["headers"]
    headers = dict(listed)
    if len(headers) != len(listed):
        headers = _joined(listed)
    if b"host" not in headers and scope["http_version"] not in HOSTLESS:
        msg = "An HTTP/1.1 request needs a Host header."
        raise BadRequest(msg)
    return headers


def _joined(listed: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, value in listed:
        if name not in headers:
            headers[name] = value
        elif name not in SINGLE:
            headers[name] += (b"; " if name == b"cookie" else b", ") + value
        elif value != headers[name] or name == b"host":
            msg = f"The header {name.decode('ascii').title()} may be there only once."
            raise BadRequest(msg)
    return headers
