"""Read models: folded from the event log, disposable, rebuilt to the same rows.

A module of this folder that nobody has imported yet is imported when it is named
(``projections.fleet``): one question loads the tables of one read model, not of them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if not TYPE_CHECKING:  # which takes every name for granted

    def __getattr__(name: str) -> object:
        try:
            return import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(name) from error
