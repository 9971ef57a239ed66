"""What our wallets hold by the end of each day, what of it is open, and which periods are closed.

A module of this folder is imported when it is named, as those beside it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if not TYPE_CHECKING:  # which takes every name for granted

    def __getattr__(name: str) -> object:
        try:
            return import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(name) from error
