"""A trial balance as it is frozen: totals with customers taken together, and a digest of it all."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

CUSTOMERS: Final = "Customers"
"""What stands for the number of each customer in a total."""

_CUSTOMER: Final = re.compile(r"(?<=:)Acct-[0-9]+\b")


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """What all ledger accounts held as of log position ``position``."""

    position: int
    totals: Sequence[str]
    """``ACCOUNT AMOUNT`` by name, debit plus; a customer's accounts are in ``…:Customers:…``."""
    digest: str
    """SHA-256, in hex, over a line ``ACCOUNT AMOUNT`` for each account that holds anything."""

    @classmethod
    def of(cls, position: int, balances: Mapping[str, int]) -> Self:
        """Take the balances of ledger accounts together; what holds nothing is not there."""
        totals: defaultdict[str, int] = defaultdict(int)
        digest = hashlib.sha256()
        for account, amount in sorted(balances.items()):
            if amount:
                totals[_CUSTOMER.sub(CUSTOMERS, account)] += amount
                digest.update(f"{account} {amount}\n".encode())
        lines = [f"{account} {amount}" for account, amount in sorted(totals.items()) if amount]
        return cls(position, lines, digest.hexdigest())


def read_totals(lines: Sequence[str]) -> dict[str, int]:
    """Give the amount of each total."""
    parted = (line.partition(" ") for line in lines)
    return {account: int(amount) for account, _, amount in parted}
