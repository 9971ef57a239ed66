"""Folds receipts and payments: what is open of each, since when, and what was noted about them."""

import json
from typing import Any, Final

from domain.case import Case
from domain.contents import reason_number
from domain.oddity import Oddity
from domain.payment import Payment
from domain.receipt import Receipt
from domain.receipt.known import Known
from domain.receipt.progress import Progress
from domain.statement import Statement
from domain.unknown_callbacks import UnknownCallbacks
from projections import catalogue
from projections.folds.receipt_payments import fold_payment
from projections.folds.topups import LEADS_TO
from projections.oddities import ODDITIES
from projections.projection import Batch, Projection
from projections.receipt_payments import PAYMENTS
from projections.receipts import CASES, FILES, ITEMS, RECEIPTS
from projections.rows import Rows, WrongHistory
from projections.unknown_callbacks import UNKNOWN_CALLBACKS

KINDS_BITS: Final = 2
"""An event opens at most four items."""

_FIELDS: Final = tuple(Progress.__annotations__)
_CAME: Final = frozenset({Receipt.Credited, Receipt.Assigned})
_MATCHED: Final = {
    Receipt.Matched: -1,
    Receipt.Unmatched: 1,
    Receipt.Covered: -1,
    Receipt.Uncovered: 1,
}
_WENT: Final = frozenset({Receipt.Reversed, Receipt.PaidBack})


class _Receipt(Known):
    """A receipt while a batch is folded: its row, and what that keeps as text."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.id = row["id"]
        self.row = row
        self.items: dict[str, int] = json.loads(row["items"])
        vars(self).update(json.loads(row["state"]))

    def put_back(self) -> None:
        """Write into the row what it keeps as text."""
        self.row["state"] = _written(self)
        self.row["items"] = json.dumps(self.items, separators=(",", ":"))


def _written(known: Progress) -> str:
    fields = {name: getattr(known, name) for name in _FIELDS}
    return json.dumps(fields, separators=(",", ":"))


def _empty() -> str:
    nothing = Progress()
    nothing.begin()
    return _written(nothing)


_BEGINNING: Final = _empty()
_NOTHING: Final = dict.fromkeys(column.name for column in RECEIPTS.c)


class Receipts(Projection):
    """Folds the events of receipts, payments, statements, cases and unknown callbacks."""

    name, version = catalogue.RECEIPTS
    tables = (RECEIPTS, ITEMS, PAYMENTS, FILES, CASES, ODDITIES, UNKNOWN_CALLBACKS)
    events = frozenset(
        {
            Receipt.Opened,
            Receipt.SeenByApi,
            Receipt.SeenOnStatement,
            Receipt.Credited,
            Receipt.Held,
            Receipt.Assigned,
            Receipt.Matched,
            Receipt.Unmatched,
            Receipt.Covered,
            Receipt.Uncovered,
            Receipt.Reversed,
            Receipt.PaidBack,
            Receipt.Settled,
            Receipt.WrittenOff,
            Payment.Requested,
            *LEADS_TO,
            Statement.Imported,
            Case.Noted,
            Oddity.Found,
            UnknownCallbacks.Kept,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of events."""
        receipts, items = batch.rows(RECEIPTS), batch.rows(ITEMS)
        payments, files, cases = batch.rows(PAYMENTS), batch.rows(FILES), batch.rows(CASES)
        oddities, callbacks = batch.rows(ODDITIES), batch.rows(UNKNOWN_CALLBACKS)
        receipts.load(
            {str(e.originator_id) for _, e in batch.events if isinstance(e, Receipt.Event)}
        )
        known = {key: _Receipt(receipts[key]) for key in receipts}
        items.load(place for one in known.values() for place in one.items.values())
        payments.load({e.number for _, e in batch.events if type(e) in LEADS_TO})
        cases.load({e.subject for _, e in batch.events if isinstance(e, Case.Noted)})
        for position, event in batch.events:
            match event:
                case Receipt.Opened():
                    opened = receipts.add(_opened(position, event))
                    known[opened["id"]] = _Receipt(opened)
                case Receipt.Event():
                    _fold_receipt(_known(known, event), items, position, event)
                case Payment.Event() | Payment.Requested():
                    fold_payment(payments, event)
                case Statement.Imported():
                    files.add({**_imported(event), "place": position, "imported_at": event.at})
                case Case.Noted():
                    _fold_case(cases, event)
                case Oddity.Found():
                    oddities.add(
                        {
                            "place": position,
                            "receipt": event.receipt,
                            "provider_account": event.provider_account,
                            "transaction_id": event.transaction_id,
                            "kind": event.kind,
                            "amount_ngwee": event.amount_ngwee,
                            "since": event.at,
                        }
                    )
                case UnknownCallbacks.Kept():
                    callbacks.add(
                        {
                            "number": event.number,
                            "provider_account": event.provider_account,
                            "amount_ngwee": event.amount_ngwee,
                            "kept_at": event.at,
                        }
                    )
        for one in known.values():
            one.put_back()


def _imported(event: Any) -> dict[str, Any]:
    """Give what a file's row has of the event under the same name."""
    own = {"place", "imported_at"}
    return {name: getattr(event, name) for name in set(FILES.c.keys()) - own}


def _fold_case(cases: Rows, event: Any) -> None:
    noted = {
        "subject": event.subject,
        "owner": event.owner,
        "note": reason_number(event.note),
        "is_closed": event.is_closed,
        "actor": event.actor,
        "noted_at": event.at,
    }
    if event.subject not in cases:
        cases.add(noted)
    elif event.note is None:
        noted.pop("note")
    cases[event.subject].update(noted)


# -- receipts ---------------------------------------------------------------------------------


def _known(known: dict[str, _Receipt], event: Any) -> _Receipt:
    try:
        return known[str(event.originator_id)]
    except KeyError:
        raise WrongHistory(f"there is no receipt {event.originator_id}") from None


def _fold_receipt(known: _Receipt, items: Rows, position: int, event: Any) -> None:
    row = known.row
    event.apply(known)
    _note_sides(row, event)
    match event:
        case Receipt.SeenOnStatement():
            row.update(
                kind=event.kind,
                amount_ngwee=event.amount_ngwee,
                fee_ngwee=event.fee_ngwee,
                happened_at=event.happened_at,
                seen_at=event.at,
                reference=event.reference,
                content=reason_number(event.content),
            )
        case Receipt.Credited() | Receipt.Assigned():
            row.update(account=event.account, credited_at=event.at)
            row["payment"] = getattr(event, "payment", None)
    row["held"] = known.held
    shown = {name for part in known.parts.values() for name in part[3]}
    row["shows"] = shown.pop() if len(shown) == 1 else None
    row["reversed_ngwee"] = known.reversed_ngwee
    if isinstance(event, Receipt.Matched | Receipt.Unmatched):
        row["is_apart"] = isinstance(event, Receipt.Unmatched)
    is_open = known.is_on_statement and (known.is_held_posted or not known.is_posted)
    is_open = is_open and not (known.parts or row["is_apart"])
    row["open_line"] = row["place"] if is_open else None
    is_confirmed = bool(row["in_ngwee"] or row["out_ngwee"])
    row["open_confirmed"] = row["place"] if is_confirmed else None
    _keep_items(items, known, position, event.at)


def _opened(position: int, event: Any) -> dict[str, Any]:
    return {
        **_NOTHING,
        "id": str(event.originator_id),
        "place": position,
        "provider_account": event.provider_account,
        "transaction_id": event.transaction_id,
        "state": _BEGINNING,
        "items": "{}",
        "amount_ngwee": 0,
        "fee_ngwee": 0,
        "in_ngwee": 0,
        "out_ngwee": 0,
        "reversed_ngwee": 0,
        "is_apart": False,
    }


def _note_sides(row: dict[str, Any], event: Any) -> None:
    """Keep apart what came in and what went back: their sum stands in Clearing."""
    kind = type(event)
    if kind in _CAME and event.source == "clearing":
        row["in_ngwee"] += event.amount_ngwee
    elif kind in _WENT:
        if getattr(event, "was_credited", True):
            row["out_ngwee"] -= event.amount_ngwee
    elif kind in _MATCHED:
        is_own = kind in {Receipt.Covered, Receipt.Uncovered} or row["id"] in event.receipts
        if is_own:
            side = "in_ngwee" if event.amount_ngwee > 0 else "out_ngwee"
            row[side] += _MATCHED[kind] * event.amount_ngwee
    elif kind is Receipt.WrittenOff and event.source == "clearing":
        row.update(in_ngwee=0, out_ngwee=0)
    # A line that shows more than came in, and one that shows more than went back, explain each
    # other: the first was taken back.
    both = min(-row["in_ngwee"], row["out_ngwee"])
    if both > 0:
        row["in_ngwee"] += both
        row["out_ngwee"] -= both


def _keep_items(items: Rows, known: _Receipt, position: int, at: int) -> None:
    """End what is open no more, and begin what is: another amount or cause is another item.

    What came in is another once its own line shows it; what went back is on a line of its own.
    """
    row, there = known.row, known.items
    wanted: dict[str, tuple[int, str | None]] = {}
    if known.held is not None:
        wanted["held"] = known.amount_ngwee, known.held
    if row["in_ngwee"]:
        wanted["in"] = row["in_ngwee"], None
    if row["out_ngwee"]:
        wanted["out"] = row["out_ngwee"], None
    if known.is_on_statement and not known.is_posted:
        wanted["line"] = known.line_ngwee - known.matched_ngwee, None
    for what, place in list(there.items()):
        item = items[place]
        now = (item["amount_ngwee"], item["cause"], bool(item["is_on_statement"]))
        if what in wanted and now == (*wanted[what], _is_shown(known, what)):
            del wanted[what]
        else:
            item["until"] = at
            del there[what]
    for slot, (what, (amount, cause)) in enumerate(wanted.items()):
        there[what] = position << KINDS_BITS | slot
        items.add(
            {
                "place": there[what],
                "receipt": row["id"],
                "what": what,
                "cause": cause,
                "amount_ngwee": amount,
                "is_on_statement": _is_shown(known, what),
                "since": at,
                "until": None,
            }
        )


def _is_shown(known: _Receipt, what: str) -> bool:
    """Tell whether its line is about this; what goes back has a line of its own."""
    return known.is_on_statement and what != "out"
