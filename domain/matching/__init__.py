"""Says which payments of ours the lines of a statement show, and what stays to be explained."""

from domain.matching.findings import Finding, Match, Outcome, Rule, Suggestion, Trouble
from domain.matching.sides import Expected, Line, LineKind, Past, Standing, Terms
from domain.matching.stages import STAGES, Stage
from domain.matching.verdict import match_lines

__all__ = [
    "STAGES",
    "Expected",
    "Finding",
    "Line",
    "LineKind",
    "Match",
    "Outcome",
    "Past",
    "Rule",
    "Stage",
    "Standing",
    "Suggestion",
    "Terms",
    "Trouble",
    "match_lines",
]
