"""The one place where a cause is looked up, whoever wrote it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.causes.android import ANDROID, android_meaning
from domain.causes.cme import CME, cme_meaning
from domain.causes.cms import CMS, cms_meaning
from domain.causes.meaning import Cause, ErrorCode, ErrorTable, Meaning
from domain.causes.own import OWN

CAUSES: Final[Mapping[str, Meaning]] = MappingProxyType(
    {str(own): meaning for own, meaning in OWN.items()}
    | {str(ErrorCode(ErrorTable.CMS, number)): meaning for number, meaning in CMS.items()}
    | {str(ErrorCode(ErrorTable.CME, number)): meaning for number, meaning in CME.items()}
    | {str(ErrorCode(ErrorTable.ANDROID, number)): meaning for number, meaning in ANDROID.items()}
)
"""Every cause that has words of its own, by its code."""

_UNKNOWN: Final = Meaning("a cause of another version", None, "The reason is not known.")


def meaning_of(cause: Cause | str) -> Meaning:
    """Say what a cause means, as it is or as its text stands in events and logs.

    A number that its table lacks has the words of its range; a text that is no cause at all, as
    another version may have written it, has words that say no more than is known.
    """
    known = CAUSES.get(str(cause))
    if known is not None:
        return known
    table, _, number = str(cause).partition("_")
    if not number.isdecimal():
        return _UNKNOWN
    match table:
        case ErrorTable.CMS:
            return cms_meaning(int(number))
        case ErrorTable.CME:
            return cme_meaning(int(number))
        case ErrorTable.ANDROID:
            return android_meaning(int(number))
        case _:
            return _UNKNOWN
