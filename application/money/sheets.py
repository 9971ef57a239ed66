"""The sheets of our wallets as they are shown: the figures that were signed, or those of now."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.queries import PeriodRow, Queries
from domain.period import PeriodState
from domain.provider_account import ProviderAccount
from domain.sheet import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the sheet of a wallet's period says."""

    provider_account: str
    period: str
    state: PeriodState
    figures: Figures
    """Those that were prepared; of an open period, those of now."""
    has_changed: bool
    """Whether those of now are others."""
    closing: PeriodRow | None
    """Who closed it and when, if anybody began to."""


def sheet(queries: Queries, provider_account: str, period: str) -> Sheet:
    """Give the sheet of a wallet's period."""
    now = queries.figures(provider_account, period)
    row = queries.period(provider_account, period)
    kept = None if row is None else row.figures
    return Sheet(
        provider_account=provider_account,
        period=period,
        state=PeriodState.OPEN if row is None else PeriodState(row.state),
        figures=kept or now,
        has_changed=kept is not None and kept != now,
        closing=row,
    )


def sheets(
    queries: Queries, period: str, *, provider: str | None = None, wallet: str | None = None
) -> Sequence[Sheet]:
    """Give the sheets of a period: of all wallets, or of those of a provider, or of a name."""
    return [
        sheet(queries, name, period)
        for name in wallets_of(queries, provider=provider, wallet=wallet)
    ]


def wallets_of(
    queries: Queries, *, provider: str | None = None, wallet: str | None = None
) -> Sequence[ProviderAccount]:
    """Name the wallets that anything is known of, of a provider or of a name where one is given."""
    return [
        ProviderAccount(name)
        for name in queries.wallets_with_days()
        if (provider is None or name.partition("/")[0] == provider)
        and (wallet is None or name.partition("/")[2] == wallet)
    ]
