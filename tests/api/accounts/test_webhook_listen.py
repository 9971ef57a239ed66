"""``ngoma webhook listen`` brings an account's events to a program on the developer's machine."""

from click.testing import CliRunner
from standardwebhooks import Webhook

from tests.api.accounts.test_feed import decide
from tests.api.conftest import Gateway
from tests.support.receiver import receiving
from worker.cli import main


def listen(*arguments: str, key: str) -> tuple[int, str, str]:
    run = CliRunner().invoke(main, ["webhook", "listen", *arguments], env={"NGOMA_API_KEY": key})
    return run.exit_code, run.stdout, run.stderr


def test_events_are_forwarded_in_order_and_signed(gateway: Gateway) -> None:
    for name in ("ONE", "TWO", "THREE"):
        decide(gateway, name)
    gateway.wait_for_log()
    url = str(gateway.http.base_url)
    with receiving() as receiver:
        code, said, errors = listen(
            *("--url", url, "--forward", receiver.url, "--after", "1", "--count", "2"),
            key=gateway.key,
        )
        assert code == 0, errors
        assert receiver.sequences == [2, 3]
        assert [line.split()[:2] for line in said.splitlines()] == [
            ["2", "sender_id.approved"],
            ["3", "sender_id.approved"],
        ]
        secret = errors.split()[-1]
        for one in receiver.came:
            headers = {name: one.headers[name] for name in one.headers if "webhook" in name}
            assert Webhook(secret).verify(one.body, headers)["id"] == one.id


def test_a_key_that_does_not_work_is_said_at_once(gateway: Gateway) -> None:
    url = str(gateway.http.base_url)
    code, _, errors = listen("--url", url, "--forward", "http://127.0.0.1:1", key="nothing")
    assert code == 1
    assert "HTTP 401" in errors


def test_what_is_no_address_is_wrong_usage(gateway: Gateway) -> None:
    code, _, errors = listen("--forward", "localhost:3000", key=gateway.key)
    assert code == 2
    assert "http://" in errors
