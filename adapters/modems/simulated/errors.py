"""How a simulated modem says an error: bare, as a number, or in words (``AT+CMEE``)."""

from typing import Final

from adapters.modems.devices.error_words import CME_WORDS, CMS_WORDS, words_of

BARE, IN_WORDS = 0, 2
_WORDS: Final = {"CME": CME_WORDS, "CMS": CMS_WORDS}


def error_text(table: str, number: int, *, how: int, bare: str) -> str:
    """Say a number of a table (CME, CMS); a message error has its number also where none is asked.

    ``how`` is what ``AT+CMEE`` was set to, ``bare`` what the device says for an error without one.
    """
    if how == BARE and table == "CME":
        return bare
    words = words_of(number, _WORDS[table]) if how == IN_WORDS else None
    return f"+{table} ERROR: {words or number}"
