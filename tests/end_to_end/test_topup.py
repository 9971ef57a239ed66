"""A top-up in the demo, as anybody can try it: asked for, paid by phone, spent on a message."""

from datetime import datetime, timedelta

import pytest

from adapters.mobile_money.simulation.scenarios import NAMES, PAYERS_ROOT
from tests.end_to_end.gateway import Demo
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes

AT_ONCE = f"{PAYERS_ROOT}{NAMES.index('early-callback') + 1:02}"
"""A payer who agrees before the gateway has its answer."""


@pytest.mark.parametrize(("network", "prefix"), [("mtn", 96), ("airtel", 97), ("zamtel", 95)])
def test_a_top_up_ends_in_credits_that_send_a_message(
    demo: Demo, network: str, prefix: int
) -> None:
    client = demo.client
    before = client.balance()
    body = {"pack": "starter", "msisdn": f"0{prefix}{AT_ONCE}"}
    asked = client.post("/api/v1/topups", body).json["data"]
    assert (asked["network"], asked["credits"]) == (network, 120)
    wait_until(lambda: client.balance() == before + 120, what="the credits are there")
    (number,) = client.send("0977000000", "Paid by phone").numbers
    wait_until(lambda: client.status(number) == "sent", what="the message is sent")
    lines = demo.cli("wallet", "statement", demo.account, "--limit", 1000)["lines"]
    assert [line["kind"] for line in lines][-2:] == ["TopUp", "Reserved"]
    shown = demo.cli("topup", "show", asked["topup_id"])
    assert (shown["state"], shown["failure"]) == ("confirmed", None)
    said = demo.cli("pay", "log", asked["topup_id"])
    assert "collect" in {exchange["purpose"] for exchange in said}
    answers = [one for one in said if one["purpose"] in {"collect", "status"}]
    answered = datetime.fromisoformat(answers[-1]["at"]) + timedelta(
        milliseconds=answers[-1]["took_ms"]
    )
    assert datetime.fromisoformat(shown["confirmed_at"]) - answered < timedelta(seconds=1)
