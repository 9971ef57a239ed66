"""The prepaid wallet of an account: where credits become and stop being available."""

from domain.wallet.aggregate import CreditWallet, wallet_id

__all__ = ["CreditWallet", "wallet_id"]
