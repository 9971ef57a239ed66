"""An account reads what answers its messages, page by page, and nothing else."""

from typing import Any

import pytest

from tests.api.conftest import Gateway
from tests.support.incoming import receive


@pytest.fixture
def inbox(gateway: Gateway) -> Gateway:
    sim = gateway.account  # the same octets by another SIM are another message
    for text in ("first", "x" * 200, "Stop"):
        receive(gateway.system, "+260977000000", text, account=gateway.account, sim=sim)
    receive(gateway.system, "Shop", "for nobody", account=None, sim=sim)
    receive(gateway.system, "0966000001", "for another", account=gateway.account + 1_000, sim=sim)
    return gateway


def rows(gateway: Gateway, **query: Any) -> list[dict[str, Any]]:
    answer = gateway.get("/api/v1/inbound", **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def test_its_own_are_listed_newest_first(inbox: Gateway) -> None:
    listed = rows(inbox)
    assert [row["message"] for row in listed] == ["Stop", "x" * 200, "first"]
    assert [(row["parts"], row["missing"], row["exact"]) for row in listed] == [
        (1, 0, True),
        (2, 0, True),
        (1, 0, True),
    ]
    assert [row["keyword"] for row in listed] == ["stop", None, None]
    assert {row["sender"] for row in listed} == {"+260977000000"}


def test_pages_follow_one_another(inbox: Gateway) -> None:
    newest = rows(inbox, limit=1)
    older = rows(inbox, limit=5, before=newest[0]["id"])
    assert [row["message"] for row in [*newest, *older]] == ["Stop", "x" * 200, "first"]


@pytest.mark.parametrize("query", [{"before": "msg_1"}, {"limit": 0}, {"limit": "x"}])
def test_what_cannot_be_used_is_refused(gateway: Gateway, query: dict[str, Any]) -> None:
    assert gateway.get("/api/v1/inbound", **query).status_code == 422


@pytest.mark.parametrize("query", [{"before": "sup_1"}, {"limit": 101}])
def test_and_so_it_is_of_suppressions(gateway: Gateway, query: dict[str, Any]) -> None:
    assert gateway.get("/api/v1/suppressions", **query).status_code == 422
