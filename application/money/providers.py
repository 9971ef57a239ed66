"""Which of our accounts with providers serves a payer."""

from collections.abc import Mapping

from application.ports import MobileMoney
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


def provider_for(accounts: Mapping[str, MobileMoney], network: Network) -> MobileMoney:
    """Give the first of our accounts, as the settings list them, that serves a network.

    Raises:
        InvalidRequest: with field ``network``: none does.
    """
    for account in accounts.values():
        if network in account.traits.networks:
            return account
    msg = f"Top-ups by {network} are not to be had here."
    raise InvalidRequest(msg, field="network")
