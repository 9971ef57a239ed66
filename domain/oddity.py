"""Something odd that a statement shows of a receipt, and that moves nothing: to be explained."""

from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def oddity_id(receipt: str, kind: str, where: str = "") -> UUID:
    """Give the id of an oddity of the receipt with this id; ``where`` tells several apart."""
    return aggregate_id("oddity", receipt, kind, where)


class Oddity(Aggregate):
    """One oddity."""

    TOPIC = "Oddity"

    class Event(Aggregate.Event):
        """Base of an oddity's events."""

        TOPIC = "Oddity.Event"

    class Found(Event, Aggregate.Created):
        """It was found, of ``kind`` (a ``domain.matching.Trouble``).

        ``amount_ngwee`` is what the row moves that shows a transaction once more, or what the
        provider kept beyond the fee that is agreed.
        """

        TOPIC = "Oddity.Found"
        receipt: str
        provider_account: str
        transaction_id: str
        kind: str
        amount_ngwee: int

    def __init__(
        self,
        receipt: str,
        provider_account: str,
        transaction_id: str,
        kind: str,
        amount_ngwee: int,
    ) -> None:
        self.receipt = receipt
        self.provider_account = provider_account
        self.transaction_id = transaction_id
        self.kind = kind
        self.amount_ngwee = amount_ngwee

    @classmethod
    def find(
        cls,
        receipt: str,
        *,
        provider_account: str,
        transaction_id: str,
        kind: str,
        where: str = "",
        amount_ngwee: int,
        at: Instant,
    ) -> Self:
        """Note it."""
        return cls._create(
            cls.Found,
            id=oddity_id(receipt, kind, where),
            timestamp=at,
            receipt=receipt,
            provider_account=provider_account,
            transaction_id=transaction_id,
            kind=kind,
            amount_ngwee=amount_ngwee,
        )
