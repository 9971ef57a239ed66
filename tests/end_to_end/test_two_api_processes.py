"""Two API processes on one wallet: it is spent to the last credit, never further, and shared."""

import threading

import pytest

from tests.end_to_end.client import Answer, Client
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.load import Recipients
from tests.end_to_end.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.servers]

SENDERS = 64
CREDITS = 500


class Racer(threading.Thread):
    """Sends one credit at a time until it is told that there are no more."""

    def __init__(self, client: Client, recipients: Recipients, start: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.accepted: list[Answer] = []
        self.last: Answer | None = None
        self._recipients = recipients
        self._start_together = start

    def run(self) -> None:
        self._start_together.wait()
        while True:
            (recipient,) = self._recipients.take()
            answer = self.client.send(recipient, "One credit")
            if not answer.is_accepted:
                self.last = answer
                return
            self.accepted.append(answer)


def test_64_senders_race_for_500_credits(scaled: Scaled) -> None:
    account = scaled.create_account(credits=CREDITS)
    clients = scaled.clients(account)
    read: list[int] = [client.balance() for client in clients]  # and each knows the key now
    recipients, together = Recipients(), threading.Barrier(SENDERS)
    racers = [Racer(clients[place % 2], recipients, together) for place in range(SENDERS)]
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            read.extend(client.balance() for client in clients)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    over.set()
    looking.join(10)

    assert {(racer.last.status, racer.last.json["code"]) for racer in racers if racer.last} == {
        (402, "INSUFFICIENT_CREDITS")
    }
    shares = [
        sum(len(racer.accepted) for racer in racers if racer.client is client) for client in clients
    ]
    assert sum(shares) == CREDITS
    assert min(shares) >= CREDITS / 3, shares
    assert min(read) == 0
    assert [client.balance() for client in clients] == [0, 0]
    numbers = {n for racer in racers for answer in racer.accepted for n in answer.numbers}
    assert len(numbers) == CREDITS
    wait_until(
        lambda: clients[0].full_balance()["spent"] == CREDITS,
        within_s=60,
        what="every accepted message has left",
    )
    scaled.must_run()
