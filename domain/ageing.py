"""For how long money is open: what of it is looked at, and the ages that are told apart."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What is open."""

    CLEARING = "clearing"
    """Confirmed by a provider and not shown by a statement, either way."""
    UNALLOCATED = "unallocated"
    """Shown by a statement, and nobody's."""
    REFUNDS_PAYABLE = "refunds_payable"
    """Owed to customers, and not paid back yet."""
    PAYMENTS = "payments"
    """Asked for, and neither paid nor ended, or held for a person."""


BUCKETS: Final = ((0, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, None))
"""Ages in days: the least and the most of each; a day that has begun counts as none."""


def bucket_name(least: int, most: int | None) -> str:
    """Write a bucket as people do: ``2-3``, ``31+``."""
    return f"{least}+" if most is None else f"{least}-{most}"
