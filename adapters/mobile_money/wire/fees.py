"""The fee that an operator agreed with a provider, from the settings."""

from adapters.settings.providers import ProviderSettings
from domain.fees import FeeSchedule


def agreed_fees(settings: ProviderSettings) -> FeeSchedule | None:
    """Give what a provider keeps of a payment; None when nothing was agreed."""
    if settings.fee_flat_ngwee is None and settings.fee_per_10_000 is None:
        return None
    return FeeSchedule(
        flat_ngwee=settings.fee_flat_ngwee or 0, per_10_000=settings.fee_per_10_000 or 0
    )
