"""What the app says, as the gateway reads it, the emulator says it and the docs tell of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.modems.simulated.phone_faults import GRAMMAR, PhoneFault, parse_phone_fault
from adapters.modems.simulated.phone_memory import RESULTS
from domain.causes.android import ANDROID, number_of
from domain.phone_report import (
    NOBODY,
    PhoneState,
    Proves,
    Snapshot,
    offer_id,
    read_offer_id,
)
from domain.values import SECOND, Instant

DOC = (Path(__file__).parents[3] / "docs" / "phones.md").read_text()
TAKEN = {PhoneState.PENDING: Instant(0), PhoneState.PROCESSED: Instant(SECOND)}


@pytest.mark.parametrize("state", PhoneState)
def test_the_docs_say_where_each_state_was_read(state: PhoneState) -> None:
    assert any(f"`{state}`" in line and ".kt" in line for line in DOC.splitlines())


@pytest.mark.parametrize("fault", PhoneFault)
def test_each_fault_is_told_of(fault: PhoneFault) -> None:
    assert f"`{fault}" in DOC
    assert f"\n{fault}" in GRAMMAR


@pytest.mark.parametrize("spec", ["", "lost", "clock", "twice=3", "late:q=1", "late:p=2", "late:p"])
def test_what_is_no_fault_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="no fault of a phone"):
        parse_phone_fault(spec)


@pytest.mark.parametrize("number", RESULTS)
def test_a_failure_is_known_by_the_apps_words(number: int) -> None:
    assert number_of(f"Send result: {RESULTS[number]}") == number


@pytest.mark.parametrize("number", ANDROID)
def test_each_name_of_android_is_its_number(number: int) -> None:
    name = ANDROID[number].name.partition(":")[0]
    assert number_of(f"Send result: RESULT_{name} (…)") == number


@pytest.mark.parametrize(
    ("state", "error", "states", "proves"),
    [
        ("Pending", None, {}, Proves.NOTHING),
        ("Cancelling", None, {}, Proves.NOTHING),
        ("Cancelled", None, {}, Proves.NOT_SENT),
        ("Cancelled", None, TAKEN, Proves.HANDED_OVER),
        ("Processed", None, TAKEN, Proves.HANDED_OVER),
        ("Sent", None, TAKEN, Proves.LEFT),
        ("Delivered", None, TAKEN, Proves.DELIVERED),
        ("Failed", "TTL expired", {}, Proves.NOT_SENT),
        ("Failed", "TTL expired", TAKEN, Proves.FAILED),
        ("Failed", "sendSMS: no permission", {}, Proves.REFUSED),
        ("Failed", "Can't send message: SIM 2 not found", {}, Proves.REFUSED),
        ("Failed", "Send result: RESULT_ERROR_NO_SERVICE (…)", TAKEN, Proves.FAILED),
        ("Failed", None, {}, Proves.FAILED),
        ("Failed", "Delivery result from SC +260970000001: 70", TAKEN, Proves.UNDELIVERED),
        ("Failed", "Send result: x", {PhoneState.SENT: Instant(2)}, Proves.UNDELIVERED),
        ("Processed", None, {PhoneState.SENT: Instant(2)}, Proves.LEFT),
    ],
)
def test_what_a_report_proves(
    state: str, error: str | None, states: dict[PhoneState, Instant], proves: Proves
) -> None:
    of_it = Snapshot(
        id="msg_1-1",
        recipient="+260977000001",
        state=PhoneState(state),
        error=error,
        states=states,
    )
    of_nobody = replace(of_it, recipient=NOBODY)
    assert of_it.proves is proves
    assert of_nobody.proves is Proves.UNKNOWN


def test_an_offer_is_known_again_by_its_id() -> None:
    assert read_offer_id(offer_id(12, 3)) == (12, 3)
    assert all(read_offer_id(text) is None for text in ("msg_12", "msg_0-1", "x", "msg_1-1 "))
