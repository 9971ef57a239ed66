"""The ledger: what every event posts, in credits and in ngwee, or that it moves nothing."""

from domain.ledger import chart
from domain.ledger.lots import Holdings, Lot
from domain.ledger.nothing import MOVES_NOTHING
from domain.ledger.posting import SMSCR, ZMW, Posting
from domain.ledger.rules import RULES, TAKES_LOTS, Rule, postings

__all__ = [
    "MOVES_NOTHING",
    "RULES",
    "SMSCR",
    "TAKES_LOTS",
    "ZMW",
    "Holdings",
    "Lot",
    "Posting",
    "Rule",
    "chart",
    "postings",
]
