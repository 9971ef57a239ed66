"""What a person should know of a spreadsheet's rows before believing them."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Remarks:
    """Rows, by their numbers, that are not simply what was typed and is seen."""

    computed: set[int] = field(default_factory=set)
    """With results of formulas, which are as old as the last calculation."""
    hidden: set[int] = field(default_factory=set)
    """Not shown, or left out by a filter."""

    damaged: set[int] = field(default_factory=set)
    """With a ``?`` where a letter was: Windows-1252 has no Ŋ."""

    def told(self) -> Iterator[str]:
        """Say what there is to say."""
        if self.computed:
            yield f"{len(self.computed)} rows hold computed results, as old as the file."
        if self.damaged:
            rows = f"{len(self.damaged)} rows have a ? inside a word"
            yield f"{rows}: letters may be lost, save the file as CSV in UTF-8 to keep them."
        if self.hidden:
            yield f"{len(self.hidden)} rows are hidden in the spreadsheet, and were read as well."
