"""How far a long command is, said on stderr once a second."""

import time
from typing import Final

import click

EVERY_S: Final = 1.0


class Progress:
    """Says it, if a second has gone by since it was last said."""

    def __init__(self) -> None:
        self._next_s = time.monotonic() + EVERY_S

    def say(self, words: str) -> None:
        """Say how far it is."""
        now_s = time.monotonic()
        if now_s >= self._next_s:
            click.echo(words, err=True)
            self._next_s = now_s + EVERY_S
