"""When nobody follows the log, whoever looks learns it within seconds, and for how long."""

from collections.abc import Iterator

import pytest

from adapters.clock import SystemClock
from domain.public_ids import iso_time
from tests.end_to_end.client import Client
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.gateway import Process
from tests.end_to_end.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.servers]

WITHIN_S = 5.0
LONG_S = 15.0


@pytest.fixture
def frozen(scaled: Scaled) -> Iterator[Process]:
    """Give the one projector, frozen."""
    scaled.projector.freeze()
    yield scaled.projector
    scaled.projector.thaw()


def operators(scaled: Scaled, process: Process) -> Client:
    (place,) = (scaled.folder / "operations").glob(f"*-{process.pid}.url")
    return Client(place.read_text().strip(), "")


def lag_s(operators: Client) -> float:
    lines = operators.get("/metrics").body.decode().splitlines()
    (line,) = [line for line in lines if line.startswith("ngoma_log_lag_seconds ")]
    return float(line.split()[1])


def test_a_log_that_nobody_follows_is_named_with_its_lag_in_seconds_until_somebody_does(
    scaled: Scaled, frozen: Process
) -> None:
    account = scaled.create_account(credits=100)
    made_at = iso_time(SystemClock().now())
    api, client = scaled.apis[0], scaled.clients(account)[0]
    asked = operators(scaled, api)

    def says() -> str:
        return str(asked.get("/readyz").json["checks"]["following"])

    wait_until(
        lambda: says().startswith("nobody follows the log, for "),
        within_s=WITHIN_S + 1,
        what="readiness says it",
    )
    assert "`ngoma project`" in says()
    assert lag_s(asked) >= 2
    wait_until(
        lambda: 'ngoma_alarms{alarm="following"} 1.0' in asked.get("/metrics").body.decode(),
        within_s=WITHIN_S,
        what="the metric of alarms says it",
    )
    wait_until(
        lambda: "alarm following: nobody follows the log" in api.log.read_text(),
        what="the log says it",
    )

    balance = client.get("/api/v1/balance").json
    assert balance["available"] == 0  # of the time before the account was made
    assert balance["as_of"] <= made_at

    wait_until(lambda: client.get("/readyz").status == 503, within_s=LONG_S, what="it lasts")
    frozen.thaw()
    wait_until(lambda: client.get("/readyz").status == 200, within_s=LONG_S, what="it is over")
    assert says() == "ok"
    wait_until(
        lambda: client.get("/api/v1/balance").json["available"] == 100, what="the balance is whole"
    )
