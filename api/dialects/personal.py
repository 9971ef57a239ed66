"""Personalised bulks: a list of messages, each with its own recipient, text and reference."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.dialects import sending
from api.http.fields import Fields, read_list
from api.http.presence import missing, read_text
from api.http.refusals import MissingFields
from api.routing.front import Front
from application.messages.sending import Own, Recipient
from domain.bulk import check_recipients
from domain.errors import InvalidRecipient, InvalidRequest, MessageTooLong
from domain.message.options import check_client_reference
from domain.message_text import check_length, is_blank
from domain.segments import Text

MESSAGES = "messages"


def is_personal(fields: Mapping[str, Any]) -> bool:
    """Whether a bulk gives a text for each recipient, instead of one for all."""
    return fields.get(MESSAGES) not in (None, "", [])


def read_entries(
    front: Front, fields: Fields, *, others: tuple[str, ...], reference: str | None
) -> tuple[list[Any], sending.Entries]:
    """Read what ``messages`` lists; give the numbers as given, and the entries.

    The same text to the same number under the same reference is sent once. ``others`` may not be
    there too; ``reference`` is that of entries without one.

    Raises:
        InvalidRequest: it is no list, an entry cannot be read, or one of ``others`` is there.
        TooManyRecipients: it is too long.
        MessageTooLong: a text is.
    """
    given = read_list(fields, MESSAGES)
    if given is None:
        msg = f"The {MESSAGES} field must be an array of objects."
        raise InvalidRequest(msg, field=MESSAGES)
    for name in others:
        if not missing(fields, name):
            msg = f"Give either {MESSAGES}, or {' and '.join(others)}."
            raise InvalidRequest(msg, field=MESSAGES)
    check_recipients(len(given))
    owns = [_read_own(index, entry, reference) for index, entry in enumerate(given)]
    recipients: list[Recipient] = []
    faults: dict[int, str] = {}
    places: dict[int, int] = {}
    place_of: dict[tuple[str, ...], int] = {}
    for index, (entry, own) in enumerate(zip(given, owns, strict=True)):
        try:
            found = sending.read_recipient(front.system.terms.numbering, entry["to"], index)
        except InvalidRecipient as fault:
            faults[index] = str(fault)
            continue
        recipient = replace(found, own=own)
        place = place_of.setdefault(recipient.said, len(recipients))
        if place == len(recipients):
            recipients.append(recipient)
        places[index] = place
    for recipient in recipients:
        _check_length(recipient)
    return [entry["to"] for entry in given], sending.Entries(recipients, faults, places)


def _read_own(index: int, entry: object, reference: str | None) -> Own:
    """Read what stands beside an entry's number.

    Raises:
        InvalidRequest: with the entry's place: it cannot be used.
    """
    name = f"{MESSAGES}.{index}"
    if not isinstance(entry, dict):
        msg = f"The {name} must be an object with to and message."
        raise InvalidRequest(msg, field=name)
    absent = missing(entry, "to", "message")
    if absent:
        raise MissingFields([f"{name}.{each}" for each in absent])
    own = entry.get("client_reference")
    try:
        text = read_text(entry, "message")
        if own is not None and not (isinstance(own, str) and is_blank(own)):
            reference = check_client_reference(own)
    except InvalidRequest as fault:
        msg = f"In {name}: {fault}"
        raise InvalidRequest(msg, field=f"{name}.{fault.field}") from fault
    return Own(Text.measured(text), reference)


def _check_length(recipient: Recipient) -> None:
    if recipient.own is None:
        return
    try:
        check_length(recipient.own.text)
    except MessageTooLong as fault:
        msg = f"In {MESSAGES}.{recipient.index}: {fault}"
        raise MessageTooLong(msg, characters=fault.characters, segments=fault.segments) from fault
