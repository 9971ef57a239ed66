"""What a keyword may be, how many an account has, and how often one person is answered."""

import re
import unicodedata
from typing import Final

from domain.errors import InvalidRequest
from domain.message_text import (
    MESSAGE_CHARACTERS_MAX,
    MESSAGE_SEGMENTS_MAX,
    is_blank,
    is_within_limits,
)
from domain.opt_out_words import WORDS
from domain.segments import Text
from domain.written import check_words

KEYWORD_CHARACTERS_MAX: Final = 20
KEYWORDS_MAX: Final = 50
"""Rules of one account."""
ANSWER_EVERY_S: Final = 3_600
"""So long after an answer the same person gets none by the same rule: two machines that answer
each other would go on for ever."""

_FIRST: Final = re.compile(r"[\W_]*([^\W_]+)")


def first_word(text: str) -> str | None:
    """Give a text's first word, as rules are compared with it; None where it has none."""
    found = _FIRST.match(_folded(text[: 4 * KEYWORD_CHARACTERS_MAX]))
    return found[1] if found is not None else None


def check_keyword(written: str) -> str:
    """Read the word of a rule: letters and digits of any script, whose case does not count.

    Raises:
        InvalidRequest: with field ``word``: it is none, too long, or opts out or in.
    """
    word = first_word(written)
    if word is None or word != _folded(written) or len(word) > KEYWORD_CHARACTERS_MAX:
        msg = f"The word must be one word of at most {KEYWORD_CHARACTERS_MAX} letters and digits."
        raise InvalidRequest(msg, field="word")
    if word in WORDS:
        msg = "The word asks for no more promotional messages, or for them again: it is heard."
        raise InvalidRequest(msg, field="word")
    return word


def check_answer(written: str) -> str:
    """Read what a rule answers: a text that can be sent as it is.

    Raises:
        InvalidRequest: with field ``answer``: it is blank, longer than a message, or not to be
            sent.
    """
    if is_blank(written):
        msg = "The answer is empty."
        raise InvalidRequest(msg, field="answer")
    if not is_within_limits(Text.measured(check_words(written, "answer"))):
        msg = (
            f"The answer is longer than a message: {MESSAGE_CHARACTERS_MAX:,} characters or "
            f"{MESSAGE_SEGMENTS_MAX} segments."
        )
        raise InvalidRequest(msg, field="answer")
    return written


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
