"""Money in: what credits cost, and who says so."""

from application.money.prices import PublishPrices, WithdrawPrices

__all__ = ["PublishPrices", "WithdrawPrices"]
