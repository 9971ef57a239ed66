"""Where a request has its API key or its session's token; the dialects say which place counts."""

from collections.abc import Mapping

from api.http.wire import Call
from application.accounts.logins import TOKEN_PREFIX


def body_key(fields: Mapping[str, object]) -> str | None:
    """Give the key in the field ``api_key`` of a body or a query; None when it is empty.

    White space around it does not count, as in a header.
    """
    key = fields.get("api_key")
    return None if key is None else str(key).strip() or None


def header_key(call: Call) -> str | None:
    """Give the key in ``Authorization: Bearer`` or ``X-API-Key``; None when there is none."""
    return bearer(call) or call.header(b"x-api-key") or None


def bearer(call: Call) -> str | None:
    """Give what ``Authorization: Bearer`` holds, a key or a token; None when it is not there."""
    authorization = call.headers.get(b"authorization")
    if authorization is not None:
        scheme, _, credential = authorization.decode("latin-1").strip().partition(" ")
        if scheme.lower() == "bearer" and credential.strip():
            return credential.strip()
    return None


def session_token(call: Call) -> str:
    """Give the session's token of a request, which counts nowhere else; "" when there is none."""
    found = bearer(call)
    return found if found is not None and found.startswith(TOKEN_PREFIX) else ""
