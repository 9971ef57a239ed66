"""When one person is not enough: what moves more than this waits for another one (I13)."""

from typing import Final

from domain.values import Credits

ALONE_CREDITS_A_DAY: Final = Credits(100_000)
"""What one person may grant or adjust in a day alone, unless ``approval_credits_per_day`` says
otherwise; ``domain.allowance`` counts it."""
