"""Sends for tests, as a dialect would ask for them."""

from dataclasses import replace
from typing import Any

from application.accounts.principal import Principal
from application.books.digests import Digests
from application.messages.accept import SendMessages
from application.messages.sending import Recipient, Sending
from domain.message.options import Options
from domain.msisdn import Msisdn, Numbering
from domain.segments import Text
from domain.values import Instant, Lane, Network

REPEAT_KEY = b"k" * 32


def recipient(index: int, network: Network = Network.MTN) -> Recipient:
    """Give the recipient number ``index`` of a network."""
    prefix = {Network.MTN: "96", Network.AIRTEL: "77", Network.ZAMTEL: "55"}[network]
    msisdn = Msisdn(f"+260{prefix}{index:07d}")
    return Recipient(index, msisdn, msisdn, Numbering().route(msisdn))


def sending(
    account: int,
    key_id: str,
    *,
    at: Instant,
    count: int = 1,
    text: str = "Mwapoleni",
    segments: int = 1,
    lane: Lane | None = None,
    **fields: Any,
) -> Sending:
    """Ask for ``count`` messages; any other field of ``Sending`` may be given."""
    asked: dict[str, Any] = {
        "principal": Principal(account, key_id, "Demo"),
        "text": replace(Text.measured(text), segments=segments),
        "recipients": [recipient(index) for index in range(count)],
        "is_bulk": count > 1,
        "asked_sender": None,
        "require_approved_sender": False,
        "idempotency_key": None,
        "digest": None,
        "offline": frozenset(),
        "at": at,
        "options": Options(lane=lane),
        **fields,
    }
    return Sending(**asked)


def repeatable(account: int, key_id: str, *, at: Instant, **fields: Any) -> SendMessages:
    """Make the command of dialect wilcybertek, in which the same request again is known."""
    asked = sending(account, key_id, at=at, **fields)
    msisdns = [recipient.msisdn for recipient in asked.recipients]
    digests = Digests(
        email_key=b"", repeat_key=REPEAT_KEY, callback_key=b"", pin_key=b"", phone_key=b""
    )
    digest = digests.request(account, msisdns, asked.text.value, is_bulk=asked.is_bulk)
    return SendMessages(replace(asked, digest=digest))


def send(account: int, key_id: str, **fields: Any) -> SendMessages:
    """Make the command."""
    return SendMessages(sending(account, key_id, **fields))
