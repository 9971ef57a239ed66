"""What the network refuses for good is refunded once: statement, log and balance agree."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.fleet import NewAccount, Served
from tests.end_to_end.gateway import UNLIMITED
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes

UNIDENTIFIED_SUBSCRIBER = "cms=28"
NETWORK_OUT_OF_ORDER = "cms=38:times=1"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("refund")
    faults = {"mtn": [UNIDENTIFIED_SUBSCRIBER], "airtel": [NETWORK_OUT_OF_ORDER]}
    with Served(folder, settings=UNLIMITED, faults=faults) as running:
        yield running


@pytest.fixture
def account(served: Served) -> NewAccount:
    return served.create_account(credits=10)


def test_a_failed_message_is_refunded_exactly_once(served: Served, account: NewAccount) -> None:
    client = served.client(account)
    answer = client.send("0977000000", "x" * 200)  # two segments
    assert answer.json["credits_used"] == 2
    (number,) = answer.numbers
    wait_until(lambda: client.status(number) == "failed", what="it failed")

    assert client.balance() == 10
    (entry,) = client.log(status="FAILED")["logs"]
    assert (entry["credits_used"], entry["credits_refunded"]) == (2, 2)
    assert entry["failure"]["code"] == "CMS_28"
    assert served.modems["mtn"].network_log.read_text() == ""

    movements = served.cli("wallet", "statement", account.number)["lines"]
    kinds = [(line["kind"], line["credits"], line["number"]) for line in movements[-2:]]
    assert kinds == [("Reserved", -2, number), ("Refunded", 2, number)]
    assert sum(line["kind"] == "Refunded" for line in movements) == 1
    assert movements[-1]["available"] == 10
    shown = served.cli("wallet", "show", account.number)
    shown.pop("position")
    assert shown == {"available": 10, "reserved": 0, "spent": 0, "refunded": 2}


def test_each_failed_message_of_a_bulk_is_refunded_and_the_others_are_spent(
    served: Served, account: NewAccount
) -> None:
    client = served.client(account)
    numbers = client.bulk(["0977000001", "0977000002", "0555000003"], "All").numbers
    wait_until(
        lambda: [client.status(n) for n in numbers] == ["failed", "failed", "sent"],
        what="all three have ended",
    )
    balance = client.full_balance()
    balance.pop("position")
    assert balance == {"available": 9, "reserved": 0, "spent": 1, "refunded": 2}
    assert _refunded(served, account) == numbers[:2]


def test_a_refusal_that_may_pass_is_not_refunded(served: Served, account: NewAccount) -> None:
    client = served.client(account)
    (number,) = client.send("0777000000", "Try again").numbers
    wait_until(
        lambda: "AttemptFailed" in str(client.explain(number)), what="the first attempt failed"
    )
    assert client.status(number) == "pending"  # for half a minute, until the next attempt
    balance = client.full_balance()
    assert (balance["available"], balance["reserved"], balance["refunded"]) == (9, 1, 0)
    assert _refunded(served, account) == []


def _refunded(served: Served, account: NewAccount) -> list[int]:
    movements = served.cli("wallet", "statement", account.number)["lines"]
    return [line["number"] for line in movements if line["kind"] == "Refunded"]
