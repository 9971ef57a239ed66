"""What all four sends may ask for besides recipients and text."""

from collections.abc import Mapping
from typing import Any, Final

from domain.message.options import (
    NO_OPTIONS,
    Options,
    check_category,
    check_client_reference,
    check_lane,
    check_send_at,
    check_validity,
)
from domain.values import Category, Instant, Lane

NAMES: Final = frozenset({"lane", "validity_minutes", "send_at", "client_reference", "category"})


def read_options(fields: Mapping[str, Any], *, default_lane: Lane, now: Instant) -> Options:
    """Read what is asked for; an empty field asks for nothing.

    Raises:
        InvalidRequest: with the field's name: it is there but cannot be used.
    """
    if NAMES.isdisjoint(fields):
        return NO_OPTIONS
    asked = {name: value for name in NAMES if not _is_nothing(value := fields.get(name))}
    lane = check_lane(asked["lane"]) if "lane" in asked else default_lane
    return Options(
        lane=None if lane is default_lane else lane,
        validity_minutes=(
            check_validity(asked["validity_minutes"]) if "validity_minutes" in asked else None
        ),
        send_at=check_send_at(asked["send_at"], now=now) if "send_at" in asked else None,
        client_reference=(
            check_client_reference(asked["client_reference"])
            if "client_reference" in asked
            else None
        ),
        category=(
            check_category(asked["category"]) if "category" in asked else Category.TRANSACTIONAL
        ),
    )


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and (not value or value.isspace()))
