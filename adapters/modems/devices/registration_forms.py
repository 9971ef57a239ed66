"""The lines that tell how a SIM is registered, in all the forms in which devices write them."""

from typing import Final

STATES: Final = ("+CREG:", "+CEREG:", "+CGREG:", "+C5GREG:")
"""Of the circuit-switched domain, LTE, packets and 5G (27.007 7.2, 10.1.20, 10.1.22, 10.1.47)."""

_HIGHEST_STATUS: Final = 11
_HIGHEST_MODE: Final = 5
_DIGITS: Final = 3  # some write numbers in three digits; an area or cell has four


def is_answer(text: str) -> bool:
    """Tell the answer ``+CREG: n,stat[,"lac",…]`` from the report ``+CREG: stat[,"lac",…]``."""
    fields = _fields(text)
    return len(fields) > 1 and _fits(fields[0], _HIGHEST_MODE) and _fits(fields[1], _HIGHEST_STATUS)


def status_in(text: str) -> int | None:
    """Give ``stat`` of such a line, answer or report; None when it has none."""
    fields = _fields(text)
    field = fields[1] if is_answer(text) else fields[0]
    return int(field) if field.isdecimal() else None


def _fits(field: str, highest: int) -> bool:
    return field.isdecimal() and len(field) <= _DIGITS and int(field) <= highest


def _fields(text: str) -> list[str]:
    return [field.strip() for field in text.partition(":")[2].split(",")]
