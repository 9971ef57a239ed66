"""Every route with who may ask it, and how it is asked; tests that walk the API read this."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Final

import httpx

from api.app import with_reference
from api.routes import ROUTES
from api.routing.route import Route
from application.accounts import MoveCredits
from application.books.actors import Actor
from domain.message import Message, message_id
from domain.period import PeriodState
from domain.public_ids import feltech_id, wilcybertek_id
from domain.roles import Duty
from domain.values import Credits
from tests.api.classing import Class, Kind, Tenant
from tests.api.conftest import Gateway, new_account
from tests.api.money.asking import a_top_up_of
from tests.api.staff import receipts
from tests.api.staff.days import NAMED, stand
from tests.api.uploading import UPLOADS
from tests.support.hooks import set_webhook
from tests.support.incoming import receive
from tests.support.keywords import set_keyword
from tests.support.staff import give_second_factor

THEIR_NUMBER: Final = "260977654321"
THEIR_TEXT: Final = "zebra crossing at noon"
THEIR_NAME: Final = "ZEBRACO"


def messages_of(tenant: Tenant) -> list[str]:
    return list(tenant.messages)


def a_new_key_of(tenant: Tenant) -> list[str]:
    """Make a key that may be ended; give its id."""
    made = tenant.gateway.post("/api/v1/keys", {"name": "spare"})
    assert made.status_code == 201, made.text
    return [made.json()["api_key"][:8]]


def number_of(tenant: Tenant) -> list[str]:
    return [str(tenant.gateway.account)]


def number_with_a_second_factor(tenant: Tenant) -> list[str]:
    give_second_factor(tenant.gateway.system, tenant.gateway.account)
    return number_of(tenant)


def a_new_entry(tenant: Tenant) -> list[str]:
    """Prepare more credits than one may move alone; give the entry's number."""
    moved = tenant.gateway.system.committer.execute(
        MoveCredits(
            tenant.gateway.account,
            Credits(5),
            is_grant=True,
            alone_max=1,
            actor=Actor("os:test@host"),
            reason="r",
            at=tenant.gateway.system.clock.now(),
        )
    )
    assert moved.entry is not None
    return [str(moved.entry)]


def a_new_sender_id(tenant: Tenant) -> list[str]:
    """Ask for a sender ID; give its number."""
    name = f"S{next(_names)}"
    asked = tenant.gateway.post("/api/sender-ids", {"name": name, "use_case": "receipts"})
    return [str(asked.json()["id"])]


def a_new_top_up(tenant: Tenant) -> list[str]:
    """Ask for a top-up; give its id."""
    return [a_top_up_of(tenant.gateway)]


def batch_of(tenant: Tenant) -> list[str]:
    return [tenant.batch, tenant.batch.removeprefix("batch_")]


def a_new_keyword(tenant: Tenant) -> list[str]:
    """Have a word answered for its account, whatever its keys may do; give the word."""
    word = f"word{next(_names)}"
    set_keyword(tenant.gateway.system, tenant.gateway.account, word, THEIR_TEXT)
    return [word]


def a_conversation(tenant: Tenant) -> list[str]:
    """Have something come in for its account from a number of its own; give the number."""
    number = f"+26095{next(_names):07}"  # nobody else here has one of Zamtel's
    account = tenant.gateway.account
    receive(tenant.gateway.system, number, "When?", account=account, sim=account)
    return [number, number[1:]]


def a_webhook(tenant: Tenant) -> None:
    """Give its account a webhook, whatever its keys may do."""
    set_webhook(tenant.gateway.system, tenant.gateway.account, "https://localhost:1/")


def day(state: PeriodState) -> Callable[[Tenant], None]:
    """Let a day stand so."""
    return lambda tenant: stand(tenant.gateway.system, state)


_names = count(1)

TOP_UP: Final = {"msisdn": "0961234567", "amount_ngwee": 5_000}
SEND: Final = {"to": "260977000000", "message": "Hello"}
UNKNOWN_MESSAGES: Final = ("msg_999999", "MSG-1766000000-00ZZ", "MSG-1766000000-LFLR", "msg_0")
WHY: Final = {"reason": "because"}
PROOF: Final = {"password": "x" * 12}
STAFF: Final = "/api/v1/staff"
PHONES: Final = "/api/mobile/v1"
ONE_BATCH: Final = Class(
    Kind.NAMES, names=batch_of, unknown=("batch_999999", "999999", "batch_0", "x")
)
ONE_MESSAGE: Final = Class(Kind.NAMES, names=messages_of, unknown=UNKNOWN_MESSAGES)

WEBHOOK: Final[Mapping[tuple[str, str], Class]] = {
    ("GET", "/api/v1/webhook"): Class(Kind.READS, before=a_webhook),
    ("PUT", "/api/v1/webhook"): Class(Kind.READS, body={"url": "https://localhost:1/"}),
    ("DELETE", "/api/v1/webhook"): Class(Kind.READS, before=a_webhook),
    ("POST", "/api/v1/webhook/test"): Class(Kind.READS, before=a_webhook),
    ("POST", "/api/v1/webhook/rotate"): Class(Kind.READS, before=a_webhook),
    ("POST", "/api/v1/webhook/replay"): Class(Kind.READS, body={"after": 0}, before=a_webhook),
    ("GET", "/api/v1/webhook/attempts"): Class(Kind.READS),
}
KEYWORDS: Final[Mapping[tuple[str, str], Class]] = {
    ("GET", "/api/v1/keywords"): Class(Kind.READS),
    ("PUT", "/api/v1/keywords/{word}"): Class(
        Kind.READS, body={"answer": "Call us."}, names=lambda _: ["help"]
    ),
    ("DELETE", "/api/v1/keywords/{word}"): Class(
        Kind.NAMES, names=a_new_keyword, unknown=("nobody", "x", "9")
    ),
}
CLASSES: Final[Mapping[tuple[str, str], Class]] = {
    ("POST", "/api"): Class(Kind.SENDS, body=SEND, key_in_body=True),
    ("POST", "/api/bulk"): Class(
        Kind.SENDS, body={"recipients": ["0977000000"], "message": "Hello"}, key_in_body=True
    ),
    ("GET", "/api/balance"): Class(Kind.READS, key_in_body=True),
    ("GET", "/api/logs"): Class(Kind.READS, key_in_body=True),
    ("POST", "/api/v1/sms/send"): Class(Kind.SENDS, body=SEND),
    ("POST", "/api/v1/sms/send-bulk"): Class(Kind.SENDS, body={**SEND, "to": ["0977000000"]}),
    ("GET", "/api/v1/sms/status/{message_id}"): ONE_MESSAGE,
    ("GET", "/api/sms/logs"): Class(Kind.READS),
    ("POST", "/api/sender-ids"): Class(Kind.READS, body={"name": "MINE", "use_case": "receipts"}),
    ("GET", "/api/sender-ids"): Class(Kind.READS),
    ("POST", "/api/v1/sms/preview"): Class(Kind.READS, body=SEND),
    ("GET", "/api/v1/balance"): Class(Kind.READS),
    ("GET", "/api/v1/statement"): Class(Kind.READS),
    ("GET", "/api/v1/messages/{message_id}"): ONE_MESSAGE,
    ("POST", "/api/v1/messages/{message_id}/cancel"): Class(
        Kind.NAMES, body={}, names=messages_of, unknown=UNKNOWN_MESSAGES
    ),
    ("GET", "/api/v1/batches/{batch_id}"): ONE_BATCH,
    ("POST", "/api/v1/batches/{batch_id}/cancel"): replace(ONE_BATCH, body={}),
    **UPLOADS,
    ("POST", "/api/v1/auth/register"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/login"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/reset"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/reset/confirm"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/logout"): Class(Kind.SESSION),
    ("POST", "/api/v1/auth/password"): Class(
        Kind.SESSION, body={"current_password": "x" * 12, "new_password": "y" * 12}
    ),
    ("POST", "/api/v1/auth/second-factor"): Class(Kind.SESSION, body=PROOF),
    ("POST", "/api/v1/auth/second-factor/codes"): Class(Kind.SESSION, body=PROOF),
    ("POST", "/api/v1/auth/second-factor/remove"): Class(Kind.SESSION, body=PROOF),
    ("POST", "/api/v1/auth/second-factor/confirm"): Class(Kind.SESSION, body={"code": "000000"}),
    ("GET", "/api/v1/account"): Class(Kind.READS),
    ("PUT", "/api/v1/account"): Class(Kind.READS, body={"default_sender_id": None}),
    ("GET", "/api/v1/keys"): Class(Kind.READS),
    ("POST", "/api/v1/keys"): Class(Kind.READS, body={"name": "another"}),
    ("POST", "/api/v1/keys/{key_id}/regenerate"): Class(
        Kind.NAMES, names=a_new_key_of, unknown=("ZZZZZZZZ", "00000000", "x", "A" * 32)
    ),
    ("DELETE", "/api/v1/keys/{key_id}"): Class(
        Kind.NAMES, names=a_new_key_of, unknown=("ZZZZZZZZ", "00000000", "x", "A" * 32)
    ),
    ("GET", "/api/v1/prices"): Class(Kind.READS),
    ("GET", "/api/v1/inbound"): Class(Kind.READS),
    ("GET", "/api/v1/suppressions"): Class(Kind.READS),
    ("GET", "/api/v1/threads"): Class(Kind.READS),
    ("GET", "/api/v1/threads/{msisdn}"): Class(
        Kind.NAMES, names=a_conversation, unknown=("260966999999", "0966999999")
    ),
    **KEYWORDS,
    ("GET", "/api/v1/events"): Class(Kind.READS),
    **WEBHOOK,
    ("POST", "/api/v1/topups"): Class(Kind.READS, body=TOP_UP),
    ("GET", "/api/v1/topups"): Class(Kind.READS),
    ("GET", "/api/v1/topups/{topup_id}"): Class(
        Kind.NAMES, names=a_new_top_up, unknown=("top_999999", "999999", "top_0", "x")
    ),
    ("POST", "/callbacks/{provider}/{token}"): Class(Kind.OPEN, body={}),
    ("PUT", "/callbacks/{provider}/{token}"): Class(Kind.OPEN, body={}),
    ("POST", f"{PHONES}/device"): Class(Kind.PHONE, body={}),
    ("PATCH", f"{PHONES}/device"): Class(Kind.PHONE, body={}),
    ("GET", f"{PHONES}/device"): Class(Kind.OPEN),
    ("GET", f"{PHONES}/message"): Class(Kind.PHONE),
    ("PATCH", f"{PHONES}/message"): Class(Kind.PHONE, body={}),
    ("GET", f"{PHONES}/messages"): Class(Kind.PHONE),
    ("PATCH", f"{PHONES}/messages"): Class(Kind.PHONE, body={}),
    ("GET", f"{PHONES}/events"): Class(Kind.PHONE),
    ("GET", f"{PHONES}/webhooks"): Class(Kind.PHONE),
    ("GET", f"{PHONES}/settings"): Class(Kind.PHONE),
    ("GET", f"{PHONES}/user/code"): Class(Kind.OPEN),
    ("PATCH", f"{PHONES}/user/password"): Class(Kind.OPEN, body={}),
    ("POST", "/phones/{device_id}/inbound"): Class(
        Kind.PHONE, body={}, names=lambda _: ["phone-1"]
    ),
    ("GET", f"{STAFF}/accounts"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/accounts/{{number}}"): Class(Kind.STAFF, names=number_of, duty=Duty.LOOK),
    ("GET", f"{STAFF}/accounts/{{number}}/statement"): Class(
        Kind.STAFF, names=number_of, duty=Duty.LOOK
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/suspend"): Class(
        Kind.STAFF, body=WHY, names=number_of, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/reinstate"): Class(
        Kind.STAFF, body=WHY, names=number_of, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/limits"): Class(
        Kind.STAFF, body={**WHY, "single": 5}, names=number_of, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/credits"): Class(
        Kind.STAFF,
        body={**WHY, "credits": 1, "kind": "grant"},
        names=number_of,
        duty=Duty.MOVE_CREDITS,
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/roles"): Class(
        Kind.STAFF,
        body={**WHY, "role": "auditor", "change": "grant"},
        names=number_of,
        duty=Duty.GRANT_ROLES,
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/second-factor/reset"): Class(
        Kind.STAFF, body=WHY, names=number_with_a_second_factor, duty=Duty.GRANT_ROLES
    ),
    ("GET", f"{STAFF}/approvals"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/approvals/{{number}}"): Class(Kind.STAFF, names=a_new_entry, duty=Duty.LOOK),
    ("POST", f"{STAFF}/approvals/{{number}}/approve"): Class(
        Kind.STAFF, body=WHY, names=a_new_entry, duty=Duty.APPROVE_CREDITS
    ),
    ("POST", f"{STAFF}/approvals/{{number}}/reject"): Class(
        Kind.STAFF, body=WHY, names=a_new_entry, duty=Duty.APPROVE_CREDITS
    ),
    ("POST", f"{STAFF}/approvals/{{number}}/withdraw"): Class(
        Kind.STAFF, body=WHY, names=a_new_entry
    ),
    ("GET", f"{STAFF}/looks"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/finance/sheet"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/finance/periods"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/finance/ageing"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/finance/export"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("POST", f"{STAFF}/finance/sign"): Class(
        Kind.STAFF, body=NAMED, duty=Duty.RECONCILE, before=day(PeriodState.OPEN)
    ),
    ("POST", f"{STAFF}/finance/lock"): Class(
        Kind.STAFF, body=NAMED, duty=Duty.CLOSE_DAYS, before=day(PeriodState.SIGNED_OFF)
    ),
    ("POST", f"{STAFF}/finance/reopen"): Class(
        Kind.STAFF, body={**NAMED, **WHY}, duty=Duty.CLOSE_DAYS, before=day(PeriodState.PREPARED)
    ),
    ("GET", f"{STAFF}/finance/exceptions"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/finance/receipt"): Class(
        Kind.STAFF, query=receipts.a_receipt, duty=Duty.LOOK
    ),
    ("GET", f"{STAFF}/finance/callback"): Class(
        Kind.STAFF, query=receipts.a_callback, duty=Duty.LOOK
    ),
    ("POST", f"{STAFF}/finance/statements"): Class(
        Kind.STAFF, body={"provider": "mtn"}, file=receipts.STATEMENT, duty=Duty.RECONCILE
    ),
    ("POST", f"{STAFF}/finance/match"): Class(
        Kind.STAFF, body={"wallet": "none"}, duty=Duty.RECONCILE
    ),
    ("POST", f"{STAFF}/finance/assign"): Class(
        Kind.STAFF, makes=receipts.an_assignment, duty=Duty.MOVE_CREDITS
    ),
    ("POST", f"{STAFF}/finance/write-off"): Class(
        Kind.STAFF, makes=receipts.a_write_off, duty=Duty.MOVE_CREDITS
    ),
    ("POST", f"{STAFF}/finance/match-line"): Class(
        Kind.STAFF, makes=receipts.a_match, duty=Duty.MOVE_CREDITS
    ),
    ("POST", f"{STAFF}/finance/unmatch"): Class(
        Kind.STAFF, makes=receipts.a_match_in_force, duty=Duty.MOVE_CREDITS
    ),
    ("POST", f"{STAFF}/finance/note"): Class(
        Kind.STAFF, makes=receipts.a_note, duty=Duty.RECONCILE
    ),
    ("POST", f"{STAFF}/finance/paid-out"): Class(
        Kind.STAFF, makes=receipts.a_refund_owed, duty=Duty.MOVE_CREDITS
    ),
    ("GET", f"{STAFF}/sender-ids"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("POST", f"{STAFF}/sender-ids/{{number}}/approve"): Class(
        Kind.STAFF, body=WHY, names=a_new_sender_id, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/sender-ids/{{number}}/reject"): Class(
        Kind.STAFF, body=WHY, names=a_new_sender_id, duty=Duty.RUN_ACCOUNTS
    ),
    ("GET", "/healthz"): Class(Kind.OPEN),
    ("GET", "/readyz"): Class(Kind.OPEN),
    ("GET", "/openapi.json"): Class(Kind.OPEN),
}

ALL: Final[Mapping[tuple[str, str], Route]] = {
    (route.method, route.path): route for route in with_reference(ROUTES)
}


def classed(*kinds: Kind) -> list[tuple[str, str]]:
    return [key for key, found in CLASSES.items() if found.kind in kinds]


WITH_KEY: Final = classed(Kind.SENDS, Kind.READS, Kind.NAMES)
NAMING: Final = classed(Kind.NAMES)
PEOPLE: Final = classed(Kind.SESSION, Kind.STAFF)
THINGS: Final = classed(Kind.PHONE)


def ours_and_theirs(gateway: Gateway) -> tuple[Tenant, Tenant]:
    account, key = new_account(gateway.system, credits=1_000)
    them = replace(gateway, account=account, key=key)
    them.post("/api/sender-ids", {"name": THEIR_NAME, "use_case": THEIR_TEXT})
    return tenant(gateway, "260977000001", "our text"), tenant(them, THEIR_NUMBER, THEIR_TEXT)


def tenant(gateway: Gateway, to: str, text: str) -> Tenant:
    sent = gateway.post("/api/v1/sms/send", {"to": to, "message": text})
    number = int(sent.json()["message_id"].removeprefix("msg_"))
    message = gateway.system.reader.find(Message, message_id(number))
    assert message is not None
    forms = (feltech_id(number), wilcybertek_id(number, message.opened_at))
    bulk = gateway.post("/api/v1/sms/send-bulk", {"to": [to], "message": text})
    return Tenant(gateway, forms, bulk.json()["batch_id"])


def ask(
    tenant: Tenant, key: tuple[str, str], *, secret: str | None, name: str | None = None
) -> httpx.Response:
    """Ask a route with a key (or none); ``name`` stands for its path's parameter."""
    route: Route = ALL[key]
    found = CLASSES[key]
    if found.before is not None:
        found.before(tenant)
    if name is None:
        name = found.names(tenant)[0] if found.names else ""
    path = route.path.split("{", maxsplit=1)[0]
    path += name + route.path.rpartition("}")[2] if "{" in route.path else ""
    made = found.body if found.makes is None else found.makes(tenant.gateway)
    body = dict(made) if made is not None else None
    headers: dict[str, str] = {}
    params = dict(found.query(tenant.gateway)) if found.query is not None else {}
    if secret is not None and not found.key_in_body:
        headers["Authorization"] = f"Bearer {secret}"
    elif secret is not None and body is not None:
        body["api_key"] = secret
    elif secret is not None:
        params["api_key"] = secret
    if found.file is not None:
        return tenant.gateway.http.request(
            route.method, path, data=body, files={"file": found.file}, headers=headers
        )
    return tenant.gateway.http.request(
        route.method, path, json=body, headers=headers, params=params
    )
