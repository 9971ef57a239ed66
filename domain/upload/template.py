"""A text with places for what a row says, such as ``Hello {name}``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from domain.errors import InvalidRequest
from domain.upload.bounds import PLACES_MAX, TEMPLATE_CHARACTERS_MAX

_PLACE: Final = re.compile(r"\{([^{}\r\n]{1,100})\}")


@dataclass(frozen=True)
class Template:
    """A text that was cut at its places: one piece more than names, which may come again."""

    pieces: Sequence[str]
    names: Sequence[str]

    @classmethod
    def read(cls, written: str) -> Self:
        """Cut a text at ``{name}``; any other brace is a character of the text.

        Raises:
            InvalidRequest: with field ``template``: it is too long, or has too many places.
        """
        if len(written) > TEMPLATE_CHARACTERS_MAX:
            msg = f"The template has more than {TEMPLATE_CHARACTERS_MAX:,} characters."
            raise InvalidRequest(msg, field="template")
        parts = _PLACE.split(written)
        names = [fold_heading(name) for name in parts[1::2]]
        if len(names) > PLACES_MAX:
            msg = f"The template has more than {PLACES_MAX} places."
            raise InvalidRequest(msg, field="template")
        return cls(parts[::2], names)

    @cached_property
    def columns(self) -> list[str]:
        """The names, each once, in the order in which a row's values are kept."""
        return list(dict.fromkeys(self.names))

    def length(self, values: Sequence[str]) -> int:
        """Count the characters that the text of a row has, without making it."""
        told = dict(zip(self.columns, values, strict=True))
        return sum(map(len, self.pieces)) + sum(len(told[name]) for name in self.names)

    def fill(self, values: Sequence[str]) -> str:
        """Give the text of a row; ``values`` are those of ``columns``."""
        if not self.names:
            return self.pieces[0]
        told = dict(zip(self.columns, values, strict=True))
        filled = [self.pieces[0]]
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            filled += (told[name], piece)
        return "".join(filled)


def fold_heading(written: str) -> str:
    """Give the form in which headings and places are compared: without case and blanks around."""
    return " ".join(written.split()).casefold()
