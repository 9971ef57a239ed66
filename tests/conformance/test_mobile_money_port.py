"""Every provider of mobile money keeps the same promises, scenario by scenario, over real HTTP."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from adapters.mobile_money import PROVIDERS, SIMULATED, open_provider
from adapters.mobile_money.simulation.scenarios import SCENARIOS
from adapters.security.secret import Secret
from application.ports import (
    Ambiguous,
    Asked,
    AskOutcome,
    CallbackForged,
    Collection,
    Declined,
    NotAsked,
    PaymentState,
    ReceivedCallback,
    Refund,
    Refunds,
    Settled,
)
from domain.money import Ngwee
from tests.conformance.mobile_money_rigs import K50, KINDS, Rig, rig_of

PENDING, PAID, FAILED = PaymentState.PENDING, PaymentState.PAID, PaymentState.FAILED
NOT_FOUND, UNKNOWN = PaymentState.NOT_FOUND, PaymentState.UNKNOWN
FORGED = CallbackForged

ASYNCHRONOUS = [name for name, kind in KINDS.items() if not kind.guarantees.settles_at_once]


@pytest.fixture(scope="module", params=ASYNCHRONOUS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with rig_of(KINDS[request.param]) as rig:
        yield rig


@dataclass(frozen=True, slots=True)
class Row:
    """What a scenario comes to, at every provider that works asynchronously."""

    outcome: type[AskOutcome]
    first: tuple[PaymentState, ...] = (PENDING,)
    """What it says when asked at once, question by question."""
    last: PaymentState = PAID
    """What it says once time has passed."""
    told: tuple[object, ...] = (PAID,)
    """The states of its callbacks; an error where one is refused."""
    paid_ngwee: Ngwee = K50


ROWS = {
    "success": Row(Asked),
    "pin-timeout": Row(Asked, last=FAILED, told=(FAILED,)),
    "wrong-pin": Row(Asked, last=FAILED, told=(FAILED,)),
    "insufficient": Row(Asked, last=FAILED, told=(FAILED,)),
    "limit": Row(Asked, last=FAILED, told=(FAILED,)),
    "not-approved": Row(Asked, last=FAILED, told=(FAILED,)),
    "no-wallet": Row(Asked, last=FAILED, told=(FAILED,)),
    "fault": Row(Asked, last=FAILED, told=(FAILED,)),
    "provider-down": Row(Ambiguous, first=(UNKNOWN,) * 3, last=NOT_FOUND, told=()),
    "expired-token": Row(Asked),
    "duplicate": Row(Asked),
    "slow": Row(Ambiguous),
    "no-answer": Row(Ambiguous),
    "html-forbidden": Row(Ambiguous, first=(NOT_FOUND,), last=NOT_FOUND, told=()),
    "html-ok": Row(Ambiguous),
    "no-callback": Row(Asked, told=()),
    "early-callback": Row(Asked, first=(PAID,)),
    "duplicate-callback": Row(Asked, told=(PAID, PAID)),
    "failed-then-paid-callback": Row(Asked, told=(FAILED, PAID)),
    "wrong-amount": Row(Asked, paid_ngwee=Ngwee(2_500)),
    "wrong-amount-callback": Row(Asked),
    "forged-callback": Row(Asked, told=(FORGED,)),
    "unknown-callback": Row(Asked),
    "unclear-then-paid": Row(Asked, first=(UNKNOWN,) * 3, told=()),
    "late": Row(Asked),
    "pending-for-ever": Row(Asked, last=PENDING, told=()),
    "reversed": Row(Asked),
    "swapped-types": Row(Asked),
}


def test_every_provider_and_every_scenario_is_here() -> None:
    assert KINDS.keys() == PROVIDERS.keys() == SIMULATED.keys()
    assert ROWS.keys() == SCENARIOS.keys()


def _told(rig: Rig, callback: ReceivedCallback) -> object:
    try:
        return rig.client.read_callback(callback).claim.state
    except CallbackForged:
        return FORGED


@pytest.mark.parametrize("scenario", ROWS)
@pytest.mark.slow
def test_a_scenario_comes_to_what_the_table_says(rig: Rig, scenario: str) -> None:
    row, script, promises = ROWS[scenario], SCENARIOS[scenario], rig.kind.guarantees
    rig.inbox.take()
    client = rig.hasty if scenario == "slow" else rig.client
    collection = rig.collection(scenario)
    assert isinstance(client.collect(collection), row.outcome)

    first = [rig.client.status(collection.reference).state for _ in row.first]
    assert first == list(row.first)
    if scenario != "pending-for-ever":
        rig.pass_until_the_end(script)
    status = rig.client.status(collection.reference)
    assert status.state is row.last
    told = rig.inbox.take()
    assert [_told(rig, one) for one in told] == promises.told(row.told)
    if status.state is PAID:
        assert status.receipt
        assert status.reference == collection.reference
        if promises.says_amount:
            said = (status.amount_ngwee, status.currency, status.payer)
            assert said == (row.paid_ngwee, "ZMW", collection.payer)
    if status.state is FAILED:
        assert status.code == promises.codes[scenario]
        assert status.words.endswith(".")


# -- one payment, whatever happens on the way ------------------------------------------------------


def test_a_payment_asked_for_twice_is_one_payment(rig: Rig) -> None:
    collection = rig.collection("success")
    assert rig.client.collect(collection) == Asked()
    assert rig.client.collect(collection) == Asked(is_repeated=True)
    known = [one.reference for one in rig.served.payments]
    assert known.count(collection.reference) == 1


def test_a_provider_that_cannot_be_reached_was_asked_nothing(rig: Rig) -> None:
    with closing(rig.elsewhere("http://127.0.0.1:1")) as client:
        assert isinstance(client.collect(rig.collection("success")), NotAsked)
        assert client.status("any").state is UNKNOWN


def test_wrong_credentials_ask_for_nothing(rig: Rig) -> None:
    wrong = replace(rig.settings, secret=Secret("wrong"))
    with closing(open_provider(wrong, clock=rig.clock, log=rig.log)) as client:
        collection = rig.collection("success")
        assert isinstance(client.collect(collection), NotAsked | Ambiguous | Declined)
        assert rig.served.payments.find(collection.reference) is None
        assert client.status(collection.reference).state is UNKNOWN


def test_a_token_that_has_ended_is_renewed(rig: Rig) -> None:
    collection = rig.collection("success")
    rig.client.collect(collection)
    rig.clock.pass_s(10_000)
    assert rig.client.status(collection.reference).state is PAID


def test_an_amount_with_ngwee_arrives_to_the_ngwee(rig: Rig) -> None:
    collection = rig.collection("success", amount_ngwee=Ngwee(1_234_505))
    assert rig.client.collect(collection) == Asked()
    payment = rig.served.payments.find(collection.reference)
    assert payment is not None
    assert payment.amount_ngwee == 1_234_505
    if rig.kind.guarantees.says_amount:
        assert rig.client.status(collection.reference).amount_ngwee == 1_234_505


def test_a_label_of_any_characters_is_taken(rig: Rig) -> None:
    collection = replace(rig.collection("success"), label="Mwansa's \u201ccredits\u201d & co. <1>")
    assert rig.client.collect(collection) == Asked()


# -- refunds ---------------------------------------------------------------------------------------


def _refund(rig: Rig, collection: Collection, receipt: str, amount_ngwee: Ngwee) -> Refund:
    return Refund(
        reference=rig.client.traits.write_reference(rig.randomness.token(16)),
        of_reference=collection.reference,
        of_receipt=receipt,
        of_amount_ngwee=collection.amount_ngwee,
        amount_ngwee=amount_ngwee,
        label="REFUND-1",
    )


def _paid(rig: Rig) -> tuple[Collection, str]:
    collection = rig.collection("success")
    rig.client.collect(collection)
    rig.clock.pass_s(60)
    receipt = rig.client.status(collection.reference).receipt
    assert receipt
    return collection, receipt


def test_a_payment_is_given_back_once(rig: Rig) -> None:
    collection, receipt = _paid(rig)
    refund = _refund(rig, collection, receipt, K50)
    assert isinstance(rig.client.refund(refund), Asked | Settled)
    again = rig.client.refund(refund)
    assert again == Asked(is_repeated=True) or isinstance(again, Declined)
    rig.clock.pass_s(60)
    payment = rig.served.payments.find(collection.reference)
    assert payment is not None
    assert payment.refunded_ngwee == K50
    if rig.kind.guarantees.tells_refunds:
        assert rig.client.refund_status(refund.reference).state is PAID


def test_a_part_is_given_back_where_that_is_promised_and_declined_elsewhere(rig: Rig) -> None:
    collection, receipt = _paid(rig)
    outcome = rig.client.refund(_refund(rig, collection, receipt, Ngwee(2_000)))
    payment = rig.served.payments.find(collection.reference)
    assert payment is not None
    if rig.client.traits.refunds is Refunds.PARTS:
        assert outcome == Asked()
        assert payment.refunded_ngwee == 2_000
    else:
        assert isinstance(outcome, Declined)
        assert payment.refunded_ngwee == 0


# -- what is kept of it ----------------------------------------------------------------------------


def test_what_was_said_is_kept_without_secrets_and_numbers(rig: Rig) -> None:
    collection = rig.collection("success")
    rig.client.collect(collection)
    rig.client.status(collection.reference)
    kept = rig.log.of(collection.reference)
    assert [one.purpose for one in kept] == ["collect", "status"]
    assert all(one.provider == rig.kind.name and one.answer.startswith("HTTP 2") for one in kept)
    everything = "\n".join(f"{one.request}\n{one.answer}" for one in rig.log.kept)
    secrets = [one.reveal() for one in rig.settings.secrets]
    assert collection.callback_url is not None
    secrets.append(collection.callback_url.rpartition("/")[2])
    assert [one for one in (*secrets, "Bearer", collection.payer[4:]) if one in everything] == []
    assert "*****" in kept[0].request
