"""Folds what each account has."""

from collections.abc import Sequence
from typing import Any, Final

from domain.contents import reason_number
from domain.message.events import Sent
from domain.wallet import CreditWallet
from projections import catalogue
from projections.balances import BALANCES, LINES
from projections.projection import Batch, Projection
from projections.rows import Row


class Balances(Projection):
    """Folds the events of wallets, and Sent, into ``balances`` and ``wallet_lines``."""

    name, version = catalogue.BALANCES
    tables = (BALANCES, LINES)
    events = frozenset(
        {
            CreditWallet.Opened,
            CreditWallet.TopUp,
            CreditWallet.Reserved,
            CreditWallet.Refunded,
            CreditWallet.Granted,
            CreditWallet.Adjusted,
            CreditWallet.CreditsExpired,
            CreditWallet.ClawedBack,
            CreditWallet.CashedOut,
            Sent,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of movements."""
        balances, lines = batch.rows(BALANCES), batch.rows(LINES)
        balances.load({event.account for _, event in batch.events})
        for position, event in batch.events:
            if type(event) is CreditWallet.Opened:
                row = balances.add(_empty(event.account))
            else:
                row = balances[event.account]
                _move(row, event)
            row["position"] = position
            if type(event) in _SIGNS:
                lines.append(*_line(position, event))


def _empty(account: int) -> Row:
    return {"account": account, "available": 0, "reserved": 0, "spent": 0, "refunded": 0}


def _move(row: Row, event: Any) -> None:
    kind = type(event)
    if kind is Sent:
        row["spent"] += event.credits
    else:
        row["available"] = event.available
    if kind is CreditWallet.Refunded:
        row["refunded"] += event.credits
    if kind is CreditWallet.Reserved:
        row["reserved"] += event.credits
    elif kind in {Sent, CreditWallet.Refunded}:
        row["reserved"] -= event.credits


_SIGNS: Final = {
    CreditWallet.TopUp: 1,
    CreditWallet.Reserved: -1,
    CreditWallet.Refunded: 1,
    CreditWallet.Granted: 1,
    CreditWallet.Adjusted: 1,  # its credits are signed already
    CreditWallet.CreditsExpired: -1,
    CreditWallet.ClawedBack: -1,
    CreditWallet.CashedOut: -1,
}
"""The movements, and what a positive number of their credits does to what is available."""


def _line(position: int, event: Any) -> Sequence[Any]:
    """Give the row of a movement, its values in the order of the columns."""
    said = vars(event).get
    return (
        event.account,
        position,
        event.at,
        type(event).__name__,
        _SIGNS[type(event)] * event.credits,
        event.available,
        said("first_number", said("number")),
        said("count"),
        said("batch"),
        said("cause"),
        said("actor"),
        reason_number(said("reason")),
        said("approver"),
        said("entry"),
    )
