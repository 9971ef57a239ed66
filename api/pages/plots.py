"""Plots on pages: stacked bars as plain SVG, which needs no script and no style of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

WIDTH: Final = 640
HEIGHT: Final = 160
GAP: Final = 0.25
"""Of a bar's place, what is left free."""

BAR_WIDTH_MAX: Final = 72

Tone = Literal["good", "fair", "bad", "doubt", "plain"]


@dataclass(frozen=True, slots=True)
class Series:
    """What is stacked at one height: the name of its words (``series.…``), a value for each bar."""

    name: str
    values: Sequence[int]
    tone: Tone


class Bar(NamedTuple):
    """One rectangle, in the plot's own units."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked bars; the same numbers stand below as a table, for whoever does not see them."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    names_bars: bool = False
    """Whether each bar has its name below, instead of the first and the last."""
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def most(self) -> int:
        """The highest stack; 1 where nothing is."""
        totals = [sum(each.values[place] for each in self.series) for place in self._places]
        return max([1, *totals])

    @property
    def _places(self) -> range:
        return range(len(self.labels))

    @property
    def bars(self) -> Iterator[Bar]:
        """Give the rectangles, from left to right and from the bottom up."""
        step = self.width / max(len(self.labels), 1)
        width = min(step * (1 - GAP), BAR_WIDTH_MAX)
        unit = self.height / self.most
        for place in self._places:
            top = float(self.height)
            x = place * step + (step - width) / 2
            for each in self.series:
                value = each.values[place]
                if not value:
                    continue
                height = value * unit
                top -= height
                title = f"{self.labels[place]}: {value}"
                yield Bar(x, top, width, height, each.tone, title)
