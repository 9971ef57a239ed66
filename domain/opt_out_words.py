"""The words by which somebody who got a message asks for no more promotions, or for them again.

English as carriers know it, and how it is said in languages of Zambia. A message counts when it
says nothing else: a sentence with such a word in it is for people to read.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.inbound import Word

_STOP: Final = (
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke", "remove"),
    *("leka", "lekeni"),  # Bemba
    "lekani",  # Nyanja, where it is leka too
    "cileke",  # Tonga
    *("tuhela", "tuheleng"),  # Lozi
)
_START: Final = (
    *("start", "unstop", "subscribe", "resume", "optin"),
    *("tampa", "tampeni"),  # Bemba
    *("yamba", "yambani"),  # Nyanja
    "talika",  # Tonga
    "kala",  # Lozi
)
_BESIDE: Final = frozenset(
    {
        *("please", "pls", "plz", "now", "all", "it", "this", "these", "the", "your", "me", "my"),
        *("sms", "smses", "message", "messages", "msg", "msgs", "text", "texts", "ads", "adverts"),
        *("promo", "promos", "promotion", "promotions", "sending", "number", "from", "of", "to"),
        *("napapata", "chonde", "ndalomba"),  # please: Bemba, Nyanja, Tonga
    }
)
"""What may stand beside one and changes nothing."""

WORDS: Final[Mapping[str, Word]] = MappingProxyType(
    {**dict.fromkeys(_STOP, Word.STOP), **dict.fromkeys(_START, Word.START)}
)
TEXT_MAX: Final = 60
"""Characters: what is longer is no such word."""

_PARTED: Final = re.compile(r"\b(opt|stop) (out|in|all)\b")
_NOT_LETTERS: Final = re.compile(r"[^\w]+|_+")


def word_in(text: str) -> Word | None:
    """Give what a text asks for; None where it says anything else, or both."""
    if len(text) > TEXT_MAX:
        return None
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _PARTED.sub(r"\1\2", _NOT_LETTERS.sub(" ", folded)).split()
    asked = {WORDS[word] for word in words if word in WORDS}
    is_alone = all(word in WORDS or word in _BESIDE for word in words)
    return asked.pop() if is_alone and len(asked) == 1 else None
