"""Top-ups over HTTP: asked for, paid at a simulated provider, shown, and told by callbacks."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.clock import SystemClock
from adapters.mobile_money import SIMULATED
from adapters.mobile_money.simulation.payments import SimPayments
from adapters.mobile_money.simulation.scenarios import NAMES, PAYERS_ROOT
from adapters.mobile_money.simulation.web import ServedProvider, serving
from adapters.security.secret import kept_or_made
from adapters.server_secret import derived
from application.money.exceptions import money_exceptions
from application.money.tokens import CallbackTokens
from application.money.unknown_callbacks import show_callback
from domain.matching import Trouble
from domain.public_ids import parse_top_up_id
from tests.api.conftest import Gateway, gateways, new_account
from tests.api.money.asking import STARTER, publish
from tests.support.templates import copy_migrated
from worker.timed_work import due_work

PREFIXES = {"mtn": "096", "airtel": "097"}


@dataclass
class Shop:
    """A gateway with simulated providers, whose due work the test does."""

    gateway: Gateway
    providers: dict[str, ServedProvider]
    tokens: CallbackTokens
    folder: Path

    def payer(self, provider: str, scenario: str) -> str:
        return f"{PREFIXES[provider]}{PAYERS_ROOT}{NAMES.index(scenario) + 1:02}"

    def ask(
        self, scenario: str = "early-callback", provider: str = "mtn", **more: object
    ) -> dict[str, Any]:
        body = {"msisdn": self.payer(provider, scenario), "amount_ngwee": 5_000, **more}
        answer = self.gateway.post("/api/v1/topups", body)
        assert answer.status_code == 202, answer.text
        return dict(answer.json()["data"])

    def shown(self, topup_id: str) -> dict[str, Any]:
        answer = self.gateway.get(f"/api/v1/topups/{topup_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    def work(self) -> int:
        """Do what is due now, as a worker does."""
        system = self.gateway.system
        (turns,) = [one for one in due_work(system) if one.kind == "payment.turn"]
        due = list(turns.due(system.clock.now(), 100))
        for ids in due:
            turns.handle(ids, system.committer.execute)
        return len(due)

    def round(self, topup_id: str) -> int:
        """Say how often a payment's turn came."""
        with closing(sqlite3.connect(self.folder / "store.db")) as file:
            (found,) = file.execute(
                "SELECT round FROM payment_polls WHERE number = ?", (parse_top_up_id(topup_id),)
            ).fetchone()
        return int(found)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("shop")
    copy_migrated(folder)
    secret = kept_or_made(folder / "secrets" / "server")
    tokens = CallbackTokens(derived(secret, "callbacks"))
    served, accounts = {}, []
    with ExitStack() as stack:
        start = stack.enter_context(gateways(folder))
        for name in PREFIXES:
            payments = SimPayments(SystemClock())
            provider = SIMULATED[name](payments, None)
            served[name] = stack.enter_context(serving(payments, provider, sends_by_itself=False))
            accounts.append(provider.account(served[name].url))
        gateway = start(credits=0, providers=tuple(accounts))
        publish(gateway.system, 50, STARTER)
        yield Shop(gateway, served, tokens, folder)


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """Give the shop to an account of this test's own: it may ask for a few top-ups a minute."""
    account, key = new_account(opened.gateway.system, credits=0)
    return replace(opened, gateway=replace(opened.gateway, account=account, key=key))


def test_prices_are_told_with_their_packs(shop: Shop) -> None:
    answer = shop.gateway.get("/api/v1/prices")
    assert answer.json()["data"] == {
        "price_list": "prices-1",
        "ngwee_per_credit": 50,
        "vat_percent": 0,
        "packs": [{"name": "starter", "credits": 120, "amount_ngwee": 5_000}],
    }


@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send"])
def test_who_has_too_few_credits_is_told_where_to_buy_them(shop: Shop, path: str) -> None:
    body = {"api_key": shop.gateway.key, "to": "0977123456", "message": "hello"}
    refused = shop.gateway.post(path, body)
    assert refused.status_code == 402
    url = refused.json()["top_up_url"]
    wish = {"amount_ngwee": 2_500, "msisdn": shop.payer("mtn", "early-callback")}
    bought = shop.gateway.post(urlsplit(url).path, wish)
    assert bought.status_code == 202, url


def test_a_top_up_ends_in_credits_and_its_receipt(shop: Shop) -> None:
    asked = shop.ask(amount_ngwee=2_500)
    assert asked["state"] == "requested"
    assert (asked["credits"], asked["price_list"]) == (50, "prices-1")
    assert (asked["msisdn"], asked["network"], asked["provider"]) == ("260960000017", "mtn", "mtn")
    shop.work()
    assert shop.shown(asked["topup_id"])["state"] == "pending"
    assert shop.gateway.balance() == 0
    assert _told(shop, asked["topup_id"]) == 202
    assert shop.gateway.balance() == 0, "a callback is a hint, and no more"
    shop.work()
    paid = shop.shown(asked["topup_id"])
    assert (paid["state"], paid["credits"], paid["failure"]) == ("confirmed", 50, None)
    assert paid["receipt"]
    assert paid["confirmed_at"] > paid["created_at"]
    assert shop.gateway.balance() == 50
    (line,) = shop.gateway.get("/api/v1/statement").json()["data"]["lines"]
    assert line["credits"] == 50


def _told(
    shop: Shop, topup_id: str, body: bytes = b'{"status":"SUCCESSFUL"}', **headers: str
) -> int:
    path = shop.tokens.path("mtn", parse_top_up_id(topup_id))
    sent = {"Content-Type": "application/json", **headers}
    return shop.gateway.http.put(path, content=body, headers=sent).status_code


def test_a_pack_has_its_own_amount(shop: Shop) -> None:
    body = {"msisdn": "0966666666", "pack": "starter"}
    asked = shop.gateway.post("/api/v1/topups", body).json()["data"]
    assert (asked["amount_ngwee"], asked["credits"]) == (5_000, 120)


def test_the_same_idempotency_key_is_the_same_top_up(shop: Shop) -> None:
    body = {"msisdn": "0966666666", "amount_ngwee": 700}
    first, again = (shop.gateway.post("/api/v1/topups", body, Idempotency_Key="k1") for _ in "12")
    assert first.json()["data"]["topup_id"] == again.json()["data"]["topup_id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = shop.gateway.post("/api/v1/topups", {**body, "amount_ngwee": 800}, Idempotency_Key="k1")
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"msisdn": "12"}, "msisdn"),
        ({"msisdn": ["0966666666"]}, "msisdn"),
        ({"amount_ngwee": 0}, "amount_ngwee"),
        ({"amount_ngwee": 12.5}, "amount_ngwee"),
        ({"amount_ngwee": 49}, "amount_ngwee"),
        ({"amount_ngwee": 10_000_001}, "amount_ngwee"),
        ({"amount_ngwee": None}, "amount_ngwee"),
        ({"pack": "starter"}, "pack"),
        ({"network": "zamtel"}, "network"),
        ({"network": "vodacom"}, "network"),
        ({"msisdn": "0981234567"}, "network"),
    ],
)
def test_what_is_wrong_is_named(shop: Shop, wrong: dict[str, Any], field: str) -> None:
    body = {"msisdn": "0966666666", "amount_ngwee": 5_000, **wrong}
    answer = shop.gateway.post("/api/v1/topups", body)
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["errors"]) == [field]


def test_a_pack_that_is_not_there_is_not_found(shop: Shop) -> None:
    answer = shop.gateway.post("/api/v1/topups", {"msisdn": "0966666666", "pack": "none"})
    assert answer.status_code == 404


def test_top_ups_are_listed_newest_first_by_state_and_page(shop: Shop) -> None:
    ids = [shop.ask("success")["topup_id"] for _ in range(3)]
    listed = [one["topup_id"] for one in shop.gateway.get("/api/v1/topups").json()["data"]]
    assert listed == ids[::-1]
    some = shop.gateway.get("/api/v1/topups", limit=1, before=ids[2], state="requested")
    assert [one["topup_id"] for one in some.json()["data"]] == [ids[1]]
    assert shop.gateway.get("/api/v1/topups", state="held").json()["data"] == []
    assert shop.gateway.get("/api/v1/topups", state="paid").status_code == 422
    assert shop.gateway.get("/api/v1/topups", before="x").status_code == 422


# -- callbacks -----------------------------------------------------------------------------------


def test_a_wrong_token_is_not_found_and_a_right_one_of_another_payment_too(shop: Shop) -> None:
    asked = shop.ask("success")
    right = shop.tokens.path("mtn", parse_top_up_id(asked["topup_id"]))
    body = b'{"status":"SUCCESSFUL"}'
    for path in (
        right[:-1] + ("0" if right[-1] != "0" else "1"),
        right.replace("/mtn/", "/airtel/"),
        "/callbacks/mtn/all-" + "0" * 32,
        "/callbacks/nobody/" + right.rpartition("/")[2],
    ):
        assert shop.gateway.http.post(path, content=body).status_code == 404
    assert shop.gateway.http.post(right, content=body).status_code == 202


def test_an_unparsable_callback_is_400_and_a_large_one_413(shop: Shop) -> None:
    asked = shop.ask("success")
    assert _told(shop, asked["topup_id"], b"<html>") == 400
    assert _told(shop, asked["topup_id"], b" " * (64 * 1024 + 1)) == 413


def test_a_wrong_signature_is_401_and_the_bytes_are_checked_as_they_came(shop: Shop) -> None:
    asked = shop.ask("success", "airtel")
    shop.work()
    (payment,) = [one for one in shop.providers["airtel"].payments if one.script]
    provider = SIMULATED["airtel"](shop.providers["airtel"].payments, "http://x/")
    callback = provider.callback(payment, payment.script.told[0])
    assert callback is not None
    path = shop.tokens.path("airtel")
    assert shop.gateway.http.post(path, content=callback.body).status_code == 202
    told = json.loads(callback.body)
    told["transaction"]["message"] = "Paid"
    forged = json.dumps(told).encode()
    assert shop.gateway.http.post(path, content=forged).status_code == 401
    assert shop.shown(asked["topup_id"])["state"] == "pending"


def test_a_callback_of_an_unknown_payment_is_taken_and_kept_once_for_finance(shop: Shop) -> None:
    system = shop.gateway.system
    said = '{"status":"SUCCESSFUL","externalId":"nobody-knows","amount":"50"}'
    of_a_lost_payment = shop.tokens.path("mtn", 10**6)
    for path in (shop.tokens.path("mtn"), shop.tokens.path("mtn"), of_a_lost_payment):
        assert shop.gateway.http.put(path, content=said.encode()).status_code == 202
    assert shop.gateway.http.put(of_a_lost_payment, content=b'{"status":"FAILED"}').is_success
    assert system.queries.reached(system.store.head(), timeout_s=10, projection="receipts")
    found = money_exceptions(system.queries, now=system.clock.now()).found
    kept = [one for one in found if one.kind is Trouble.UNKNOWN_CALLBACK]
    assert [(one.wallet, one.amount_ngwee) for one in kept] == [
        ("mtn/main", 5_000),
        ("mtn/main", 0),
    ]
    (number,) = re.findall("[0-9]+", kept[0].name)
    assert show_callback(system.store, int(number))["said"] == said


def test_callbacks_bring_one_question_forward_and_not_nearer_than_five_seconds(shop: Shop) -> None:
    asked = shop.ask("pending-for-ever")
    shop.work()
    assert [_told(shop, asked["topup_id"]) for _ in range(25)] == [202] * 25
    rounds = shop.round(asked["topup_id"])
    for _ in range(3):
        shop.work()
        assert shop.round(asked["topup_id"]) == rounds + 1
        assert _told(shop, asked["topup_id"]) == 202


def test_of_a_payments_callbacks_twenty_are_kept_without_its_number(shop: Shop) -> None:
    asked = shop.ask("pending-for-ever")
    shop.work()
    (reference,) = [
        one.reference
        for one in shop.providers["mtn"].payments
        if one.label == f"TOPUP-{parse_top_up_id(asked['topup_id'])}"
    ]
    body = {"status": "PENDING", "externalId": reference, "payer": {"partyId": "260960000026"}}
    for _ in range(22):
        _told(shop, asked["topup_id"], json.dumps(body).encode())
    said = shop.gateway.system.wire_log.of(reference)
    kept = [one for one in said if one.purpose == "callback"]
    assert len(kept) == 20
    assert not any("260960000026" in one.request for one in kept)
