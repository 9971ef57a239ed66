"""A number that was ported goes by the network that carries it now, in every send."""

from typing import Any

import pytest

from application.books.actors import Actor
from application.messages.porting import LiftOverride, OverrideNumber
from application.retention.payers import ErasePayers, Payers
from domain.contents import ContentKind
from domain.errors import AlreadyExists, NotFound
from domain.values import Network
from domain.written import NUMBER_MAX
from tests.api.conftest import Gateway
from tests.api.dialects.test_options import SENDS, TO, newest, send

STAFF = Actor("staff")
MSISDN = f"+{TO}"
"""Of MTN by its prefix in the published plan."""


def override(gateway: Gateway, network: Network, msisdn: str = MSISDN) -> int:
    system = gateway.system
    digest, at = system.digests.ported(msisdn), system.clock.now()
    command = OverrideNumber(msisdn, network, digest=digest, actor=STAFF, reason="list", at=at)
    number = system.committer.execute(command)
    learn(gateway)
    return number


def lift(gateway: Gateway, msisdn: str = MSISDN) -> None:
    system = gateway.system
    digest, at = system.digests.ported(msisdn), system.clock.now()
    system.committer.execute(LiftOverride(digest, actor=STAFF, reason="back", at=at))
    learn(gateway)


def learn(gateway: Gateway) -> None:
    """Do what each process does three times a second."""
    system = gateway.system
    assert system.queries.reached(system.store.head(), timeout_s=10, projection="ported_numbers")
    system.terms.ported.refresh()


@pytest.mark.parametrize("call", SENDS)
@pytest.mark.slow
def test_each_send_goes_by_the_network_that_carries_the_number(
    own_gateway: Gateway, call: str
) -> None:
    send(own_gateway, call)
    assert newest(own_gateway)["route"]["network"] == "mtn"
    override(own_gateway, Network.ZAMTEL)
    assert send(own_gateway, call).status_code == 200
    assert newest(own_gateway)["route"] == {
        "network": "zamtel",
        "plan": "published-1+override",
        "description": "Zamtel, because this number is recorded as ported there.",
    }
    override(own_gateway, Network.AIRTEL)
    send(own_gateway, call)
    assert newest(own_gateway)["route"]["network"] == "airtel"
    lift(own_gateway)
    send(own_gateway, call)
    assert newest(own_gateway)["route"]["network"] == "mtn"


def test_others_and_the_preview_too(own_gateway: Gateway) -> None:
    override(own_gateway, Network.ZAMTEL)

    def preview(to: str) -> Any:
        return own_gateway.post("/api/v1/sms/preview", {"to": to, "message": "x"}).json()

    assert preview("0977 000 000")["network"] == "zamtel"
    assert preview("0977000001")["network"] == "mtn"


def test_a_number_of_a_network_without_sims_is_reached_once_it_is_ported(
    own_gateway: Gateway,
) -> None:
    assert own_gateway.send(to="0791234567").json()["code"] == "INVALID_RECIPIENT"
    override(own_gateway, Network.AIRTEL, "+260791234567")
    assert own_gateway.send(to="0791234567").json()["network"] == "airtel"


def test_what_waits_already_keeps_its_network(own_gateway: Gateway) -> None:
    own_gateway.send()
    override(own_gateway, Network.ZAMTEL)
    assert newest(own_gateway)["route"]["network"] == "mtn"


def test_the_same_again_and_a_lift_of_nothing_are_refused(own_gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        lift(own_gateway)
    override(own_gateway, Network.ZAMTEL)
    with pytest.raises(AlreadyExists):
        override(own_gateway, Network.ZAMTEL)
    lift(own_gateway)
    with pytest.raises(NotFound):
        lift(own_gateway)
    override(own_gateway, Network.ZAMTEL)


def test_no_number_is_in_the_log_and_it_holds_when_the_number_is_erased(
    own_gateway: Gateway,
) -> None:
    system, number = own_gateway.system, override(own_gateway, Network.ZAMTEL)
    for _, event in system.store.events_after(0, limit=1_000):
        assert TO[3:].encode() not in event.state
    forgotten = Payers(ContentKind.PORTED, [number])
    at = system.clock.now()
    system.committer.execute(ErasePayers(forgotten, actor=STAFF, at=at))
    learn(own_gateway)
    (row,) = system.queries.ported(before=NUMBER_MAX, limit=9)
    assert (row.msisdn, row.network) == (None, Network.ZAMTEL)
    own_gateway.send()
    assert newest(own_gateway)["route"]["network"] == "zamtel"
