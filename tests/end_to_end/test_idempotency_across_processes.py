"""One Idempotency-Key is one message: in a race of processes, after a restart, at balance 0."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.client import Answer, Client
from tests.end_to_end.fleet import NewAccount, Scaled
from tests.end_to_end.gateway import wait_until_ready

pytestmark = [pytest.mark.processes, pytest.mark.servers]

CLIENTS = 20
TEXT = "Only once"


@pytest.fixture
def account(scaled: Scaled) -> NewAccount:
    return scaled.create_account(credits=1)


def _race(clients: list[Client], key: str) -> list[Answer]:
    """Send one command under one key from many clients at once, half in the other dialect."""

    def send(place: int) -> Answer:
        client = clients[place % len(clients)]
        if place % 4 < 2:
            return client.send("0977000000", TEXT, key=key)
        return client.feltech_send("+260977000000", TEXT, key=key)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(send, range(CLIENTS)))


def _replays(answers: list[Answer]) -> int:
    return sum(answer.headers.get("idempotent-replayed") == "true" for answer in answers)


def test_twenty_clients_at_once_through_two_processes_send_one_message(
    scaled: Scaled, account: NewAccount
) -> None:
    clients = scaled.clients(account)
    answers = _race(clients, "order-17")
    assert {answer.status for answer in answers} == {200}, [str(answer) for answer in answers]
    assert len({tuple(answer.numbers) for answer in answers}) == 1
    assert _replays(answers) == CLIENTS - 1
    # the only credit is gone: the key alone still answers
    assert [client.balance() for client in clients] == [0, 0]
    assert clients[0].log()["total"] == 1
    again = [client.send("+260 977 000 000", TEXT, key='"order-17"') for client in clients]
    assert [answer.numbers for answer in again] == [answers[0].numbers] * 2
    assert _replays(again) == 2
    assert again[0].json["credits_remaining"] == 0


def test_another_command_under_the_key_is_refused_in_both_dialects(
    scaled: Scaled, account: NewAccount
) -> None:
    first, second = scaled.clients(account)
    assert first.send("0977000000", TEXT, key="order-18").status == 200
    conflict = second.send("0977000000", "Something else", key="order-18")
    assert (conflict.status, conflict.json["code"]) == (422, "IDEMPOTENCY_CONFLICT")
    assert second.feltech_send("0977000001", TEXT, key="order-18").status == 422
    assert second.bulk(["0977000000"], TEXT, key="order-18").status == 422
    assert first.log()["total"] == 1


def test_a_restart_does_not_forget_the_key(scaled: Scaled, account: NewAccount) -> None:
    clients = scaled.clients(account)
    numbers = clients[0].send("0977000000", TEXT, key="order-19").numbers
    for client in clients:
        client.hang_up()
    scaled.apis[0].kill9()
    assert scaled.apis[1].stop() == 0
    for process, base_url in zip(scaled.apis, scaled.base_urls, strict=True):
        process.spawn()
        wait_until_ready(process, base_url)
    again = _race(clients, "order-19")
    assert {answer.status for answer in again} == {200}
    assert [answer.numbers for answer in again] == [numbers] * CLIENTS
    assert _replays(again) == CLIENTS
    assert clients[0].log()["total"] == 1


def test_a_refusal_is_not_kept(scaled: Scaled, account: NewAccount) -> None:
    first, second = scaled.clients(account)
    refused = first.bulk(["0977000001", "0977000002"], TEXT, key="order-20")
    assert refused.status == 402
    scaled.cli("wallet", "grant", account.number, 1, "--reason", "so that it passes now")
    accepted = second.bulk(["0977000001", "0977000002"], TEXT, key="order-20")
    assert accepted.status == 200
    assert "idempotent-replayed" not in accepted.headers
    assert second.balance() == 0
