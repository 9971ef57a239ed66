"""Operators set an account's webhook on the host, see how it goes, and try it."""

from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from application.accounts import DecideSenderId, RequestSenderId
from application.books.actors import Actor
from domain.roles import Role
from tests.support.hooks import set_webhook
from tests.support.receiver import Receiver, receiving
from tests.support.system import running_system
from tests.support.told import telling
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import team

URL = "https://shop.example.com/ngoma"


@pytest.fixture
def cli(cli: Cli) -> Cli:
    return Cli(cli.folder, {"NGOMA_WEBHOOKS_ALLOW_PRIVATE": "127.0.0.0/8"})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def happen(cli: Cli, account: int, *names: str) -> None:
    with running_system(cli.folder) as system:
        for name in names:
            at = system.clock.now()
            asked = RequestSenderId(account, name=name, use_case="Offers", at=at)
            system.committer.execute(asked)
            decided = DecideSenderId(
                account, name, approved=True, actor=Actor("os:test@host"), reason="", at=at
            )
            system.committer.execute(decided)


def test_a_webhook_is_set_shown_and_deleted(cli: Cli) -> None:
    account = cli.account()
    happen(cli, account, "ONE")
    made = cli.json("webhook", "set", account, "--url", URL, "--event", "sender_id.approved")
    assert made.pop("secret").startswith("whsec_")
    shown = cli.json("webhook", "show", account)
    assert shown.pop("secret") is None
    assert shown == made
    assert (shown["url"], shown["events"], shown["state"]) == (
        URL,
        ["sender_id.approved"],
        "active",
    )
    assert (shown["delivered"], shown["newest"], shown["next_try_at"]) == (1, 1, None)
    happen(cli, account, "TWO")
    said = cli.run("webhook", "show", account).stdout
    assert "told up to    1 of 2" in said
    assert "next try" in said
    assert cli.json("webhook", "set", account, "--url", URL)["secret"] is None
    assert cli.json("webhook", "delete", account) == {"account_id": account, "deleted": True}
    assert cli.refusal("webhook", "show", account) == "There is no webhook."
    assert cli.refusal("webhook", "delete", account) == "There is no webhook."


def test_a_test_says_what_was_answered_and_exits_by_it(cli: Cli, receiver: Receiver) -> None:
    account = cli.account()
    secret = cli.json("webhook", "set", account, "--url", receiver.url)["secret"]
    tried = cli.json("webhook", "test", account)
    assert (tried["taken"], tried["http_status"], tried["error"]) == (True, 204, None)
    (came,) = receiver.came
    headers = {name: came.headers[name] for name in came.headers if "webhook" in name}
    assert Webhook(secret).verify(came.body, headers)["id"] == tried["event"]
    receiver.status = 500
    assert cli.json("webhook", "test", account, code=1)["http_status"] == 500
    within = Cli(cli.folder)
    assert within.json("webhook", "test", account, code=1)["error"] == "ADDRESS_REFUSED"
    assert "ADDRESS_REFUSED" in within.run("webhook", "test", account, code=1).stdout


def test_after_a_rotation_both_secrets_sign(cli: Cli, receiver: Receiver) -> None:
    account = cli.account()
    old = cli.json("webhook", "set", account, "--url", receiver.url)["secret"]
    rotated = cli.json("webhook", "rotate", account)
    assert rotated["old_secret_until"] == cli.json("webhook", "show", account)["old_secret_until"]
    cli.run("webhook", "test", account)
    (came,) = receiver.came
    headers = {name: came.headers[name] for name in came.headers if "webhook" in name}
    for secret in (old, rotated["secret"]):
        assert Webhook(secret).verify(came.body, headers)


def test_a_replay_begins_after_a_sequence(cli: Cli) -> None:
    account = cli.account()
    happen(cli, account, "ONE", "TWO", "SIX")
    cli.run("webhook", "set", account, "--url", URL)
    shown = cli.json("webhook", "replay", account, "--after", 1)
    assert (shown["delivered"], shown["newest"]) == (1, 3)
    assert shown["next_try_at"] is not None


def test_before_anything_is_told_there_are_no_attempts(cli: Cli) -> None:
    account = cli.account()
    cli.run("webhook", "set", account, "--url", URL)
    assert cli.run("webhook", "attempts", account).stdout == "Nothing was told yet.\n"


def test_attempts_say_what_was_answered() -> None:
    with telling() as told, receiving(status=500) as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account)
        told.settle()
        receiver.status = 200
        told.gateway.clock.pass_s(5)
        told.settle()
        cli = Cli(told.gateway.folder)
        newest, first = cli.json("webhook", "attempts", account)
        assert [newest["http_status"], first["http_status"]] == [200, 500]
        assert newest["event"] == first["event"] == receiver.came[0].id
        assert cli.json("webhook", "attempts", account, "--before", 2) == [first]
        assert "sender_id.approved" in cli.run("webhook", "attempts", account).stdout


def test_what_cannot_be_used_is_wrong_usage_and_what_may_not_be_called_refused(cli: Cli) -> None:
    account = cli.account()
    assert "fragment" in cli.refusal("webhook", "set", account, "--url", "ftp://x", code=2)
    assert "message.sent" in cli.refusal(
        *("webhook", "set", account, "--url", URL, "--event", "all"), code=2
    )
    plain = Cli(cli.folder).refusal("webhook", "set", account, "--url", "http://10.0.0.1/")
    assert plain == "The url must begin with https://."
    assert cli.refusal("webhook", "set", 9, "--url", URL) == "No such account."
    assert cli.refusal("webhook", "test", account) == "There is no webhook."


def test_who_only_looks_sees_it_on_record_and_changes_and_tries_nothing(
    cli: Cli, receiver: Receiver
) -> None:
    account = cli.account()
    with running_system(cli.folder) as system:
        set_webhook(system, account, receiver.url)
    admin, auditor = team(cli, admin=Role.ADMIN, auditor=Role.AUDITOR)
    assert auditor.json("webhook", "show", account)["url"] == receiver.url
    assert auditor.json("webhook", "attempts", account) == []
    looks = cli.json("look", "list", "--account", account)
    assert [(look["what"], look["actor"]) for look in looks] == [("webhook", auditor.name)] * 2
    for acts in (["rotate"], ["delete"], ["test"], ["replay", "--after", 0], ["set", "--url", URL]):
        act, *rest = acts
        assert "takes a role" in auditor.refusal("webhook", act, account, *rest)
    assert receiver.came == []
    assert admin.json("webhook", "test", account)["taken"]
