"""Guesses which field of a request was meant for one that is missing: what others call it."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice
from types import MappingProxyType
from typing import Final

LOOKED_AT_MAX: Final = 50
"""Fields of a request that are looked at; more are nobody's slip."""
NAME_CHARACTERS_MAX: Final = 32
"""Longer names are neither like ours nor said back."""
ALIKE_FROM: Final = 0.8
"""From this ratio of equal characters on (``difflib``) a name is a slip for another."""

_RECIPIENTS: Final = (
    *("to", "recipient", "recipients", "phone", "phones", "phonenumber", "phonenumbers"),
    *("number", "numbers", "msisdn", "msisdns", "mobile", "mobiles", "destination", "receiver"),
    *("contact", "contacts"),
)
CALLED: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "to": _RECIPIENTS,
        "recipients": _RECIPIENTS,
        "message": ("text", "msg", "body", "content", "sms", "messagetext", "messagebody"),
        "api_key": ("key", "token", "apitoken", "accesskey", "accesstoken"),
        "use_case": ("purpose", "usage", "description", "reason"),
        "name": ("senderid", "sender", "from", "sendername"),
    }
)
"""What other gateways call our fields, without signs and in lower case."""


def lookalikes(given: Iterable[str], missing: Sequence[str]) -> Mapping[str, str]:
    """Give, for those of the missing fields that have one, the given field that was meant."""
    names = [name for name in islice(given, LOOKED_AT_MAX) if _can_be_said(name)]
    found: dict[str, str] = {}
    for wanted in missing:
        for name in names:
            if name != wanted and name not in found.values() and _means(name, wanted):
                found[wanted] = name
                break
    return found


def _can_be_said(name: str) -> bool:
    return len(name) <= NAME_CHARACTERS_MAX and name.isascii() and name.isprintable()


def _means(name: str, wanted: str) -> bool:
    bare, ours = _bare(name), _bare(wanted)
    if bare == ours or bare in CALLED.get(wanted, ()):
        return True
    return SequenceMatcher(None, bare, ours).ratio() >= ALIKE_FROM


def _bare(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
