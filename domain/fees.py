"""What a provider keeps of a payment, as we agreed with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """What a provider keeps of a payment that comes in."""

    flat_ngwee: int = 0
    per_10_000: int = 0

    def of(self, amount_ngwee: int) -> int:
        """Give the fee in ngwee, half a ngwee rounded up; what goes out costs nothing."""
        if amount_ngwee <= 0:
            return 0
        return self.flat_ngwee + (amount_ngwee * self.per_10_000 + 5_000) // 10_000
