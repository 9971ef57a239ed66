"""Cookies of pages, and whether the browser can keep them where it is."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from api.http.wire import Call
from api.routing.front import Front
from domain.addresses import read_address

SESSION: Final = "__Host-ngoma"
"""Holds a session's token."""
VISITOR: Final = "__Host-ngoma-form"
"""Tells whoever has no session yet from others, so that forms have a token all the same."""
ONCE: Final = "__Host-ngoma-once"
"""Holds what the next page shows this one time, between the answer to a form and that page."""
ONCE_S: Final = 120
VISITOR_BYTES: Final = 18
CSRF_TOKEN: Final = "csrf_token"  # noqa: S105 - the name of a field

_ATTRIBUTES: Final = "; Path=/; Secure; HttpOnly; SameSite=Lax"


def read_cookies(call: Call) -> Mapping[str, str]:
    """Give the cookies of a request; of two with one name the first counts."""
    found: dict[str, str] = {}
    for part in (call.header(b"cookie") or "").split(";"):
        name, is_pair, value = part.strip().partition("=")
        if is_pair:
            found.setdefault(name, value)
    return found


def keep(name: str, value: str, *, age_s: int | None = None) -> str:
    """Write a cookie that scripts and other sites do not see."""
    until = "" if age_s is None else f"; Max-Age={age_s}"
    return f"{name}={value}{_ATTRIBUTES}{until}"


def forget(name: str) -> str:
    """Write that a cookie is over."""
    return keep(name, "", age_s=0)


def write_once(values: Mapping[str, Any]) -> str:
    """Write what the next page shows as the value of a cookie."""
    return urlsafe_b64encode(orjson.dumps(dict(values))).decode()


def read_once(written: str) -> Mapping[str, Any]:
    """Read that again; nothing where it is not ours."""
    try:
        values = orjson.loads(urlsafe_b64decode(written))
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def form_token(cookie: str) -> str:
    """Give the token of forms that belongs to a cookie, which no other site can read."""
    return urlsafe_b64encode(hmac.digest(cookie.encode(), b"a form", "sha256")).decode()


def keeps_cookies(front: Front, call: Call) -> bool:
    """Whether a browser keeps ``__Host-`` cookies here: over TLS, and on the machine itself."""
    host = urlsplit(f"//{call.header(b'host') or ''}")
    public = urlsplit(front.system.terms.public_url)
    if public.scheme == "https" and host.netloc == public.netloc:
        return True  # a proxy that ends TLS, and says nothing of it
    return front.is_https(call) or is_loopback(host.hostname or "")


def is_loopback(name: str) -> bool:
    """Whether a host's name means the machine that the browser runs on."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return read_address(name).is_loopback
    except ValueError:
        return False
