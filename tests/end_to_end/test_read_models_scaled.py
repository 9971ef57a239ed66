"""Read models on PostgreSQL that are not of the store beside them, under running processes."""

import psycopg
import pytest

from tests.end_to_end.client import Client
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.servers]

ANEW = "built anew, from the beginning of the log"
CHANGES = {
    "is of generation 1 of the store, not 2": "UPDATE store_identity SET generation = 2",
    "is of another store": "UPDATE projection_positions SET store = 'another'",
    "is ahead of the log": "UPDATE projection_positions SET position = position + 1000",
}


def must_send(client: Client) -> None:
    (number,) = client.send("0977000000", "Hello").numbers
    wait_until(lambda: client.status(number) == "sent", what="what was accepted has left")


@pytest.mark.parametrize("why", CHANGES)
def test_they_are_built_anew_and_said_once_and_everything_goes_on(scaled: Scaled, why: str) -> None:
    account = scaled.create_account(credits=100)
    clients = scaled.clients(account)
    must_send(clients[0])
    with psycopg.connect(scaled.settings["NGOMA_DATABASE_URL"]) as connection:
        connection.execute(CHANGES[why].encode())
    projector = scaled.projector.log

    def lines() -> list[str]:
        return [one for one in projector.read_text().splitlines() if ANEW in one and why in one]

    wait_until(lines, what="it is noticed")
    scaled.wait_until_ready()
    for client in clients:
        must_send(client)
    for client in clients:
        assert client.log()["total"] == 3
        assert client.balance() == client.full_balance()["available"] == 97
    assert len(lines()) == 1
    scaled.must_run()
