"""The ``Idempotency-Key`` of a request, and the header of an answer that was given before."""

from typing import Final

from api.http.wire import Call, Headers
from domain.idempotency import check_idempotency_key

REPLAYED: Final[Headers] = ((b"idempotent-replayed", b"true"),)


def read_idempotency_key(call: Call) -> str | None:
    """Give the key, with or without quotes; None when there is none.

    Raises:
        InvalidRequest: it cannot be used.
    """
    written = call.header(b"idempotency-key")
    if written is None:
        return None
    key = written[1:-1] if len(written) > 1 and written[0] == written[-1] == '"' else written
    return check_idempotency_key(key)
