"""A day or a month of one of our wallets at a provider: prepared, signed off by another, locked.

from         event        to
----         -----        --
open         Prepared     prepared (again: the newer figures)
prepared     SignedOff    signed off, by another person
signed off   Locked       locked: nothing is posted into it by hand any more
any but open Reopened     open
"""

from enum import StrEnum
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from domain.errors import InvalidRequest, NotPermitted, TooLate
from domain.events import Aggregate, aggregate_id
from domain.sheet import Figures, bounds_of, check_period
from domain.trial_balance import TrialBalance
from domain.values import Instant

INSTEAD: Final = (
    "post the correction into the open period, where it stays linked to its line, by --into-open"
    " (into_open), or have this one reopened."
)
"""What to do about an entry that would be dated in a locked period."""


class PeriodState(StrEnum):
    """Where a period stands."""

    OPEN = "open"
    PREPARED = "prepared"
    SIGNED_OFF = "signed_off"
    LOCKED = "locked"


def period_id(provider_account: str, period: str) -> UUID:
    """Give the id of a day (``2026-11-28``, in Lusaka) or a month (``2026-11``) of a wallet."""
    return aggregate_id("period", provider_account, period)


class Period(Aggregate):
    """One day or month of one wallet."""

    TOPIC = "Period"

    class Event(Aggregate.Event):
        """Base of a period's events."""

        TOPIC = "Period.Event"

    class Opened(Event, Aggregate.Created):
        """Somebody began to close it."""

        TOPIC = "Period.Opened"
        provider_account: str
        period: str

    class Prepared(Event):
        """``actor`` made the sheet, as of log position ``position``; amounts in ngwee.

        Book balance - in transit + explained + unidentified = statement - unexplained; without
        a statement that and the unexplained are None. The note is a content.
        """

        TOPIC = "Period.Prepared"
        position: int
        book_ngwee: int
        in_transit_ngwee: int
        unidentified_ngwee: int
        explained_ngwee: int
        statement_ngwee: int | None
        unexplained_ngwee: int | None
        actor: str
        note: str | None

        def apply(self, period: "Period") -> None:
            period.state = PeriodState.PREPARED.value
            period.preparer = self.actor
            period.figures = [
                self.book_ngwee,
                self.in_transit_ngwee,
                self.explained_ngwee,
                self.unidentified_ngwee,
                self.statement_ngwee,
            ]

    class SignedOff(Event):
        """Another person agreed with the sheet."""

        TOPIC = "Period.SignedOff"
        actor: str
        approver: str

        def apply(self, period: "Period") -> None:
            period.state = PeriodState.SIGNED_OFF.value

    class Locked(Event):
        """Nothing is posted into it by hand any more; the trial balance of then is frozen in it.

        ``position``, ``totals`` and ``digest`` are those of a ``TrialBalance``; of version 1, which
        had none, position 0 and nothing.
        """

        class_version: ClassVar[int] = 2

        TOPIC = "Period.Locked"
        actor: str
        position: int
        totals: list[str]
        digest: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state.update(position=0, totals=[], digest="")

        def apply(self, period: "Period") -> None:
            period.state = PeriodState.LOCKED.value

    class Reopened(Event):
        """It is open again; the reason is a content."""

        TOPIC = "Period.Reopened"
        actor: str
        reason: str

        def apply(self, period: "Period") -> None:
            period.state = PeriodState.OPEN.value
            period.preparer = None

    def __init__(self, provider_account: str, period: str) -> None:
        self.provider_account = provider_account
        self.period = period
        self.state: str = PeriodState.OPEN.value
        self.preparer: str | None = None
        self.figures: list[int | None] = []
        """What was prepared, as ``_kept`` gives it."""

    @classmethod
    def open(cls, provider_account: str, period: str, *, at: Instant) -> Self:
        """Begin to close a period.

        Raises:
            InvalidRequest: it is neither a day nor a month.
        """
        check_period(period)
        return cls._create(
            cls.Opened,
            id=period_id(provider_account, period),
            timestamp=at,
            provider_account=provider_account,
            period=period,
        )

    def require_open(self) -> None:
        """Refuse what would be posted into a locked period.

        Raises:
            TooLate: it is locked; says what to do instead.
        """
        if self.state == PeriodState.LOCKED:
            msg = f"{self.period} of {self.provider_account} is locked: {INSTEAD}"
            raise TooLate(msg)

    def prepare(
        self,
        figures: Figures,
        *,
        position: int,
        actor: str,
        note: str | None = None,
        at: Instant,
    ) -> None:
        """Keep the sheet's figures.

        Raises:
            TooLate: the period is signed off or locked.
            InvalidRequest: it has not begun, or nobody says why its statement is not as expected.
        """
        self.require_open()
        if self.state == PeriodState.SIGNED_OFF:
            msg = f"{self.period} of {self.provider_account} is signed off: have it reopened first."
            raise TooLate(msg)
        if at < bounds_of(self.period)[0]:
            msg = f"{self.period} has not begun yet."
            raise InvalidRequest(msg, field="date")
        if figures.unexplained_ngwee != 0 and note is None:
            msg = "Say in a note why the statement is not as expected, or that there is none."
            raise InvalidRequest(msg, field="note")
        self._record(
            self.Prepared,
            at=at,
            position=position,
            book_ngwee=figures.book_ngwee,
            in_transit_ngwee=figures.in_transit_ngwee,
            unidentified_ngwee=figures.unidentified_ngwee,
            explained_ngwee=figures.explained_ngwee,
            statement_ngwee=figures.statement_ngwee,
            unexplained_ngwee=figures.unexplained_ngwee,
            actor=actor,
            note=note,
        )

    def sign_off(self, figures: Figures, *, approver: str, at: Instant) -> None:
        """Agree with the sheet, as another person.

        Raises:
            NotPermitted: the approver prepared it.
            TooLate: no sheet waits, or its figures are not those of ``figures``, which are of now.
        """
        self._require(PeriodState.PREPARED)
        if approver == self.preparer:
            msg = "Who prepared a sheet cannot sign it off: that takes another person."
            raise NotPermitted(msg)
        self._require_same(figures, "prepared: have it prepared again")
        self._record(self.SignedOff, at=at, actor=self.preparer or "", approver=approver)

    def lock(self, figures: Figures, *, frozen: TrialBalance, actor: str, at: Instant) -> None:
        """Lock what is signed off, and freeze the trial balance of now in it.

        Raises:
            TooLate: it is not signed off, locked already, not over yet, or its figures are not
                those of ``figures``, which are of now.
        """
        self._require(PeriodState.SIGNED_OFF)
        if at < bounds_of(self.period)[1]:
            msg = f"{self.period} is not over yet: it can be locked when it is."
            raise TooLate(msg)
        self._require_same(figures, "signed off: have it reopened, prepared and signed off again")
        self._record(
            self.Locked,
            at=at,
            actor=actor,
            position=frozen.position,
            totals=list(frozen.totals),
            digest=frozen.digest,
        )

    def reopen(self, *, actor: str, reason: str, at: Instant) -> None:
        """Open it again.

        Raises:
            TooLate: it is open.
        """
        if self.state == PeriodState.OPEN:
            msg = f"{self.period} of {self.provider_account} is open."
            raise TooLate(msg)
        self._record(self.Reopened, at=at, actor=actor, reason=reason)

    def _require(self, state: PeriodState) -> None:
        if self.state != state:
            msg = f"{self.period} of {self.provider_account} is {self.state.replace('_', ' ')}."
            raise TooLate(msg)

    def _require_same(self, figures: Figures, since: str) -> None:
        if _kept(figures) != self.figures:
            name = f"{self.period} of {self.provider_account}"
            msg = f"The figures of {name} have changed since it was {since}."
            raise TooLate(msg)


def _kept(figures: Figures) -> list[int | None]:
    return [
        figures.book_ngwee,
        figures.in_transit_ngwee,
        figures.explained_ngwee,
        figures.unidentified_ngwee,
        figures.statement_ngwee,
    ]
