"""What an account with pawaPay can do: known from the settings, without its keys."""

from adapters.mobile_money.wire.fees import agreed_fees
from adapters.mobile_money.wire.references import uuid_text
from adapters.settings.providers import ProviderSettings
from application.ports import ProviderTraits, Refunds
from domain.values import Network


def pawapay_traits(settings: ProviderSettings) -> ProviderTraits:
    """Give what is known of one account."""
    return ProviderTraits(
        name=settings.name,
        networks=frozenset(Network),
        answer_s=settings.answer_s,
        write_reference=uuid_text,  # the only one that pawaPay takes
        fees=agreed_fees(settings),
        currency=settings.currency,
        callback_url=settings.callback_url,
        refunds=Refunds.PARTS,
    )
