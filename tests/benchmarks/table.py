"""The table that the benchmarks print: each figure beside its baseline from the same run."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

BEGIN: Final = "<!-- benchmarks: begin -->"
END: Final = "<!-- benchmarks: end -->"

HEADINGS: Final = ("what", "figure", "baseline", "ratio", "aim", "met", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its unit; ``what`` says of what it is, where that is not plain."""

    value: float
    unit: str
    what: str = ""

    def __str__(self) -> str:
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 2
        return " ".join(filter(None, (f"{self.value:,.{digits}f}", self.unit, self.what)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``is_met`` is None where there is no aim."""

    what: str
    figure: Figure | None
    baseline: Figure | None = None
    aim: str = ""
    is_met: bool | None = None
    notes: str = ""

    @property
    def ratio(self) -> float | None:
        """Figure over baseline; None without a baseline to compare with."""
        if self.figure is None or self.baseline is None or not self.baseline.value:
            return None
        return self.figure.value / self.baseline.value

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text, under ``HEADINGS``."""
        met = "" if self.is_met is None else "yes" if self.is_met else "**no**"
        return (
            self.what,
            str(self.figure or "did not run"),
            str(self.baseline or ""),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self.aim,
            met,
            self.notes,
        )

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        return {**asdict(self), "ratio": self.ratio}


def failed(what: str, error: Exception) -> Row:
    """Give the row of a benchmark that did not come to its end."""
    lines = str(error).splitlines()
    why = f"{type(error).__name__}: {lines[0] if lines else ''}".replace("|", "/")
    return Row(what=what, figure=None, notes=why)


def markdown(rows: Sequence[Row]) -> str:
    """Lay rows out as a Markdown table that also reads well in a terminal."""
    lines = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    padded = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    padded.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(padded)


def facts(machine: Sequence[tuple[str, str]]) -> str:
    """Lay the machine's facts out as a Markdown list."""
    return "\n".join(f"- {name}: {value}" for name, value in machine)


def write(path: Path, content: str) -> None:
    """Put ``content`` between the marks in ``path``, in place of what is there.

    Raises:
        ValueError: the file has no such marks.
    """
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        msg = f"{path} has no lines {BEGIN} and {END}"
        raise ValueError(msg)
    path.write_text(f"{before}{BEGIN}\n{content}\n{END}{after}", encoding="utf-8")
