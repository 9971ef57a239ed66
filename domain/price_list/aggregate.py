"""The PriceList aggregate: versions with their dates; a version never changes.

A later one takes its place from a date on.
"""

from collections.abc import Iterable
from typing import Any, Final, Self, cast
from uuid import UUID

from domain.errors import AlreadyExists, InvalidRequest, NotFound, TooLate
from domain.events import Aggregate, aggregate_id
from domain.money import Ngwee
from domain.price_list.prices import Pack, Prices
from domain.values import SECOND, Instant

QUOTE_S: Final = 24 * 3600
"""How long a price that was quoted to a payer holds, also when the payment is confirmed late."""
VERSIONS_MAX: Final = 100
"""Versions of one list that are in force, to come, or ended within the time of a quote."""


def price_list_id(account: int | None) -> UUID:
    """Give the id of an account's own price list; None is the one for everybody."""
    return aggregate_id("price_list", "all" if account is None else account)


class PriceList(Aggregate):
    """The versions of one price list that still matter."""

    TOPIC = "PriceList"

    account: int | None
    published: int
    versions: list[dict[str, Any]]
    """Fields of ``Published``, oldest first."""

    class Event(Aggregate.Event):
        """Base of a price list's events."""

        TOPIC = "PriceList.Event"

    class Opened(Event, Aggregate.Created):
        """There is a price list: of an account, or for everybody (None)."""

        TOPIC = "PriceList.Opened"
        account: int | None

    class Published(Event):
        """A version holds from one instant on, and until another where that was said.

        Without an end it replaces what began before it for good; with one it only stands before
        it meanwhile. ``packs`` are written ``name=credits/ngwee``; ``reason`` names a content.
        """

        TOPIC = "PriceList.Published"
        account: int | None
        number: int
        version: str
        ngwee_per_credit: int
        vat_percent: int
        packs: list[str]
        effective_from: int
        effective_until: int | None
        actor: str
        reason: str

        def apply(self, prices: "PriceList") -> None:
            prices.published = self.number
            quoted = self.at - QUOTE_S * SECOND
            prices.versions = [
                *_since(quoted, prices.versions),
                {
                    "version": self.version,
                    "ngwee_per_credit": self.ngwee_per_credit,
                    "vat_percent": self.vat_percent,
                    "packs": self.packs,
                    "from": self.effective_from,
                    "until": self.effective_until,
                    "for_good": self.effective_until is None,
                },
            ]

    class Withdrawn(Event):
        """A version holds no more; what was quoted by it is kept to."""

        TOPIC = "PriceList.Withdrawn"
        account: int | None
        version: str
        actor: str
        reason: str

        def apply(self, prices: "PriceList") -> None:
            prices.versions = [
                {**one, "until": self.at} if one["version"] == self.version else one
                for one in prices.versions
                if one["version"] != self.version or one["from"] <= self.at
            ]

    def __init__(self, account: int | None) -> None:
        self.account = account
        self.published = 0
        self.versions = []

    @classmethod
    def open(cls, account: int | None, *, at: Instant) -> Self:
        """Begin a price list."""
        return cls._create(cls.Opened, id=price_list_id(account), timestamp=at, account=account)

    def publish(
        self,
        *,
        ngwee_per_credit: int,
        vat_percent: int = 0,
        packs: Iterable[Pack] = (),
        effective_from: Instant,
        effective_until: Instant | None = None,
        actor: str,
        reason: str,
        at: Instant,
    ) -> str:
        """Publish a version, and give its name.

        Raises:
            InvalidRequest: the prices make no sense, or it begins in the past or never.
            TooLate: as many versions wait as may.
        """
        number = self.published + 1
        owner = "prices" if self.account is None else f"prices-of-{self.account}"
        prices = Prices(f"{owner}-{number}", Ngwee(ngwee_per_credit), vat_percent, tuple(packs))
        prices.check()
        if effective_from < at:
            msg = "A price list begins now or later: what was sold is sold."
            raise InvalidRequest(msg, field="effective_from")
        if effective_until is not None and effective_until <= effective_from:
            msg = "A price list ends after it begins."
            raise InvalidRequest(msg, field="effective_until")
        if len(self.versions) >= VERSIONS_MAX:
            msg = f"{VERSIONS_MAX} versions of this price list are in force or to come."
            raise TooLate(msg)
        self._record(
            self.Published,
            at=at,
            account=self.account,
            number=number,
            version=prices.version,
            ngwee_per_credit=ngwee_per_credit,
            vat_percent=vat_percent,
            packs=[pack.written() for pack in prices.packs],
            effective_from=effective_from,
            effective_until=effective_until,
            actor=actor,
            reason=reason,
        )
        return prices.version

    def withdraw(self, version: str, *, actor: str, reason: str, at: Instant) -> None:
        """End a version now.

        Raises:
            NotFound: no such version is in force or to come.
            AlreadyExists: it has ended already.
        """
        found = next((one for one in self.versions if one["version"] == version), None)
        if found is None:
            msg = "No such price list is in force or to come."
            raise NotFound(msg)
        if found["until"] is not None and found["until"] <= at:
            msg = f"The price list {version} has ended."
            raise AlreadyExists(msg)
        self._record(
            self.Withdrawn,
            at=at,
            account=self.account,
            version=version,
            actor=actor,
            reason=reason,
        )

    def at_time(self, at: Instant) -> Prices | None:
        """Give the version in force: of those that hold, the one that began last."""
        began = [one for one in _in_order(self.versions) if one["from"] <= at]
        for one in reversed(began):
            if one["until"] is None or at < one["until"]:
                return _prices(one)
            if one["for_good"]:
                return None
        return None

    def named(self, version: str) -> Prices | None:
        """Give a version that is in force, to come, or ended a short time ago."""
        return next((_prices(one) for one in self.versions if one["version"] == version), None)


def prices_in_force(own: PriceList | None, general: PriceList | None, *, at: Instant) -> Prices:
    """Give an account's prices: by its own list where one holds, else by everybody's.

    Raises:
        NotFound: no price list is in force.
    """
    for prices in (own, general):
        if prices is not None and (found := prices.at_time(at)) is not None:
            return found
    msg = "No price list is in force: publish one."
    raise NotFound(msg)


def prices_for(
    own: PriceList | None,
    general: PriceList | None,
    *,
    quoted: str,
    quoted_until: Instant,
    at: Instant,
) -> Prices:
    """Give the prices of a payment that is confirmed at ``at``: those quoted, while they hold.

    Raises:
        NotFound: the quote has ended, and no price list is in force.
    """
    if at <= quoted_until:
        for prices in (own, general):
            if prices is not None and (found := prices.named(quoted)) is not None:
                return found
    return prices_in_force(own, general, at=at)


def _prices(stored: dict[str, Any]) -> Prices:
    return Prices(
        stored["version"],
        Ngwee(stored["ngwee_per_credit"]),
        stored["vat_percent"],
        tuple(map(Pack.read, stored["packs"])),
    )


def _in_order(versions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort versions by when they begin; of those that begin together, the last one counts."""
    return sorted(versions, key=lambda one: cast("int", one["from"]))


def _since(quoted: int, versions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the versions that may still count: by date, or by a quote since ``quoted``."""
    kept = []
    for one in reversed(_in_order(versions)):
        if one["until"] is None or one["until"] > quoted:
            kept.append(one)
        if one["for_good"] and one["from"] <= quoted:
            break
    return kept[::-1]
