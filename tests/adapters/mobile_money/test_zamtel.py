"""Zamtel tells the end in its one answer; whatever else comes leaves the payment unknown."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.mobile_money.simulation.scenarios import SCENARIOS
from application.ports import (
    Ambiguous,
    AskOutcome,
    Declined,
    NotAsked,
    PaymentState,
    PaymentStatus,
    Refund,
    Settled,
)
from domain.money import Ngwee
from tests.conformance.mobile_money_rigs import K50, ZAMTEL, Rig, rig_of


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with rig_of(ZAMTEL) as rig:
        yield rig


OUTCOMES: dict[str, type[AskOutcome]] = {
    "wrong-pin": Declined,
    "insufficient": Declined,
    **dict.fromkeys(
        ("limit", "not-approved", "no-wallet", "fault", "provider-down", "duplicate", "no-answer"),
        Ambiguous,
    ),
    **dict.fromkeys(("html-forbidden", "html-ok", "unclear-then-paid"), Ambiguous),
}
"""Every other scenario ends with money and a receipt."""
BEYOND_PATIENCE = frozenset({"pin-timeout", "slow", "late", "pending-for-ever"})


@pytest.mark.parametrize("scenario", sorted(SCENARIOS.keys() - BEYOND_PATIENCE))
@pytest.mark.slow
def test_a_scenario_comes_to_what_the_table_says(rig: Rig, scenario: str) -> None:
    collection = rig.collection(scenario)
    outcome = rig.client.collect(collection)
    assert type(outcome) is OUTCOMES.get(scenario, Settled)
    if isinstance(outcome, Settled):
        assert outcome.status.state is PaymentState.PAID
        assert outcome.status.reference == collection.reference
        assert outcome.status.receipt
    assert rig.client.status(collection.reference).state is PaymentState.UNKNOWN


@pytest.mark.parametrize("scenario", sorted(BEYOND_PATIENCE))
@pytest.mark.slow
def test_a_payer_who_takes_longer_than_our_patience_leaves_it_open(rig: Rig, scenario: str) -> None:
    collection = rig.collection(scenario)
    assert isinstance(rig.hasty.collect(collection), Ambiguous)
    payment = rig.served.payments.find(collection.reference)
    assert payment is not None
    assert payment.is_taken


def test_the_same_call_again_takes_no_money_twice_and_tells_nothing(rig: Rig) -> None:
    collection = rig.collection("success")
    assert isinstance(rig.client.collect(collection), Settled)
    assert isinstance(rig.client.collect(collection), Ambiguous)
    known = [one.reference for one in rig.served.payments]
    assert known.count(collection.reference) == 1


def test_who_cannot_be_reached_was_asked_nothing(rig: Rig) -> None:
    with closing(rig.elsewhere("http://127.0.0.1:1/ZampayRest")) as client:
        assert isinstance(client.collect(rig.collection("success")), NotAsked)


def test_nothing_is_given_back(rig: Rig) -> None:
    refund = Refund(
        reference="R",
        of_reference="A",
        of_receipt="ZM1",
        of_amount_ngwee=K50,
        amount_ngwee=Ngwee(1),
        label="",
    )
    assert isinstance(rig.client.refund(refund), Declined)
    assert rig.client.refund_status("R") == PaymentStatus(
        state=PaymentState.UNKNOWN,
        reference="R",
        words="Zamtel cannot be asked about a payment; its statement has to tell.",
    )


@pytest.mark.slow
def test_the_password_in_the_address_is_not_kept(rig: Rig) -> None:
    collection = rig.collection("success")
    rig.client.collect(collection)
    (kept,) = rig.log.of(collection.reference)
    assert "Password=***&Amount=50&Msisdn=26095*****01" in kept.request
    secrets = [one.reveal() for one in rig.settings.secrets]
    assert [one for one in secrets if one in kept.request + kept.answer] == []
