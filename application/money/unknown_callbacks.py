"""Callbacks about no payment of ours: kept to be explained, so many a day, and shown to finance."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, Contents, reference
from application.money.topups import WALLET
from application.ports import ContentRow
from domain.contents import ContentKind
from domain.days import day_of
from domain.errors import NotFound
from domain.provider_account import provider_account
from domain.public_ids import callback_id
from domain.unknown_callbacks import UnknownCallbacks, unknown_callbacks_id
from domain.values import Instant

KEPT_CHARACTERS_MAX: Final = 8_192
"""Of what one said."""


class KeepUnknownCallback(Command[int | None]):
    """Keep what a provider said about a payment that is not ours."""

    def __init__(
        self,
        provider: str,
        said: str,
        *,
        payer: str | None,
        amount_ngwee: int | None,
        digest: str,
        at: Instant,
    ) -> None:
        """``said`` holds no secret; payer and amount are what it claims. ``digest`` is keyed."""
        self.at = at
        self._wallet = provider_account(provider, WALLET)
        self._said = said[:KEPT_CHARACTERS_MAX].replace("\x00", "\N{REPLACEMENT CHARACTER}")
        self._payer = payer
        self._amount = amount_ngwee
        self._digest = digest
        self._number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw the number and salt of what is kept."""
        self._number = tools.numbers.take("callback")
        self._salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """Those of the day."""
        yield unknown_callbacks_id(day_of(self.at))

    def decide(self, books: Books) -> int | None:
        """Keep it and give its number; None: the same came on this day, or it has enough."""
        day = day_of(self.at)
        callbacks = books.find(UnknownCallbacks, unknown_callbacks_id(day))
        callbacks = callbacks or UnknownCallbacks.open(day, at=self.at)
        row = ContentRow(
            ContentKind.CALLBACK, self._number, self._salt, msisdn=self._payer, body=self._said
        )
        is_kept = callbacks.keep(
            self._number,
            provider_account=self._wallet,
            amount_ngwee=self._amount,
            digest=self._digest,
            content=reference(row),
            at=self.at,
        )
        if not is_kept:
            return None
        books.keep(row)
        books.record(callbacks)
        return self._number


def show_callback(source: Contents, number: int) -> dict[str, Any]:
    """Read what is kept of a callback, for people and programs.

    Raises:
        NotFound: there is none, or its time is over.
    """
    row = source.content(ContentKind.CALLBACK, number)
    if row is None:
        msg = "No such callback is kept."
        raise NotFound(msg)
    return {"callback": callback_id(number), "said": row.body or ""}
