"""What an account with Airtel can do: known from the settings, without its keys."""

from typing import Final

from adapters.mobile_money.wire.fees import agreed_fees
from adapters.mobile_money.wire.references import letters_and_digits
from adapters.settings.providers import ProviderSettings
from application.ports import ProviderTraits, Refunds
from domain.values import Network

FIRST_POLL_S: Final = 180.0
"""Before that an enquiry may not know the payment."""


def airtel_traits(settings: ProviderSettings) -> ProviderTraits:
    """Give what is known of one account."""
    return ProviderTraits(
        name=settings.name,
        networks=frozenset({Network.AIRTEL}),
        answer_s=settings.answer_s,
        write_reference=letters_and_digits,
        fees=agreed_fees(settings),
        currency=settings.currency,
        callback_url=settings.callback_url,
        refunds=Refunds.WHOLE,
        first_poll_s=FIRST_POLL_S,
    )
