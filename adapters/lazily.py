"""A port that is made when it is first used: a command that needs none loads no library for it."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

P = TypeVar("P")


class _Lazily:
    """Stands for what ``make`` gives, once something of it is asked for."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__.get("_made")
        if made is None:
            made = self._made = self._make()
        return getattr(made, name)


def lazily(make: Callable[[], P]) -> P:
    """Give something that behaves as what ``make`` gives, which is made at its first use.

    For one thread: two that use it first at the same time may each make one.
    """
    return cast("P", _Lazily(make))
