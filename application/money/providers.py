"""Which of our accounts with providers serves a payer."""

from application.ports import MobileMoney, MobileMoneyAccounts
from domain.errors import InvalidRecipient, InvalidRequest
from domain.msisdn import Msisdn, Numbering, NumberingPlan
from domain.values import Network

WALLETS = Numbering(NumberingPlan.NATIONAL)
"""Wallets stay with the network that issued the number, whatever routes messages."""


def wallet_network(payer: Msisdn) -> Network:
    """Say whose wallet a number has, unless whoever pays says otherwise.

    Raises:
        InvalidRequest: with field ``network``: no network that we know of.
    """
    try:
        return WALLETS.route(payer).network
    except InvalidRecipient as error:
        msg = "Nobody knows this number's network: say which one has its wallet."
        raise InvalidRequest(msg, field="network") from error


def provider_for(accounts: MobileMoneyAccounts, network: Network) -> MobileMoney:
    """Give the first of our accounts, as the settings list them, that serves a network.

    Only that one is opened: a key of another that cannot be read hinders nobody here.

    Raises:
        InvalidRequest: with field ``network``: none does; or a key of that one cannot be read.
    """
    for name, its in accounts.traits.items():
        if network in its.networks:
            return accounts[name]
    msg = f"Top-ups by {network} are not to be had here."
    raise InvalidRequest(msg, field="network")
