"""Events compare, hash and show themselves by all their fields, and cannot be changed."""

from dataclasses import FrozenInstanceError, is_dataclass, replace
from typing import Any, Final, cast

import pytest

from domain.events import aggregate_id
from domain.receipt import Receipt
from domain.wallet import CreditWallet
from tests.domain.test_plain_events import AT, EVENTS

OPENED: Final = cast("Any", Receipt.Opened)(
    originator_id=aggregate_id("receipt", "mtn:0966", "8811"),
    originator_version=1,
    timestamp=AT,
    originator_topic="Receipt",
    provider_account="mtn:0966",
    transaction_id="8811",
)


def test_events_of_one_class_are_equal_when_every_field_is() -> None:
    assert replace(OPENED) == OPENED
    assert hash(replace(OPENED)) == hash(OPENED)
    assert replace(OPENED, transaction_id="8812") != OPENED
    assert replace(OPENED, originator_version=2) != OPENED
    assert vars(OPENED) != OPENED


def test_an_event_shows_each_of_its_fields() -> None:
    shown = repr(OPENED)
    assert shown.startswith("Opened(originator_id=UUID(")
    assert shown.endswith("provider_account='mtn:0966', transaction_id='8811')")


@pytest.mark.parametrize("field", ["transaction_id", "something_else"])
def test_an_event_cannot_be_changed(field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(OPENED, field, "8812")


def test_every_event_is_such_a_value() -> None:
    events = [*EVENTS.values(), CreditWallet.Event]
    assert all(is_dataclass(event) for event in events)
    own = {name for event in events for name in ("__eq__", "__repr__") if name in vars(event)}
    assert own == set()
