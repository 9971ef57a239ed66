"""What an account with Zamtel can do: known from the settings, without its keys."""

from adapters.mobile_money.wire.fees import agreed_fees
from adapters.mobile_money.wire.references import letters_and_digits
from adapters.settings.providers import ProviderSettings
from application.ports import ProviderTraits
from domain.values import Network


def zamtel_traits(settings: ProviderSettings) -> ProviderTraits:
    """Give what is known of one account."""
    return ProviderTraits(
        name=settings.name,
        networks=frozenset({Network.ZAMTEL}),
        answer_s=settings.answer_s,
        write_reference=letters_and_digits,
        fees=agreed_fees(settings),
        currency=settings.currency,
        tells_status=False,
    )
