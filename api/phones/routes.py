"""The paths that the app calls, with its own answers: no envelope, and an error is a message."""

import hmac
from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import UNSET

from api import schemas
from api.http.credentials import bearer
from api.http.refusals import KIBIBYTE
from api.http.wire import Answer, Call, Streamed, answer
from api.phones.inbound import keep
from api.phones.reading import item_as_json, read_object, read_reports
from api.phones.settings import settings_of, webhooks_of
from api.routing.errors import FAULT_FROM, feltech_error, row_of
from api.routing.front import Front
from api.routing.route import Endpoint, Method, Opening, Route
from application.fleet.phones import EnrolPhone
from domain.errors import InvalidKey, NotFound, NotPermitted
from domain.phone import Phone
from domain.phone_report import NOBODY

BASE: Final = "/api/mobile/v1"
BODY_BYTES_MAX: Final = 64 * KIBIBYTE
NOTHING: Final = Answer(204, b"")
CODE_SCHEME: Final = "code"
NO_CODE: Final = (
    "Enrol the phone by a code: ngoma phone enrol prints one, the app takes it under By Code."
)


def phone_error(call: Call, error: Exception) -> Answer:
    """Answer an error as the app's own servers do: ``{"message": …}``."""
    refusal = feltech_error(call, error)
    known = row_of(error).feltech_status
    words = str(error) if known < FAULT_FROM else "The gateway cannot do this now; try again."
    status = 400 if known == 422 else known
    is_ours = status >= FAULT_FROM
    error_id = call.request_id if is_ours else UNSET
    body = schemas.PhoneError(message=words, code=status, request_id=error_id)
    told = answer(body, status=status)
    return told._replace(headers=refusal.headers)


async def _phone(front: Front, call: Call) -> tuple[str, Phone]:
    """Give who calls, by its token.

    Raises:
        InvalidKey: it has none, or is let in no more.
    """
    token = bearer(call)
    if token is None:
        msg = "The phone's token is missing."
        raise InvalidKey(msg)
    return token, await front.with_phone(lambda: front.phones.phone_of(token))


async def register(front: Front, call: Call) -> Answer:
    """Enrol a phone by its code."""
    await front.limit_auth(front.caller(call))
    read_object(call.body)
    scheme, _, code = (call.header(b"authorization") or "").partition(" ")
    if scheme.lower() != CODE_SCHEME or not code.strip():
        raise InvalidKey(NO_CODE)
    system = front.system
    command = EnrolPhone(code.strip(), digests=system.digests, at=system.clock.now())
    enrolled = await front.run(command)
    told = {"id": enrolled.device, "token": enrolled.token, "login": enrolled.name}
    return answer(told, status=201)


async def update(front: Front, call: Call) -> Answer:
    """Take note that the app has started."""
    _, phone = await _phone(front, call)
    if read_object(call.body).get("id") != phone.device:
        msg = "The token is another phone's."
        raise NotPermitted(msg)
    return NOTHING


async def device(front: Front, call: Call) -> Answer:
    """Say where the phone's call came from, and what it is called; also to a stranger."""
    told = schemas.PhoneDevice(externalIp=front.caller(call).address or "")
    if bearer(call) is not None:
        _, phone = await _phone(front, call)
        told.device = schemas.PhoneNamed(id=phone.device, name=phone.name)
    return answer(told)


async def pull(front: Front, call: Call) -> Answer:
    """Give what the phone is to do."""
    token, _ = await _phone(front, call)
    items = await front.with_phone(lambda: front.phones.hand_of(token).pull())
    if any(item.recipient != NOBODY for item in items):
        front.pushes.was_given(token)
    return answer([item_as_json(item) for item in items])


async def events(front: Front, call: Call) -> Streamed:
    """Tell the phone, as long as it listens, when there is something for it to pull."""
    token, _ = await _phone(front, call)
    push = front.pushes.open(token, call.has_hung_up)
    end = partial(front.pushes.close_one, token, push)
    return Streamed(push.words(), end, b"text/event-stream")


async def report(front: Front, call: Call) -> Answer:
    """Take in what the phone says of its messages."""
    token, _ = await _phone(front, call)
    snapshots = read_reports(call.body)
    await front.with_phone(lambda: front.phones.hand_of(token).hear(snapshots))
    return NOTHING


async def webhooks(front: Front, call: Call) -> Answer:
    """Give the calls that the phone is to make."""
    _, phone = await _phone(front, call)
    return answer(webhooks_of(phone, front.system.terms.phones_url))


async def settings(front: Front, call: Call) -> Answer:
    """Give the phone's settings."""
    _, phone = await _phone(front, call)
    return answer(settings_of(front.system.digests.phone_signing_key(phone.device)))


async def no_accounts(front: Front, call: Call) -> Answer:  # noqa: ARG001 - an endpoint's shape
    """Say that phones have no accounts here: an operator draws their codes.

    Raises:
        NotFound: always.
    """
    raise NotFound(NO_CODE)


async def inbound(front: Front, call: Call) -> Answer:
    """Keep a message that came to a SIM of the phone, if the phone signed it."""
    key = front.system.digests.phone_signing_key(call.params["device_id"])
    sent_at = call.header(b"x-timestamp") or ""
    signature = hmac.digest(key.encode(), call.body + sent_at.encode(), "sha256").hex()
    given = (call.header(b"x-signature") or "").lower()
    if not hmac.compare_digest(signature.encode(), given.encode()):
        msg = "The signature is not the phone's."
        raise InvalidKey(msg)
    told = read_object(call.body)
    await front.with_phone(lambda: keep(front.system, call.params["device_id"], told))
    return answer({})


_BOTH: Final[Sequence[tuple[Method, Endpoint, str]]] = (
    ("GET", pull, "What a phone is to send"),
    ("PATCH", report, "What became of it"),
)


def _route(method: Method, path: str, endpoint: Endpoint | Opening, summary: str) -> Route:
    return Route(
        method=method,
        path=path,
        endpoint=endpoint,
        envelope=phone_error,
        summary=summary,
        answers={
            200: (schemas.PhoneDevice,),
            **dict.fromkeys((400, 401, 403, 404, 413, 415, 429, 500, 503), (schemas.PhoneError,)),
        },
        tag="phones",
        access="anyone",
        request=schemas.PhoneBody if method in {"POST", "PATCH"} else None,
        bytes_max=BODY_BYTES_MAX,
        is_documented=False,
        is_safe=endpoint not in {pull, events},
    )


PHONES: Final = (
    _route("POST", f"{BASE}/device", register, "Enrol a phone"),
    _route("PATCH", f"{BASE}/device", update, "Note that a phone's app has started"),
    _route("GET", f"{BASE}/device", device, "Where a phone's call came from"),
    *(
        _route(method, f"{BASE}/{word}", endpoint, summary)
        for word in ("message", "messages")
        for method, endpoint, summary in _BOTH
    ),
    _route("GET", f"{BASE}/events", events, "What a phone is told at once"),
    _route("GET", f"{BASE}/webhooks", webhooks, "The calls that a phone is to make"),
    _route("GET", f"{BASE}/settings", settings, "A phone's settings"),
    _route("GET", f"{BASE}/user/code", no_accounts, "Not here"),
    _route("PATCH", f"{BASE}/user/password", no_accounts, "Not here"),
    _route("POST", "/phones/{device_id}/inbound", inbound, "Keep a message that came to a SIM"),
)
"""The app's paths."""
