"""People register, and look after their passwords."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from application.accounts import ChooseDefaultSender, DecideSenderId, RequestSenderId
from application.books.actors import Actor
from application.ports import MailNotSent
from application.system import System
from domain.account import Account, account_id
from tests.api.conftest import Gateway, StartGateway, limited, metrics_of
from tests.api.people import PASSWORD, log_in, mailed_token, mails, post, register
from tests.end_to_end.waiting import wait_until
from tests.support.logged import logged
from tests.support.system import grant

TO = "260977000000"


def test_the_key_of_a_registration_works_at_once(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    assert person.ask_by_key("GET", "/api/v1/balance").json()["available"] == 0
    body = {"to": TO, "message": "Hello"}
    assert person.ask_by_key("POST", "/api/v1/sms/send", body).status_code == 402
    grant(own_gateway.system, person.account, 10)
    assert person.ask_by_key("POST", "/api/v1/sms/send", body).status_code == 200
    assert person.ask("GET", "/api/v1/balance").json()["available"] == 9


def test_a_new_account_says_what_it_is(start_gateway: StartGateway) -> None:
    gateway = start_gateway(registration_daily_credits=7)
    person = register(gateway, name="  Mwila & Sons Ltd ")
    shown = person.ask("GET", "/api/v1/account").json()["data"]
    assert shown == {
        "id": person.account,
        "name": "Mwila & Sons Ltd",
        "email": "mwila@example.test",
        "roles": [],
        "default_sender": "Mwila Sons",
        "default_sender_id": None,
        "low_balance_credits": None,
        "quiet_hours": None,
        "quiet_all": False,
        "limits": {"single": None, "bulk": None, "read": None},
        "daily_credits": 7,
        "suspended": False,
    }
    assert person.ask_by_key("GET", "/api/v1/account").json()["data"] == shown


def test_without_a_daily_limit_in_the_settings_there_is_none(start_gateway: StartGateway) -> None:
    person = register(start_gateway(registration_daily_credits=0))
    assert person.ask("GET", "/api/v1/account").json()["data"]["daily_credits"] is None


def test_over_the_days_credits_nothing_is_accepted(start_gateway: StartGateway) -> None:
    gateway = start_gateway(registration_daily_credits=1)
    person = register(gateway)
    grant(gateway.system, person.account, 10)
    body = {"to": TO, "message": "Hello"}
    assert person.ask_by_key("POST", "/api/v1/sms/send", body).status_code == 200
    over = person.ask_by_key("POST", "/api/v1/sms/send", body)
    assert over.status_code == 429
    assert 0 < int(over.headers["retry-after"]) <= 24 * 3600
    assert person.ask("GET", "/api/v1/balance").json()["available"] == 9


def test_registration_can_be_closed(start_gateway: StartGateway) -> None:
    gateway = start_gateway(registration_open=False)
    answer = post(gateway, "register", name="Mwila", email="m@example.test", password=PASSWORD)
    assert answer.status_code == 403
    assert set(answer.json()) == {"status", "message"}


def test_a_known_address_is_refused_in_any_case(own_gateway: Gateway) -> None:
    register(own_gateway)
    for again in ("mwila@example.test", " MWILA@Example.TEST "):
        answer = post(own_gateway, "register", name="Other", email=again, password=PASSWORD)
        assert answer.status_code == 409


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, {"name", "email", "password"}),
        ({"name": " "}, {"name"}),
        ({"name": "x" * 101}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"name": "a\nb"}, {"name"}),
        ({"name": "\ud83d"}, {"name"}),
        ({"name": ["Mwila"]}, {"name"}),
        ({"email": "mwila"}, {"email"}),
        ({"email": "a@b@c"}, {"email"}),
        ({"email": "a,b@example.test"}, {"email"}),
        ({"email": "a@example.test\r\nBcc: b@example.test"}, {"email"}),
        ({"email": "a\0@example.test"}, {"email"}),
        ({"email": "\ud83d@example.test"}, {"email"}),
        ({"email": "é@example.test"}, {"email"}),
        ({"email": "x" * 65 + "@example.test"}, {"email"}),
        ({"email": "x@" + ".".join(["y" * 60] * 5)}, {"email"}),
        ({"email": 7}, {"email"}),
        ({"password": "short"}, {"password"}),
        ({"password": "x" * 129}, {"password"}),
        ({"password": "new@example.test"}, {"password"}),
        ({"password": "long enough\0"}, {"password"}),
        ({"password": "long enough\ud83d"}, {"password"}),
        ({"password": {"a": 1}}, {"password"}),
    ],
)
@pytest.mark.slow
def test_a_field_that_cannot_be_used_is_named(
    gateway: Gateway, fields: dict[str, Any], names: set[str]
) -> None:
    usable = {"name": "New", "email": "new@example.test", "password": PASSWORD}
    answer = post(gateway, "register", **({**usable, **fields} if fields else {}))
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == names


def test_an_address_may_ask_five_times_a_minute(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(auth_ip=5))
    asked: list[Callable[[], Any]] = [
        lambda: post(gateway, "register"),
        lambda: log_in(gateway, "nobody@example.test"),
        lambda: post(gateway, "reset", email="nobody@example.test"),
        lambda: post(gateway, "reset/confirm", token="x", password=PASSWORD),
        lambda: post(gateway, "password"),
    ]
    answers = [ask() for ask in asked]
    assert [answer.status_code for answer in answers] == [422, 401, 202, 404, 401]
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"
    assert answers[0].headers["ratelimit-policy"] == '"auth_ip";q=5;w=60'
    for ask in asked:
        answer = ask()
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


# -- passwords --------------------------------------------------------------------------------


def test_a_new_password_ends_every_session(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    other = log_in(own_gateway, person.email).json()["token"]
    change = {"current_password": PASSWORD, "new_password": "a different one"}
    assert person.ask("POST", "/api/v1/auth/password", change).status_code == 200
    for token in (person.token, other):
        headers = {"Authorization": f"Bearer {token}"}
        assert own_gateway.http.get("/api/v1/account", headers=headers).status_code == 401
    assert log_in(own_gateway, person.email).status_code == 401
    assert log_in(own_gateway, person.email, "a different one").status_code == 200
    assert person.ask_by_key("GET", "/api/v1/balance").status_code == 200


def test_the_current_password_must_be_right(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    change = {"current_password": "wrong", "new_password": "a different one"}
    answer = person.ask("POST", "/api/v1/auth/password", change)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"current_password"})
    change = {"current_password": PASSWORD, "new_password": "short"}
    answer = person.ask("POST", "/api/v1/auth/password", change)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"new_password"})
    assert log_in(own_gateway, person.email).status_code == 200


def test_a_forgotten_password_is_set_anew_by_mail(own_gateway: Gateway) -> None:
    person, system = register(own_gateway), own_gateway.system
    known = post(own_gateway, "reset", email="Mwila@example.test")
    unknown = post(own_gateway, "reset", email="nobody@example.test")
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert known.content == unknown.content
    token = mailed_token(system)
    for path in mails(system):
        assert path.stat().st_mode & 0o777 == 0o600
        assert "To: mwila@example.test" in path.read_text()
    assert post(own_gateway, "reset/confirm", token=token, password="short").status_code == 422
    done = post(own_gateway, "reset/confirm", token=token, password="a different one")
    assert done.status_code == 200
    again = post(own_gateway, "reset/confirm", token=token, password="a third one, too")
    assert again.status_code == 404
    assert person.ask("GET", "/api/v1/account").status_code == 401
    assert log_in(own_gateway, person.email, "a different one").status_code == 200
    assert len(mails(system)) == 1


@pytest.mark.parametrize("token", ["ngs_unknown", "\ud83d" * 9, "x" * 5_000])
def test_a_token_that_nobody_was_sent_is_404(gateway: Gateway, token: str) -> None:
    answer = post(gateway, "reset/confirm", token=token, password=PASSWORD)
    assert answer.status_code == (422 if "\ud83d" in token else 404)


def test_one_address_is_not_flooded_with_mail(own_gateway: Gateway) -> None:
    register(own_gateway)
    register(own_gateway, "last@example.test")
    for _ in range(5):
        assert post(own_gateway, "reset", email="mwila@example.test").status_code == 202
    assert post(own_gateway, "reset", email="last@example.test").status_code == 202
    wait_until(
        lambda: any("last@" in path.read_text() for path in mails(own_gateway.system)),
        what="the last mail",
    )
    assert len(mails(own_gateway.system)) == 4


def test_a_mail_server_that_is_away_changes_no_answer(
    start_gateway: StartGateway, caplog: pytest.LogCaptureFixture
) -> None:
    class Away:
        async def send(self, *, to: str, subject: str, text: str) -> None:
            msg = "It is away."
            raise MailNotSent(msg)

    def without_mail(system: System) -> System:
        return replace(system, mailer=Away())

    gateway = start_gateway(change=without_mail)
    register(gateway)
    known = post(gateway, "reset", email="mwila@example.test")
    unknown = post(gateway, "reset", email="nobody@example.test")
    assert known.content == unknown.content
    wait_until(lambda: "MailNotSent" in caplog.text, what="a line in the log")
    assert "mwila" not in caplog.text


# -- the default sender -------------------------------------------------------------------------


def test_an_account_chooses_its_default_sender(own_gateway: Gateway) -> None:
    gateway, system = own_gateway, own_gateway.system
    person, at = register(gateway), own_gateway.system.clock.now()
    grant(system, person.account, 10)
    send = {"to": TO, "message": "Hello"}
    assert person.ask_by_key("POST", "/api/v1/sms/send", send).status_code == 200
    execute = system.committer.execute
    execute(RequestSenderId(person.account, name="Mwila Shop", use_case="x", at=at))
    choice = {"default_sender_id": "mwila SHOP"}
    pending = person.ask("PUT", "/api/v1/account", choice)
    assert (pending.status_code, set(pending.json()["errors"])) == (422, {"default_sender_id"})
    execute(
        DecideSenderId(
            person.account, "Mwila Shop", approved=True, actor=Actor("t"), reason="r", at=at
        )
    )
    shown = person.ask("PUT", "/api/v1/account", choice).json()["data"]
    assert shown["default_sender"] == shown["default_sender_id"] == "Mwila Shop"
    assert person.ask_by_key("POST", "/api/v1/sms/send", send).status_code == 200
    shown = person.ask("PUT", "/api/v1/account", {"default_sender_id": None}).json()["data"]
    assert (shown["default_sender"], shown["default_sender_id"]) == ("Mwila", None)
    assert person.ask_by_key("POST", "/api/v1/sms/send", send).status_code == 200
    log = person.ask("GET", "/api/sms/logs").json()["data"]["data"]
    assert [entry["sender_id"] for entry in log] == ["Mwila", "Mwila Shop", "Mwila"]


def test_another_process_hears_of_the_chosen_sender(own_gateway: Gateway) -> None:
    system = own_gateway.system
    person, at = register(own_gateway), system.clock.now()
    before = person.ask_by_key("GET", "/api/v1/balance")
    assert before.status_code == 200
    principal = system.keyring.known(person.api_key)
    assert principal is not None
    assert principal.default_sender == "Mwila"
    actor = Actor.of(person.account)
    name = "Shop"
    system.committer.execute(RequestSenderId(person.account, name=name, use_case="x", at=at))
    system.committer.execute(
        DecideSenderId(person.account, name, approved=True, actor=Actor("t"), reason="r", at=at)
    )
    system.committer.execute(ChooseDefaultSender(person.account, name, actor=actor, at=at))
    system.keyring.follow()
    assert system.keyring.verify(person.api_key).default_sender == "Shop"


@pytest.mark.parametrize("name", ["@", 7, "way too long a name", ["x"]])
def test_a_default_sender_that_cannot_be_is_422(gateway: Gateway, name: Any) -> None:
    answer = gateway.http.request(
        "PUT", "/api/v1/account", json={"default_sender_id": name}, headers=gateway.bearer
    )
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"default_sender_id"})
    missing = gateway.http.request("PUT", "/api/v1/account", json={}, headers=gateway.bearer)
    assert missing.status_code == 422


# -- secrets ------------------------------------------------------------------------------------


def test_no_secret_of_a_person_is_in_an_event_or_a_log(
    own_gateway: Gateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", "ngoma")
    system = own_gateway.system
    person = register(own_gateway)
    begun = person.ask("POST", "/api/v1/auth/second-factor", {"password": PASSWORD}).json()
    post(own_gateway, "reset", email=person.email)
    token = mailed_token(system)
    key = person.new_key(sources=["192.0.2.77"])
    events = b"".join(stored.state for _, stored in system.store.events_after(0, limit=10_000))
    texts = [events.decode(), metrics_of(system), caplog.text, logged(capfd, requests=4)]
    secrets = (PASSWORD, person.token, person.api_key, key, token, begun["secret"], person.email)
    for text in texts:
        for secret in (*secrets, "Mwila", "192.0.2.77"):
            assert secret not in text
    found = system.reader.find(Account, account_id(person.account))
    assert found is not None
    assert re.fullmatch(r"[A-Z0-9]{8}", found.keys[0])
