"""Live and test: what a key is for, and which log of an account it writes and reads."""

from enum import StrEnum

from domain.errors import InvalidRequest


class Mode(StrEnum):
    """What a key is for."""

    LIVE = "live"
    TEST = "test"
    """Nothing is sent and nothing is charged."""


def check_mode(asked: object) -> Mode:
    """Read a mode; nothing asked for is live.

    Raises:
        InvalidRequest: it is none.
    """
    word = asked.strip().casefold() if isinstance(asked, str) else asked
    if word in (None, ""):
        return Mode.LIVE
    if word not in tuple(Mode):
        msg = f"The mode must be one of {', '.join(Mode)}."
        raise InvalidRequest(msg, field="mode")
    return Mode(str(word))


def log_of(account: int, mode: Mode) -> int:
    """Give the number of an account's log: its own, and for tests the same below zero.

    Two logs, so that no question about the one can ever answer with the other.
    """
    return account if mode is Mode.LIVE else -account


def is_of_tests(log: int) -> bool:
    """Whether a log is one of tests."""
    return log < 0
