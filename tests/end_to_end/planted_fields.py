"""Every field of every route and command, and what may become of what is typed into it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.end_to_end.planting import Markers

Plant = Callable[[Markers, str], Any]


def text(markers: Markers, field: str) -> str:
    """Free text, kept as a content."""
    return f"{markers.word(field)} and some more"


def name(markers: Markers, field: str) -> str:
    """A short name, kept as a content."""
    return markers.word(field)


def number(markers: Markers, field: str) -> str:
    """A mobile number, kept as a content."""
    return f"0{markers.number(field)}"


def email(markers: Markers, field: str) -> str:
    """An address, kept as a content."""
    return markers.email(field)


def secret(markers: Markers, field: str) -> str:
    """A secret, kept as a hash at most."""
    return markers.word(field)


def closed(markers: Markers, field: str) -> str:
    """A word of a closed set, a number, an id: what is none of them is refused."""
    return markers.word(field)


def hook(markers: Markers, field: str) -> str:
    """An address of the account's, kept sealed."""
    return f"https://localhost:1/{markers.word(field)}"


def entries(markers: Markers, field: str) -> list[Any]:
    """Messages with a number, a text and a name, kept as contents."""
    made = {"to": number, "message": text, "client_reference": name}
    return [{inner: plant(markers, f"{field}.{inner}") for inner, plant in made.items()}]


def right(value: Any) -> Plant:
    """A number or a word of a closed set that is taken; markers in its place are refused."""
    return lambda _markers, _field: value


FIELDS: Final[Mapping[str, Plant]] = {
    "account": right(2),
    "account_id": right(2),
    "bulk": right(9),
    "change": right("grant"),
    "credits": right(3),
    "daily_credits": right(900),
    "default_sender_id": name,
    "quiet_hours": right({"from": "03:00", "to": "03:01"}),
    "quiet_all": right(True),
    "low_balance_credits": right(7),
    "kind": right("grant"),
    "read": right(90),
    "role": right("auditor"),
    "scopes": right(["read"]),
    "mode": right("live"),
    "single": right(60),
    "sources": right(["192.0.2.0/24"]),
    "lane": right("normal"),
    "validity_minutes": right(60),
    "send_at": right("2026-01-01T08:00:00+02:00"),
    "client_reference": name,
    "category": right("promotional"),
    "messages": entries,
    "api_key": secret,
    "to": number,
    "recipients": number,
    "message": text,
    "sender_id": name,
    "name": name,
    "use_case": text,
    "email": email,
    "password": secret,
    "current_password": secret,
    "new_password": secret,
    "token": secret,
    "code": secret,
    "reason": text,
    "msisdn": number,
    "amount_ngwee": right(5_000),
    "pack": closed,
    "network": closed,
    "date": right("2026-02-01"),
    "prepare": right(True),
    "into_open": right(True),
    "receipt": closed,
    "receipts": closed,
    "line": closed,
    "part": right(1),
    "what": closed,
    "owner": right(2),
    "note": text,
    "done": right(True),
    "dry_run": right(True),
    "provider": closed,
    "file": text,
    "template": closed,
    "date_format": closed,
    "wallet": closed,
    "topup_id": closed,
    "column": name,
    "url": hook,
    "answer": text,
    "events": right([]),
    "after": right(0),
}
"""Fields of bodies, in any route."""
QUERY: Final[Mapping[str, Plant]] = {
    "api_key": secret,
    "page": closed,
    "limit": closed,
    "status": closed,
    "before": closed,
    "search": text,
    "after": closed,
    "from": closed,
    "to": closed,
    "format": closed,
    "account_id": closed,
    "state": closed,
    "date": closed,
    "provider": closed,
    "wallet": closed,
    "kind": closed,
    "mode": closed,
    "as_of": closed,
    "receipt": closed,
    "callback": closed,
    "wait": closed,
}
PATH: Final[Mapping[str, Plant]] = {
    **dict.fromkeys(
        ("message_id", "batch_id", "number", "key_id", "topup_id", "provider", "upload_id"), closed
    ),
    "device_id": closed,
    "token": secret,
    "word": name,
    "msisdn": closed,
}
HEADERS: Final = (
    *("Idempotency-Key", "User-Agent", "Referer", "Cookie", "Origin", "Accept-Language"),
    *("X-Forwarded-For", "X-API-Key", "Traceparent"),
)
"""Headers that nobody writes down. ``X-Request-Id`` is there to be logged."""
KEPT: Final = {
    "to",
    "recipients",
    "message",
    "name",
    "use_case",
    "sender_id",
    "client_reference",
    "answer",
}
"""Fields of which at least one marker must be found in the contents: the planting works."""

PARAMETERS: Final[Mapping[str, str]] = {
    "name": "kept as a content, or the public id of a key",
    "email": "kept as a content",
    "sender_id": "kept as a content",
    "sender_ids": "kept as a content",
    "reason": "kept as a content",
    "code": "a secret",
    "answer": "kept as a content",
    "word": "kept as a content",
    "url": "of a gateway, or of a webhook, where it is kept sealed",
    "forward": "of this machine",
    "api_key": "a secret",
    "slots": "of a closed set; what is none is refused",
    "sources": "addresses and networks; what is neither is refused",
    "ref": "an id",
    "number": "used for a search, never kept",
    "host": "of this machine",
    "listen": "of this machine",
    "password_file": "of this machine",
    "file": "of this machine",
    "database_url": "of this machine",
    "socket": "of this machine",
    "device": "of this machine",
    "devices": "of this machine",
    "link": "of this machine",
    "network_log": "of this machine",
    "faults": "a small language",
    "imsi": "of an emulated SIM, which is none of the gateway's",
    "pin": "a secret",
    "payment": "an id",
    "scenario": "a closed set",
    "callback_url": "of a simulated provider, which is none of the gateway's",
    "provider": "a name of the settings; what is no name is refused",
    "wallet": "a name of the settings; what is no name is refused",
    "template": "a name of a closed set, or a file of this machine",
    "hours": "two times of day; what is none is refused",
    "period": "a day or a month; what is none is refused",
    "first": "a day; what is none is refused",
    "last": "a day; what is none is refused",
    "before": "an id",
    "after": "compared with names, and kept nowhere",
    "note": "kept as a content",
    "out": "of this machine",
    "truth": "of this machine",
    "names": "a closed set",
    "key": "hexadecimal digits; what is none is refused",
    "files": "of this machine",
    "next_key": "of this machine",
    "what": "a position or an id",
    "since": "a day or a time; what is neither is refused",
    "until": "a day or a time; what is neither is refused",
    "aggregate": "an id",
    "as_of": "a position, a day or a time; what is none is refused",
    "topics": "a closed set",
    "single": "a number or a word",
    "bulk": "a number or a word",
    "read": "a number or a word",
    "daily_credits": "a number or a word",
    "top_up": "an id",
    "receipt": "names of the settings, and a provider's id",
    "receipts": "names of the settings, and a provider's id",
    "line": "names of the settings, and a provider's id",
    "subject": "an id, or names of the settings and a provider's id",
    "state": "a closed set",
    "msisdn": "kept as a content",
    "amount": "kwacha",
    "pack": "the name of one that is published",
    "per_credit": "kwacha",
    "packs": "names that staff publish, credits and kwacha",
    "version": "the name of one that is published",
}
"""Options and arguments of the command line that take any text, and what becomes of it."""

CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "account create": (
        "{word} --email {email} --credits 9 --sender-id {word}",
        "{word} --email {word}",
    ),
    "account low-balance": ("1 --below {word}", "1 --below 7"),
    "account quiet-hours": ("1 --hours {word}", "1 --all"),
    "account limits": ("1 --single {word} --reason {word}", "1 --read 50 --reason {word}"),
    "account suspend": ("1 --reason {word}",),
    "account reinstate": ("1 --reason {word}",),
    "key issue": ("1 --name {word}", "1 --name {word} --source {word}"),
    "key regenerate": ("{word}",),
    "key revoke": ("{word}",),
    "wallet grant": ("1 3 --reason {word}",),
    "wallet adjust": ("1 -3 --reason {word}", "1 -999999 --reason {word}"),
    "wallet statement": ("1 --from {word}", "1 --to {word}"),
    "events list": ("--topic {word}", "--from {word}", "--to {word}"),
    "audit journal": ("--dialect plain --period {word} --out /nowhere/{word}",),
    "audit manual": ("--from {word}", "--to {word}"),
    "audit replay": ("--as-of {word}",),
    "audit frozen": ("--date 2026-02-01 --provider {word}", "--date {word} --provider mtn"),
    "audit trial-balance": ("--as-of {word}", "--since {word}", "--out /nowhere/{word}.csv"),
    "audit ledger": ("{word}", "--as-of {word}", "--since {word}", "--out /nowhere/{word}.csv"),
    "pay log": ("{word}",),
    "pay poll": ("{word}",),
    "prices publish": ("--per-credit {word} --reason {word}", "--per-credit 1 --reason {word}"),
    "prices withdraw": ("{word} --reason {word}",),
    "topup request": ("1 --msisdn 0{number} --pack {word}", "1 --msisdn {word} --amount {word}"),
    "topup show": ("{word}",),
    "topup explain": ("{word}",),
    "topup list": ("--state {word}",),
    **dict.fromkeys(
        ("topup refund", "topup approve-refund", "topup reject-refund", "topup reverse"),
        ("{word} --reason {word}", "top_1 --reason {word}"),
    ),
    "finance import": (
        "/nowhere/{word} --provider mtn --wallet main",
        "/dev/null --provider {word} --wallet {word}",
        "/dev/null --provider mtn --wallet main --template {word}",
    ),
    "finance templates": ("/nowhere/{word}", "/dev/null"),
    "finance sheet": ("--date {word}", "--date 2026-02-01 --provider {word} --wallet {word}"),
    "finance sign": (
        "--date 2026-02-01 --provider {word} --wallet {word} --note {word}",
        "--date 2026-02-01 --provider mtn --note {word}",
        "--date {word} --provider mtn",
    ),
    "finance lock": ("--date 2026-02-01 --provider {word}", "--date {word} --provider mtn"),
    "finance reopen": (
        "--date 2026-02-01 --provider mtn --reason {word}",
        "--date {word} --provider {word} --reason {word}",
    ),
    "finance periods": ("--provider {word} --wallet {word} --after {word}",),
    "finance ageing": ("--as-of {word}", "--provider {word} --wallet {word}"),
    "finance export": (
        "--kind open --out /nowhere/{word}.csv --from {word}",
        "--kind {word} --out /dev/null",
    ),
    "finance match": ("--provider {word} --wallet {word}",),
    "finance exceptions": ("--as-of {word}",),
    "finance note": ("{word} --note {word}", "top_1 --note {word}"),
    "finance show": ("{word}", "mtn/main/{word}", "cb_{word}"),
    "finance match-line": ("mtn/main/1 --shows {word} --reason {word}",),
    "finance paid-out": ("{word} --reason {word}", "top_1 --reason {word}"),
    "finance unmatch": ("mtn/main/1 1 --reason {word}",),
    "finance assign": ("mtn/main/1 1 --reason {word}",),
    "finance write-off": ("mtn/main/1 --reason {word}",),
    "keyword set": ("1 {word} --answer {word}", "1 {word} --answer {word} --sender-id {word}"),
    "keyword delete": ("1 {word}",),
    "webhook set": ("1 --url https://localhost:1/{word}", "1 --url {word}"),
    "webhook attempts": ("1 --before {word}",),
    "sender-id reject": ("1 --reason {word}",),
    "message cancel": ("{word}",),
    "message list": ("--since {word}",),
    "message explain": ("{word}",),
    "message resolve": ("{word} --sent --reason {word}", "1 --sent --reason {word}"),
    "message release": ("1 --reason {word}",),
    "message inbound": ("--before {word}", "--reveal --reason {word}"),
    "number list": ("--before {word}",),
    "number override": ("{number} mtn --reason {word}", "{word} {word} --reason {word}"),
    "number lift": ("{number} --reason {word}", "{word} --reason {word}"),
    "suppression list": ("--before {word}",),
    "suppression add": ("{number} --reason {word}", "{word} --reason {word}"),
    "suppression lift": ("{number} --reason {word}", "{word} --reason {word}"),
    "message show": ("{word}", "1 --reveal --reason {word}"),
    "contents purge": (
        "--number 0{number} --reason {word}",
        "--number {word} --reason {word}",
        "--message {word} --reason {word}",
        "--message 1 --reason {word}",
    ),
    "login": ("--email {email} --code {word}",),
    "second-factor enrol": ("--code {word}",),
    "second-factor confirm": ("--code {word}",),
    "second-factor codes": ("1 --code {word}",),
    "second-factor remove": ("--code {word}",),
    "second-factor reset": ("1 --reason {word}",),
    "role grant": ("1 auditor --reason {word}",),
    "role withdraw": ("1 auditor --reason {word}",),
    "approval approve": ("1 --reason {word}",),
    "approval reject": ("1 --reason {word}",),
    "approval withdraw": ("1 --reason {word}",),
    "config init": ("/nowhere/{word}",),
    "modem probe": ("/dev/{word} --pin {word}",),
    "modem show": ("{word}",),
    "modem segments": ("--from {word} --to {word}",),
    "modem scan": ("/dev/{word}",),
    "modem ussd": ("/dev/{word} {word}", "/dev/{word} *114#"),
    "modem emulate": ("--link {word} --network-log {word} --fault {word} --imsi {word}",),
    "modem quarantine": ("1 --reason {word}",),
    "modem release": ("1 --reason {word}",),
    "phone enrol": ("--network-of {word}",),
    "phone map": ("{word} --network-of 1=mtn", "phone-1 --network-of {word}"),
    "phone revoke": ("{word} --reason {word}", "phone-1 --reason {word}"),
    "phone emulate": (
        "--url {word} --code {word} --network-log {word} --fault {word}",
        "--listen {word} --password-file {word} --name {word} --network-log {word}",
    ),
    "pay simulate": ("--provider mtn --port 0 --scenario {word} --callback-url {word}",),
    "projections rebuild": ("{word}",),
    "audit verify": ("--key {word}", "--checkpoint /nowhere/{word}"),
    "audit prove": ("{word} --out /nowhere/{word}", "1 --out /nowhere/{word}"),
    "audit chapter": ("--reason {word}",),
    "seal": ("--change-key /nowhere/{word}",),
    "audit export": ("--out /nowhere/{word}",),
    "backup create": ("/nowhere/{word}",),
    "restore": ("/nowhere/{word} --check", "/nowhere/{word} --database-url {word}"),
}
"""How each command that takes any text is given markers; a call may well be refused."""
NOT_CALLED: Final[Mapping[str, str]] = {
    "serve": "runs on; --host and --socket are of this machine",
    "webhook listen": "asks a gateway from outside; --forward is of this machine",
    "pay generate": "stores nothing; --out and --truth are of this machine",
}
