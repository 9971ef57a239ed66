"""Clients that others wrote for MTN and Airtel get along with our simulated providers."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
import requests
from airtelmoney import AirtelMoney
from airtelmoney.exceptions import AirtelAuthError
from momo_openapi import Collection, MomoAPIError, MomoConfig

from adapters.mobile_money.simulation.scenarios import SCENARIOS
from tests.conformance.mobile_money_rigs import AIRTEL, MTN, Rig, rig_of


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def mtn() -> Iterator[Rig]:
    with rig_of(MTN) as rig:
        yield rig


@pytest.fixture
def airtel() -> Iterator[Rig]:
    with rig_of(AIRTEL) as rig:
        yield rig


def test_a_payment_by_another_client_of_mtn(mtn: Rig, session: requests.Session) -> None:
    account = mtn.settings
    assert account.secret
    assert account.subscription_key
    config = MomoConfig(
        subscription_key=account.subscription_key.reveal(),
        user_id=account.user or "",
        credential_token=account.secret.reveal(),
        target_environment="mtnzambia",
        base_url=account.base_url,
        currency="ZMW",
    )
    client = Collection(config, session=session)
    reference = client.request_to_pay(Decimal("50.5"), "260961234567", "T1", payee_note="T1")
    assert client.get_transaction_status(reference)["status"] == "PENDING"
    mtn.pass_until_the_end(SCENARIOS["success"])
    assert client.get_transaction_status(reference)["status"] == "SUCCESSFUL"
    assert client.get_balance() == {"availableBalance": "50.50", "currency": "ZMW"}
    with pytest.raises(MomoAPIError) as refused:
        client.request_to_pay("50", "260961234567", "T1", reference_id=reference)
    assert (refused.value.status_code, refused.value.code) == (409, "RESOURCE_ALREADY_EXIST")


def test_a_payment_by_another_client_of_airtel(airtel: Rig, session: requests.Session) -> None:
    account = airtel.settings
    assert account.secret
    assert account.callback_key
    client = AirtelMoney(
        account.user or "",
        account.secret.reveal(),
        base_url=account.base_url,
        country="ZM",
        currency="ZMW",
        session=session,
    )
    asked = client.collection.payment(reference="Order 12", msisdn="971234567", amount=50)
    assert asked["status"]["response_code"] == "DP00800001006"
    reference = asked["data"]["transaction"]["id"]
    airtel.pass_until_the_end(SCENARIOS["success"])
    found = client.collection.enquiry(reference)["data"]["transaction"]
    assert found["status"] == "TS"
    (callback,) = airtel.inbox.take()
    told = json.loads(callback.body)
    key = account.callback_key.reveal()
    assert client.collection.verify_callback_hash(told, key)
    assert not client.collection.verify_callback_hash(told, "another key")
    refunded = client.collection.refund(found["airtel_money_id"])
    assert refunded["data"]["transaction"]["status"] == "SUCCESS"
    assert client.account.balance()["data"]["balance"] == "0.00"


def test_wrong_credentials_of_another_client_are_refused(
    airtel: Rig, session: requests.Session
) -> None:
    client = AirtelMoney("x", "y", base_url=airtel.settings.base_url, session=session)
    with pytest.raises(AirtelAuthError):
        client.get_access_token()
