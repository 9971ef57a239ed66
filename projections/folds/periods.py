"""Folds which periods of our wallets are being closed, by whom and with which figures."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from domain.closing import Closing
from domain.contents import reason_number
from domain.days import day_of
from domain.events import Event
from domain.period import Period, PeriodState, period_id
from domain.sheet import periods_of
from domain.values import Instant
from projections.days.tables import CLOSINGS, PERIODS
from projections.projection import Batch
from projections.rows import Row


class PeriodPages:
    """The rows of periods that a batch touches."""

    def __init__(self, batch: Batch) -> None:
        self._rows, self._closings = batch.rows(PERIODS), batch.rows(CLOSINGS)
        self._keys: dict[tuple[str, int], list[str]] = {}
        """The rows of the day and the month of a day of a wallet."""
        events = [event for _, event in batch.events]
        self._rows.load(str(one.originator_id) for one in events if isinstance(one, Period.Event))
        self._closings.load(
            {one.provider_account for one in events if isinstance(one, Closing.Moved)}
        )

    def load(self, moments: Iterable[tuple[str, Instant]]) -> None:
        """Load the periods that hold these moments, and up to when these wallets are closed."""
        moments = list(moments)
        self._closings.load({wallet for wallet, _ in moments})
        self._rows.load(key for wallet, at in moments for key in self._keys_of(wallet, at))

    def is_locked(self, wallet: str, at: Instant) -> bool:
        """Whether the day of a moment, or its month or a later one, is locked by now."""
        if wallet in self._closings and at < self._closings[wallet]["until"]:
            return True
        locked = PeriodState.LOCKED.value
        keys = self._keys_of(wallet, at)
        return any(key in self._rows and self._rows[key]["state"] == locked for key in keys)

    def _keys_of(self, wallet: str, at: Instant) -> list[str]:
        day = wallet, day_of(at)
        if day not in self._keys:
            self._keys[day] = [str(period_id(wallet, period)) for period in periods_of(at)]
        return self._keys[day]

    def fold(self, event: Any) -> None:
        """Fold an event of a period, or of how far books are closed."""
        if isinstance(event, Closing.Moved):
            if event.provider_account in self._closings:
                self._closings[event.provider_account]["until"] = event.until
            else:
                self._closings.add({"wallet": event.provider_account, "until": event.until})
        elif isinstance(event, Period.Opened):
            row: Row = dict.fromkeys(column.name for column in PERIODS.c)
            row["id"] = str(event.originator_id)
            row["wallet"] = event.provider_account
            row["period"] = event.period
            row["state"] = PeriodState.OPEN.value
            self._rows.add(row)
        else:
            self._rows[str(event.originator_id)].update(_CHANGES[type(event)](event))


def _prepared(event: Any) -> Row:
    return {
        "state": PeriodState.PREPARED.value,
        "position": event.position,
        "book_ngwee": event.book_ngwee,
        "in_transit_ngwee": event.in_transit_ngwee,
        "explained_ngwee": event.explained_ngwee,
        "unidentified_ngwee": event.unidentified_ngwee,
        "statement_ngwee": event.statement_ngwee,
        "preparer": event.actor,
        "prepared_at": event.at,
        "note": reason_number(event.note),
    }


def _signed(event: Any) -> Row:
    state = PeriodState.SIGNED_OFF.value
    return {"state": state, "approver": event.approver, "signed_at": event.at}


def _locked(event: Any) -> Row:
    state = PeriodState.LOCKED.value
    return {"state": state, "locked_by": event.actor, "locked_at": event.at}


def _reopened(_event: Any) -> Row:
    kept = {"id", "wallet", "period"}
    nothing = dict.fromkeys(column.name for column in PERIODS.c if column.name not in kept)
    return {**nothing, "state": PeriodState.OPEN.value}


_CHANGES: Final[Mapping[type[Event], Callable[[Any], Row]]] = {
    Period.Prepared: _prepared,
    Period.SignedOff: _signed,
    Period.Locked: _locked,
    Period.Reopened: _reopened,
}
OF_PERIODS: Final[frozenset[type[Event]]] = frozenset({Period.Opened, Closing.Moved, *_CHANGES})
