"""Payments and prices to begin with, where a test is about something else."""

from typing import Any, Final

from domain.money import Ngwee
from domain.payment import Payment
from domain.price_list import Pack, Prices
from domain.values import SECOND, Credits, Instant

PRICES: Final = Prices("prices-1", Ngwee(50), 16, (Pack("starter", Credits(120), Ngwee(5_000)),))


def a_payment(number: int = 1, *, at: Instant, **changed: Any) -> Payment:
    """Request a payment of K50 by account 7, unless ``changed`` says otherwise."""
    fields: dict[str, Any] = {
        "account": 7,
        "provider": "mtn",
        "platform": "mtn-zm",
        "provider_account": "mtn/main",
        "network": "mtn",
        "reference": f"r-{number}",
        "payer": "seal",
        "amount_ngwee": 5_000,
        "prices": PRICES,
        "expires_at": Instant(at + 600 * SECOND),
        "actor": "account:7",
        **changed,
    }
    return Payment.request(number, at=at, **fields)
