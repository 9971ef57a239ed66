"""What credits cost by one version of a price list: a price for each, and packs."""

import re
from dataclasses import dataclass
from typing import Final, Self

from domain.credits import CREDITS_MAX
from domain.errors import InvalidRequest, NotFound
from domain.money import Ngwee, parse_kwacha
from domain.values import Credits
from domain.vat import VAT_PERCENT_MAX, vat_in
from domain.written import read_whole

PRICE_MAX_NGWEE: Final = 10**6
PACKS_MAX: Final = 50

_PACK_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Pack:
    """So many credits for one amount."""

    name: str
    credits: Credits
    amount: Ngwee

    def written(self) -> str:
        """Give the form that events hold: ``starter=100/4900``."""
        return f"{self.name}={self.credits}/{self.amount}"

    @classmethod
    def check(cls, written: str) -> Self:
        """Read what people type: ``starter=100/K49.00``.

        Raises:
            InvalidRequest: with field ``packs``: it is none of that form.
        """
        name, _, rest = written.partition("=")
        credits, _, amount = rest.partition("/")
        found = read_whole(credits)
        if found is None or not _PACK_NAME.fullmatch(name):
            msg = "A pack is written NAME=CREDITS/AMOUNT, for example starter=100/K49.00."
            raise InvalidRequest(msg, field="packs")
        return cls(name, Credits(found), parse_kwacha(amount, field="packs"))

    @classmethod
    def read(cls, written: str) -> Self:
        """Read the form that events hold."""
        name, _, rest = written.partition("=")
        credits, _, amount = rest.partition("/")
        return cls(name, Credits(int(credits)), Ngwee(int(amount)))


@dataclass(frozen=True, slots=True)
class Prices:
    """What credits cost by one version."""

    version: str
    ngwee_per_credit: Ngwee
    vat_percent: int
    packs: tuple[Pack, ...] = ()

    def credits_for(self, amount: int) -> Credits:
        """Give the whole credits that ``amount`` (ngwee) buys; 0 when it is less than one.

        That is the best of: the price of a credit for all of it, or any one pack that it covers
        and the price of a credit for the rest. So who pays more never gets less.
        """
        best = max(amount, 0) // self.ngwee_per_credit
        for pack in self.packs:
            if pack.amount <= amount:
                rest = (amount - pack.amount) // self.ngwee_per_credit
                best = max(best, pack.credits + rest)
        return Credits(best)

    def vat_in(self, amount: int) -> Ngwee:
        """Give the value added tax that an amount contains."""
        return vat_in(amount, self.vat_percent)

    def pack(self, name: str) -> Pack:
        """Find a pack.

        Raises:
            NotFound: there is none of this name.
        """
        for pack in self.packs:
            if pack.name == name:
                return pack
        msg = "No such pack."
        raise NotFound(msg)

    def check(self) -> None:
        """Refuse prices that make no sense.

        Raises:
            InvalidRequest: with the field that is wrong.
        """
        _within("ngwee_per_credit", self.ngwee_per_credit, 1, PRICE_MAX_NGWEE)
        _within("vat_percent", self.vat_percent, 0, VAT_PERCENT_MAX)
        _within("packs", len(self.packs), 0, PACKS_MAX)
        for pack in self.packs:
            if not _PACK_NAME.fullmatch(pack.name):
                msg = "A pack is named by at most 32 of a to z, 0 to 9 and dashes."
                raise InvalidRequest(msg, field="packs")
            _within("packs", pack.credits, 1, CREDITS_MAX)
            _within("packs", pack.amount, 1, CREDITS_MAX)
            if self.credits_for(pack.amount) != pack.credits:
                msg = f"The amount of the pack {pack.name} buys more in another way."
                raise InvalidRequest(msg, field="packs")
        if len({pack.name for pack in self.packs}) != len(self.packs):
            msg = "Two packs have one name."
            raise InvalidRequest(msg, field="packs")


def _within(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        msg = f"{field} goes from {least} to {most}."
        raise InvalidRequest(msg, field=field)
