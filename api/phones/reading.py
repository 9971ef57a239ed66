"""The app's JSON: what it reports, and what it pulls.

Field names are the app's own (``modules/gateway/GatewayApi.kt``).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from application.messages.offers import Item
from domain.errors import InvalidRequest
from domain.phone_report import PhoneState, Snapshot, offer_id
from domain.values import Instant

REPORTS_MAX: Final = 200
"""Messages of one report; the app sends one."""
URGENT: Final = 100
"""The app's priority from which a message is sent without its pauses."""
_TEXT_MAX: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_json(octets: bytes) -> Any:
    """Read a body.

    Raises:
        InvalidRequest: it is no JSON.
    """
    try:
        return orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        msg = "The body must be JSON."
        raise InvalidRequest(msg) from error


def read_object(body: bytes) -> Mapping[str, Any]:
    """Read a body that is one object; raises the same, also for anything else."""
    found = read_json(body)
    if not isinstance(found, dict):
        msg = "The body must be a JSON object."
        raise InvalidRequest(msg)
    return found


def read_reports(body: bytes) -> Sequence[Snapshot]:
    """Read what a phone reports; what is no report of a message of ours is left out.

    Raises:
        InvalidRequest: it is no list, or too long.
    """
    found = read_json(body)
    if not isinstance(found, list) or len(found) > REPORTS_MAX:
        msg = f"The body must be a list of at most {REPORTS_MAX} messages."
        raise InvalidRequest(msg)
    snapshots = (read_report(each) for each in found)
    return [snapshot for snapshot in snapshots if snapshot is not None]


def read_report(told: Any) -> Snapshot | None:
    """Read one message; None: it is none. Its recipient's own state says more than its own."""
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        return None
    recipients = told.get("recipients")
    of = recipients[0] if isinstance(recipients, list) and len(recipients) == 1 else {}
    of = of if isinstance(of, dict) else {}
    try:
        state = PhoneState(str(of.get("state") or told.get("state")))
    except ValueError:
        return None
    error = of.get("error")
    return Snapshot(
        id=told["id"],
        state=state,
        recipient=str(of.get("phoneNumber", ""))[:_TEXT_MAX],
        error=error[:_TEXT_MAX] if isinstance(error, str) else None,
        states=_states(told.get("states")),
    )


def _states(told: Any) -> Mapping[PhoneState, Instant]:
    states: dict[PhoneState, Instant] = {}
    for name, when in (told if isinstance(told, dict) else {}).items():
        with suppress(ValueError, OverflowError, TypeError):
            states[PhoneState(name)] = read_time(when)
    return states


def read_time(told: str) -> Instant:
    """Read the app's time, ``2026-05-13T16:49:17.357+02:00``.

    Raises:
        ValueError, TypeError: it is none.
    """
    when = datetime.fromisoformat(told)
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return Instant((when - _EPOCH) // timedelta(microseconds=1))


def item_as_json(item: Item) -> Mapping[str, object]:
    """Give what a phone pulls: one recipient, so that each has its own states."""
    return {
        "id": offer_id(item.number, item.attempt),
        "textMessage": {"text": item.text},
        "message": item.text,
        "phoneNumbers": [item.recipient],
        "simNumber": item.slot,
        "withDeliveryReport": True,
        "isEncrypted": False,
        "validUntil": app_time(item.valid_until),
        "priority": URGENT if item.is_urgent else 0,
        "state": (PhoneState.CANCELLING if item.is_recall else PhoneState.PENDING).value,
        "createdAt": app_time(item.created_at),
    }


def app_time(instant: Instant) -> str:
    """Give a time as the app reads it: with milliseconds."""
    moment = _EPOCH + timedelta(microseconds=instant)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
