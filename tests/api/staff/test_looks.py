"""Whatever an auditor reads over HTTP is on record, by whichever path of staff it is read."""

from typing import Any, Final

from api.routes import ROUTES
from api.staff.routing import BASE
from domain.roles import Role
from tests.api.conftest import Gateway
from tests.api.staff.days import NAMED, bring
from tests.support.staff import hire

ASKED: Final[dict[str, dict[str, str]]] = {
    "/accounts": {},
    "/accounts/{number}": {},
    "/accounts/{number}/statement": {},
    "/approvals": {},
    "/approvals/{number}": {},
    "/looks": {},
    "/sender-ids": {},
    "/finance/sheet": NAMED,
    "/finance/periods": {},
    "/finance/ageing": {},
    "/finance/export": {"kind": "ageing"},
    "/finance/exceptions": {},
    "/finance/callback": {"callback": "cb_7"},
    "/finance/receipt": {"receipt": "mtn/main/T1"},
}
"""Of each path of staff that is read, what is asked."""
NOT_THERE: Final = {"/finance/callback"}
"""Nothing is there to be shown; that somebody looked is on record all the same."""


def test_every_read_of_staff_is_recorded_when_an_auditor_makes_it(own_gateway: Gateway) -> None:
    system = own_gateway.system
    ann = hire(system, "ann", Role.ADMIN)
    eve = hire(system, "eve", Role.AUDITOR, admin=ann.account)
    bring(system)
    account = f"{own_gateway.account}"
    asked = own_gateway.http.post_json(
        f"{BASE}/accounts/{account}/roles",
        {"role": "auditor", "change": "grant", "reason": "x"},
        ann.bearer,
    )
    numbers = {"approvals": f"{asked.json()['entry']}", "accounts": account}
    paths = {
        route.path.removeprefix(BASE)
        for route in ROUTES
        if route.method == "GET" and route.path.startswith(BASE)
    }
    assert paths == set(ASKED)
    for path, query in ASKED.items():
        head = system.store.head()
        answer = own_gateway.http.get(
            BASE + path.format(number=numbers.get(path.split("/")[1])),
            params=query,
            headers=eve.bearer,
        )
        expected = 404 if path in NOT_THERE else 200
        assert answer.status_code == expected, (path, answer.text)
        (event,) = system.store.sealed.raw_after(head, limit=10)
        assert event.topic == "AuditorRead.Read", path
    listed: list[dict[str, Any]] = own_gateway.http.get(
        f"{BASE}/looks", params={"limit": "100"}, headers=ann.bearer
    ).json()["data"]
    assert len(listed) == len(ASKED)
    assert {look["actor"] for look in listed} == {f"account:{eve.account}"}
