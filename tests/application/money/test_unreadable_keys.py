"""A provider whose key cannot be read hinders nothing that needs no key."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from adapters.clock import SystemClock
from adapters.mobile_money import SIMULATED
from adapters.mobile_money.simulation.payments import SimPayments
from adapters.security.secret import Secret
from application.money.providers import provider_for
from application.money.refunds import refund_token
from application.system import System
from domain.errors import InvalidRequest
from domain.payment import PaymentState
from domain.provider_account import ProviderAccount
from domain.values import Network
from tests.support.desk import Desk, a_desk, line, set_times
from tests.support.reconciling import K50, Pay
from tests.support.system import running_system

FEE: Final = 75
NOWHERE: Final = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Give a gateway with an Airtel and a pawaPay that cannot be opened, and MTN between them."""
    airtel, mtn, pawapay = (
        SIMULATED[kind](SimPayments(SystemClock()), None).account(NOWHERE)
        for kind in ("airtel", "mtn", "pawapay")
    )
    providers = (
        replace(airtel, secret=None),
        mtn,
        replace(pawapay, signing_key=Secret("no key"), fee_flat_ngwee=FEE),
    )
    with running_system(tmp_path_factory.mktemp("store"), providers=providers) as system:
        set_times(system)
        with pytest.raises(InvalidRequest, match="signing_key of pawapay"):
            system.mobile_money["pawapay"]
        yield system


@pytest.fixture
def desk(system: System) -> Desk:
    desk = a_desk(system)
    return replace(desk, wallet=ProviderAccount(f"pawapay/w{desk.account}"))


def test_its_lines_are_matched_and_its_fees_are_those_of_the_settings(desk: Desk) -> None:
    for name in ("right", "wrong"):
        desk.pay(name)
    desk.bring(line("right", fee=FEE), line("wrong", fee=FEE + 1))
    done = desk.match()
    assert done.recorded["matched"] == 3  # the fee of the file as well
    assert [one.receipt.transaction_id for one in done.found if one.trouble] == ["wrong"]


def test_its_refunds_are_known_by_our_reference(desk: Desk) -> None:
    pay = Pay(
        desk.first, desk.account, desk.wallet, PaymentState.REFUND_APPROVED, receipt="in",
        amount=K50, at=desk.now, is_paid_back=True, provider="pawapay",
    )  # fmt: skip
    desk.system.committer.execute(pay)
    traits = desk.system.mobile_money.traits["pawapay"]
    back = traits.write_reference(refund_token(pay.payment.id))
    desk.bring(line("in", fee=FEE), line("out", -K50, reference=back))
    assert {one.rule for one in desk.match().found} == {"receipt", "reference", "fee"}


def test_payers_of_other_networks_are_served(system: System) -> None:
    def chosen(network: Network) -> str:
        return provider_for(system.mobile_money, network).traits.name

    assert chosen(Network.MTN) == "mtn"
    with pytest.raises(InvalidRequest, match="airtel lacks secret"):
        chosen(Network.AIRTEL)
