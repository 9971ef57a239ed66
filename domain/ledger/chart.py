"""The chart of accounts: names that plain-text accounting tools take as they are.

Each part of a name begins with a capital or a digit and holds letters, digits and dashes. An
account of a customer is named by its number, a wallet of ours by provider and wallet.
"""

from functools import cache, lru_cache
from typing import Final

from domain.ledger.posting import SMSCR, ZMW

ISSUED: Final = "Equity:Credits:Issued"
GRANTED: Final = "Equity:Credits:Granted"
ADJUSTED: Final = "Equity:Credits:Adjusted"
CONSUMED: Final = "Equity:Credits:Consumed"
EXPIRED: Final = "Equity:Credits:Expired"

VAT: Final = "Liabilities:VAT:Output"
BREAKAGE: Final = "Income:Breakage"
ADJUSTMENTS: Final = "Income:Adjustments"
RECON_GAIN: Final = "Income:ReconGain"
RECON_LOSS: Final = "Expenses:ReconLoss"

NAMES_KEPT: Final = 10_000
"""Customers whose ledger accounts are named without putting the names together anew."""

_SPELT: Final = {"mtn": "MTN", "pawapay": "PawaPay"}


@lru_cache(NAMES_KEPT)
def available(account: int) -> str:
    """Credits that a customer can use."""
    return f"Liabilities:Credits:Acct-{account}:Available"


@lru_cache(NAMES_KEPT)
def reserved(account: int) -> str:
    """Credits of a customer's open messages."""
    return f"Liabilities:Credits:Acct-{account}:Reserved"


@lru_cache(NAMES_KEPT)
def prepaid(account: int) -> str:
    """What we owe a customer in messages."""
    return f"Liabilities:Prepaid:Acct-{account}"


def receivable(account: int) -> str:
    """What a customer owes us after a claw-back of what was spent."""
    return f"Assets:Receivable:Acct-{account}"


def refunds_payable(account: int) -> str:
    """Money that goes back to a customer and has not gone yet."""
    return f"Liabilities:RefundsPayable:Acct-{account}"


@cache
def sms_income(network: str) -> str:
    """What messages to a network brought."""
    return f"Income:SMS:{_part(network)}"


@cache
def mobile_money(provider_account: str) -> str:
    """What a wallet of ours holds, as its statements say."""
    return f"Assets:MobileMoney:{_path(provider_account)}"


@cache
def clearing(provider_account: str) -> str:
    """What the provider confirmed and no statement of the wallet has shown."""
    return f"Assets:Clearing:{_path(provider_account)}"


@cache
def in_transit(provider_account: str) -> str:
    """What is on its way between a wallet and our bank."""
    return f"Assets:InTransit:{_path(provider_account)}"


@cache
def unallocated(provider_account: str) -> str:
    """What a statement shows and nobody claims."""
    return f"Liabilities:Unallocated:{_path(provider_account)}"


@cache
def fees(provider_account: str) -> str:
    """What the provider kept."""
    return f"Expenses:MoMoFees:{_path(provider_account)}"


def is_of_customer(name: str, account: int) -> bool:
    """Whether a ledger account is one of a customer's."""
    return f"Acct-{account}" in name.split(":")


def commodity(name: str) -> str:
    """Give the one commodity that a ledger account holds."""
    return SMSCR if ":Credits:" in name else ZMW


def _path(provider_account: str) -> str:
    return ":".join(map(_part, provider_account.split("/")))


def _part(word: str) -> str:
    return _SPELT.get(word) or word[:1].upper() + word[1:]
