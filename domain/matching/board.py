"""What is still open while the stages of matching take from it, and the ways to find it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, compress, count, repeat
from typing import Final

from domain.matching.findings import Finding, Match, Rule, Suggestion, Trouble
from domain.matching.sides import NO_PAST, Expected, Line, LineKind, Past, Terms

NARRATION_MAX: Final = 500
"""Characters of a narration that are read."""
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{4,62}[A-Za-z0-9]")
PAID_LINES: Final = frozenset({LineKind.PAYMENT, LineKind.REFUND})


class Board:
    """Both sides; each place is taken once."""

    def __init__(
        self,
        expected: Sequence[Expected],
        lines: Sequence[Line],
        terms: Terms,
        past: Past = NO_PAST,
    ) -> None:
        self.expected = expected
        self.lines = lines
        self.terms = terms
        self.past = past
        self.matches: list[Match] = []
        self.to_judge: list[Match] = []
        """Those of which a line might not be what was expected."""
        self.findings: list[Finding] = []
        self.suggestions: list[Suggestion] = []
        self.open_lines = bytearray(b"\1") * len(lines)
        self.open_expected = bytearray(b"\1") * len(expected)
        for place in past.lines:
            self.open_lines[place] = 0
        for place in past.expected:
            self.open_expected[place] = 0
        self.unclear_lines: set[int] = set()
        self.unclear_expected: set[int] = set()
        self.receipts = [line.receipt for line in lines]
        self.line_by_receipt = _first_places(self.receipts)
        self.expected_by_receipt = _first_places([one.receipt for one in expected])
        self._set_repeated_rows_aside()

    def open_places(self) -> Iterator[int]:
        """Give the places of open expectations."""
        return compress(count(), self.open_expected)

    @cached_property
    def expected_by_reference(self) -> dict[str, int]:
        """Places by our id and the provider's; many a file names neither."""
        return _first_places(
            [one.reference for one in self.expected],
            [one.provider_reference for one in self.expected],
        )

    def paid_lines(self) -> Iterator[int]:
        """Give the places of open lines that show one payment or refund each."""
        for place in compress(count(), self.open_lines):
            if self.lines[place].kind in PAID_LINES:
                yield place

    def named_in(self, narration: str) -> Iterator[int]:
        """Give the places of the expectations whose id or receipt stands in a text."""
        for word in _WORD.findall(narration[:NARRATION_MAX]):
            for index in (self.expected_by_reference, self.expected_by_receipt):
                found = index.get(word)
                if found is not None:
                    yield found

    def can_pair(self, line: int, expected: int) -> bool:
        """Tell whether nothing speaks against one showing the other: sign, and receipts."""
        shown, wanted = self.lines[line], self.expected[expected]
        if shown.amount_ngwee * wanted.amount_ngwee <= 0:
            return False
        return not (shown.receipt and wanted.receipt) or shown.receipt == wanted.receipt

    def take(
        self,
        rule: Rule,
        lines: tuple[int, ...],
        expected: tuple[int, ...],
        evidence: tuple[str, ...],
        original: int | None = None,
    ) -> None:
        """Match open places with one another."""
        for place in lines:
            self.open_lines[place] = 0
        for place in expected:
            self.open_expected[place] = 0
        match = Match(rule, lines, expected, evidence, original)
        self.matches.append(match)
        self.to_judge.append(match)

    def note_as_expected(
        self, rule: Rule, lines: list[int], expected: list[int], evidence: tuple[str, ...]
    ) -> None:
        """Match each line with the expectation that it shows to the ngwee, as nearly all do.

        Both are closed already, and only the fee can be wrong. The lists are empty afterwards.
        """
        self.matches += map(Match, repeat(rule), zip(lines), zip(expected), repeat(evidence))
        lines.clear()
        expected.clear()

    def leave_unclear(self, lines: Sequence[int], expected: Sequence[int]) -> None:
        """Note that the file cannot tell which of these belong together."""
        self.unclear_lines.update(lines)
        self.unclear_expected.update(expected)

    def close_line(self, line: int, trouble: Trouble, difference_ngwee: int = 0) -> None:
        """End a line that nothing will be matched with."""
        self.open_lines[line] = 0
        self.findings.append(Finding(trouble, line, None, difference_ngwee))

    def _set_repeated_rows_aside(self) -> None:
        """Keep the first row of a transaction; none when rows tell of different amounts."""
        first = self.line_by_receipt
        repeated: dict[int, list[int]] = defaultdict(list)
        if len(first) < len(self.lines):  # else each is the first of its receipt
            for place, line in enumerate(self.lines):
                if line.receipt and first[line.receipt] != place:
                    repeated[first[line.receipt]].append(place)
        for kept, others in repeated.items():
            line = self.lines[kept]
            if any(self.lines[o].amount_ngwee != line.amount_ngwee for o in others):
                for place in (kept, *others):
                    self.close_line(place, Trouble.AMBIGUOUS)
                claimed = self.expected_by_receipt.get(line.receipt)
                if claimed is not None:
                    self.unclear_expected.add(claimed)
                continue
            for place in others:
                self.close_line(place, Trouble.DUPLICATE_ROW)
                difference = self.lines[place].fee_ngwee - line.fee_ngwee
                if difference:
                    self.findings.append(Finding(Trouble.FEE_MISMATCH, place, None, difference))


def _first_places(*columns: Sequence[str]) -> dict[str, int]:
    """Give the first place at which each name stands in any of some columns of one length."""
    each = len(columns)
    names = chain.from_iterable(zip(*map(reversed, columns), strict=True))
    places = range(each * len(columns[0]) - 1, -1, -1)
    found = {name: place // each for name, place in zip(names, places, strict=True)}
    found.pop("", None)
    return found
