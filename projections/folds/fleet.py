"""Folds the SIMs and what they send."""

from collections.abc import Sequence
from typing import Final

from domain.contents import reason_number
from domain.days import counts_for, day_of
from domain.events import Event
from domain.message.events import AttemptStarted, SegmentAccepted, Sent
from domain.phone import PACE_SEGMENTS, Phone
from domain.sim import Sim
from projections import catalogue
from projections.fleet import AIRTIME, LATELY, PHONES, SIMS, USE
from projections.projection import Batch, Projection
from projections.rows import Row, Rows

_BEGINS: Final[frozenset[type[Event]]] = frozenset({AttemptStarted, SegmentAccepted})
_ANSWERS: Final[frozenset[type[Event]]] = frozenset({Sim.AirtimeTold, Sim.AirtimeUntold})
_GIVES: Final[frozenset[type[Event]]] = frozenset({Sim.CameOnline, AttemptStarted})
_PHONES: Final[frozenset[type[Event]]] = frozenset({Phone.Enrolled, Phone.Mapped, Phone.Revoked})
_APART: Final = _BEGINS | _ANSWERS | _PHONES


class Fleet(Projection):
    """Folds the events of SIMs, and of what they send, into ``fleet_sims``."""

    name, version = catalogue.FLEET
    tables = (SIMS, USE, LATELY, AIRTIME, PHONES)
    events = frozenset(
        {
            Sim.Registered,
            Sim.CameOnline,
            Sim.WentOffline,
            Sim.Quarantined,
            Sim.Released,
            Sim.Superseded,
            Sim.AirtimeTold,
            Sim.AirtimeUntold,
            AttemptStarted,
            SegmentAccepted,
            Sent,
            *_PHONES,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of events of SIMs, and of messages that they send."""
        sims, use = batch.rows(SIMS), batch.rows(USE)
        begins = [e for _, e in batch.events if type(e) in _BEGINS]
        answers = [e for _, e in batch.events if type(e) in _ANSWERS]
        phones = [e for _, e in batch.events if type(e) in _PHONES]
        others = [e for _, e in batch.events if type(e) not in _APART]
        use.load({event.sim for event in begins})
        for event in begins:
            if event.sim is not None:
                _count(use, event.sim, day_of(event.at))
        _give(batch.rows(LATELY), [e for _, e in batch.events if type(e) in _GIVES])
        if answers:
            _hear(batch.rows(AIRTIME), answers)
        if phones:
            _note(batch.rows(PHONES), phones)
        sims.load({e.sim if type(e) is Sent else e.number for e in others} - {None})
        for event in others:
            match event:
                case Sim.Registered():
                    _register(sims, event)
                case Sent(sim=None):
                    pass  # an operator's word: which SIM it was is not known
                case Sent():
                    row = sims[event.sim]
                    row["sent_messages"] += 1
                    row["sent_segments"] += event.index + 1
                case _:
                    _change(sims[event.number], event)


def _hear(rows: Rows, answers: Sequence[Sim.AirtimeTold | Sim.AirtimeUntold]) -> None:
    """Note what networks said of SIMs' airtime, or that they said nothing."""
    rows.load({event.number for event in answers})
    for event in answers:
        unknown = dict.fromkeys(("told_at", "ngwee", "words", "why_not"))
        sim = {"sim": event.number, "asked_at": event.at}
        row = rows[event.number] if event.number in rows else rows.add({**sim, **unknown})
        row["asked_at"] = event.at
        match event:
            case Sim.AirtimeTold():
                row["told_at"], row["ngwee"], row["why_not"] = event.at, event.ngwee, None
                row["words"] = reason_number(event.words)
            case Sim.AirtimeUntold():
                row["why_not"] = event.why_not


def _note(rows: Rows, phones: Sequence[Phone.Enrolled | Phone.Mapped | Phone.Revoked]) -> None:
    """Note phones that came, were mapped, or were revoked."""
    rows.load({e.number for e in phones if not isinstance(e, Phone.Enrolled)})
    for event in phones:
        match event:
            case Phone.Enrolled():
                row = {"number": event.number, "device": event.device, "enrolled_at": event.at}
                rows.add({**row, "slots": " ".join(event.slots), "revoked_at": None})
            case Phone.Mapped():
                rows[event.number]["slots"] = " ".join(event.slots)
            case Phone.Revoked():
                rows[event.number]["revoked_at"] = event.at


def _count(use: Rows, sim: int, day: int) -> None:
    """Count a segment that begins."""
    row = use[sim] if sim in use else use.add({"sim": sim, "day": day, "begun": 0})
    if not counts_for(row["day"], day):
        row["day"], row["begun"] = day, 0
    row["begun"] += 1


def _give(lately: Rows, events: Sequence[Sim.CameOnline | AttemptStarted]) -> None:
    """Note what SIMs in phones were given; of modems there is no row."""
    lately.load({e.sim if isinstance(e, AttemptStarted) else e.number for e in events})
    for event in events:
        match event:
            case Sim.CameOnline(takes_whole=True) if event.number not in lately:
                lately.add({"sim": event.number, "begun": ""})
            case AttemptStarted() if event.sim in lately:
                row = lately[event.sim]
                begun = [*row["begun"].split(), f"{event.number}@{event.at}"]
                row["begun"] = " ".join(begun[-PACE_SEGMENTS:])


def _register(sims: Rows, event: Sim.Registered) -> None:
    """Add a SIM; one of an old log that is registered again, by its IMSI, has its row."""
    if event.number not in sims:
        sims.add(_new_row(event))


def _new_row(event: Sim.Registered) -> Row:
    return {
        "number": event.number,
        "network": event.network,
        "modem": None,
        "imei": None,
        "host": None,
        "fence": 0,
        "came_online": False,
        "offline_reason": None,
        "quarantined": False,
        "quarantine_reason": None,
        "since": event.at,
        "sent_segments": 0,
        "sent_messages": 0,
    }


def _change(row: Row, event: Event) -> None:
    if not isinstance(event, Sim.Superseded):
        row["since"] = event.at
    match event:
        case Sim.CameOnline():
            row["came_online"] = True
            row["offline_reason"] = None
            for field in ("network", "modem", "imei", "host", "fence"):
                row[field] = getattr(event, field)
        case Sim.WentOffline():
            row["came_online"] = False
            row["offline_reason"] = event.reason
        case Sim.Quarantined():
            row["quarantined"] = True
            row["quarantine_reason"] = event.reason
        case Sim.Released():
            row["quarantined"] = False
            row["quarantine_reason"] = None
        case Sim.Superseded() if event.by != event.number:
            row["came_online"] = row["quarantined"] = False
            row["offline_reason"] = f"its card is SIM {event.by}"
