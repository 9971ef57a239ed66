"""What happens every day is no traceback: clients that reset, a database that restarts."""

import socket
import struct
import time
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.fleet import Scaled
from tests.end_to_end.gateway import Demo
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_cases
from tests.support.servers import ThrowawayPostgres

pytestmark = [pytest.mark.processes]

TRACEBACK = "Traceback"
POST = b"POST /api HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n{"
GET = b"GET /openapi.json HTTP/1.1\r\nHost: t\r\n\r\n"


@pytest.mark.parametrize("said", [b"", b"GET /hea", POST, GET * 20])
@pytest.mark.parametrize("after_s", soak_cases(0.02, 0.0, 0.2, quick=1))
def test_a_client_that_resets_its_connection_is_no_traceback(
    demo: Demo, said: bytes, after_s: float
) -> None:
    place = urlsplit(demo.place["base_url"])
    for _ in range(5):
        with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
            connection.sendall(said)
            time.sleep(after_s)  # how far the gateway is when it is left is the test
            now = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    assert demo.client.get("/healthz").status == 200
    assert TRACEBACK not in demo.log.read_text()


@pytest.mark.servers
def test_a_database_that_goes_away_is_named_and_is_no_traceback(
    own_scaled: Scaled, own_postgres: ThrowawayPostgres
) -> None:
    scaled = own_scaled
    client = scaled.clients(scaled.create_account(credits=100))[0]
    assert client.send("0977000000", "before").is_accepted
    own_postgres.kill9()
    wait_until(lambda: client.get("/readyz").status == 503, what="it is noticed")
    processes = (*scaled.apis, scaled.worker, scaled.projector)

    def all_say_it() -> bool:
        words = "alarm store: the database does not answer"
        return all(words in process.log.read_text() for process in processes)

    wait_until(all_say_it, what="the log of each process names it")
    own_postgres.start()
    wait_until(lambda: client.get("/readyz").status == 200, within_s=30, what="it is over")
    assert client.send("0977000000", "after").is_accepted
    wait_until(lambda: client.full_balance()["spent"] == 2, within_s=30, what="both have left")
    for process in processes:
        assert TRACEBACK not in process.log.read_text(), str(process)
