"""What only HTTP can refuse; the rest of the tree is in ``domain/errors.py``."""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.errors import InvalidRecipient, InvalidRequest, Refused

KIBIBYTE: Final = 1024
MEBIBYTE: Final = 1024 * KIBIBYTE


class PayloadTooLarge(Refused):
    """The body is larger than its path takes."""

    def __init__(self, bytes_max: int = MEBIBYTE) -> None:
        unit, name = (KIBIBYTE, "KiB") if bytes_max % MEBIBYTE else (MEBIBYTE, "MiB")
        super().__init__(f"The request body is larger than {bytes_max // unit} {name}.")


class BadRequest(Refused):
    """The request's head is no HTTP/1.1, or could be read in two ways."""


class UnsupportedCoding(Refused):
    """The body is compressed, or coded in another way."""

    def __init__(self, coding: str) -> None:
        super().__init__(
            f"The request body has the content coding {coding}: send it without any (identity)."
        )


class MethodNotAllowed(Refused):
    """The path is there, but not for this method; ``allowed`` are those that it has."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"This path answers to {' and '.join(allowed)} only.")
        self.allowed = tuple(allowed)


class MissingFields(InvalidRequest):
    """Required fields are absent or empty; ``fields`` names every one of them.

    ``meant`` has, of some of them, the field that was given in its place.
    """

    def __init__(self, fields: Sequence[str], meant: Mapping[str, str] | None = None) -> None:
        self.fields = tuple(fields)
        self._meant = meant or {}
        words = f"Missing or empty: {', '.join(fields)}."
        super().__init__("".join((words, *map(self.hint, fields))), field=fields[0])

    def hint(self, field: str) -> str:
        """Say what was given in a field's place; "" where nothing was."""
        given = self._meant.get(field)
        return "" if given is None else f" There is no field {given}: did you mean {field}?"


class InvalidEntries(InvalidRecipient):
    """Numbers of a list cannot be used; ``faults`` says what is wrong with each, by its place.

    ``where`` writes the name of the field in which a place has its number.
    """

    def __init__(self, faults: Mapping[int, str], *, where: str = "to.{}") -> None:
        super().__init__("Some of the recipients cannot be used; nothing was queued.")
        self.faults = {where.format(place): fault for place, fault in faults.items()}
