"""Bodies for the routes of finance, each about a receipt or a top-up of its own."""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from application.books.actors import Actor
from application.money.matching import MatchByHand
from application.money.unknown_callbacks import KeepUnknownCallback
from domain.payment import PaymentState
from domain.public_ids import callback_id
from domain.receipt import receipt_id
from tests.api.conftest import Gateway, new_account
from tests.support.reconciling import Pay, SeeLine

WHY: Final = {"reason": "because"}
WALLET: Final = "mtn/main"
STATEMENT: Final = b"""Id,Date,Status,From,Amount,Fee,Balance
11,2026-02-01 08:00:00,Successful,260971234567,50.00,1.00,149.00
12,2026-02-01 09:00:00,Successful,260961234567,20.00,0,169.00
"""
_numbers: Final = count(700_000)


def an_open_line(gateway: Gateway) -> dict[str, Any]:
    """Let a statement show money that nobody asked for; name its receipt."""
    name = f"L{next(_numbers)}"
    at = gateway.system.clock.now()
    gateway.system.committer.execute(SeeLine(WALLET, name, at=at))
    return {**WHY, "receipt": f"{WALLET}/{name}"}


def a_receipt(gateway: Gateway) -> dict[str, str]:
    return {"receipt": an_open_line(gateway)["receipt"]}


def a_callback(gateway: Gateway) -> dict[str, str]:
    """Let a provider call about what is no payment of ours; name what is kept."""
    system, said = gateway.system, f"stranger {next(_numbers)}"
    command = KeepUnknownCallback(
        "mtn", said, payer=None, amount_ngwee=None, digest=said, at=system.clock.now()
    )
    number = system.committer.execute(command)
    assert number
    return {"callback": callback_id(number)}


def an_assignment(gateway: Gateway) -> dict[str, Any]:
    account, _ = new_account(gateway.system, credits=0)
    return {**an_open_line(gateway), "account_id": account}


def a_write_off(gateway: Gateway) -> dict[str, Any]:
    """Let something be credited that no line shows; name its receipt."""
    return {**WHY, "receipt": f"{WALLET}/{_paid(gateway, PaymentState.CONFIRMED)[0]}"}


def a_match(gateway: Gateway) -> dict[str, Any]:
    line = an_open_line(gateway)["receipt"]
    return {**WHY, "line": line, "receipts": [line]}


def a_match_in_force(gateway: Gateway) -> dict[str, Any]:
    matched = a_match(gateway)
    key = receipt_id(WALLET, matched["line"].removeprefix(f"{WALLET}/"))
    at, actor = gateway.system.clock.now(), Actor("os:test@host")
    gateway.system.committer.execute(
        MatchByHand(key, [key], amount_ngwee=None, actor=actor, reason="r", at=at)
    )
    return {**WHY, "line": matched["line"], "part": 1}


def a_note(gateway: Gateway) -> Mapping[str, Any]:
    return {"what": an_open_line(gateway)["receipt"], "note": "asked MTN, case 881"}


def a_refund_owed(gateway: Gateway) -> dict[str, Any]:
    return {**WHY, "topup_id": f"top_{_paid(gateway, PaymentState.REFUND_APPROVED)[1]}"}


def _paid(gateway: Gateway, state: PaymentState) -> tuple[str, int]:
    account, _ = new_account(gateway.system, credits=0)
    number = next(_numbers)
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        Pay(number, account, WALLET, state, receipt=f"P{number}", amount=5_000, at=at)
    )
    return f"P{number}", number
