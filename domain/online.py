"""When a SIM counts as online."""

from typing import Final

ANSWERS_WITHIN_S: Final = 90
"""A SIM that has not answered for this long is offline (design section 6.7)."""
