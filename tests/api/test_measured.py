"""What `/metrics` says of messages, credits, SIMs, webhooks, the seal: caused, and seen to move."""

import re
import threading
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from adapters.backup.making import make_backup
from adapters.bootstrap import seal_key_file
from adapters.security.signing import make_key_file
from adapters.settings import Settings
from domain.reports import Accepted
from domain.values import Network
from projections.reading import SqlQueries
from tests.api.conftest import Gateway, StartGateway, metrics_of
from tests.support.hooks import set_webhook
from tests.support.outcomes import SILENCE, refused
from tests.support.sealing import seal_now
from tests.support.system import grant

STEPS = 10
"""Of SQLite's machine, for which one is counted."""
HISTORY = 60


class Shown(dict[str, float]):
    """Samples by name and labels."""

    def since(self, before: Mapping[str, float]) -> dict[str, float]:
        """Give by how much they moved."""
        moved = {name: value - before.get(name, 0.0) for name, value in self.items()}
        return {name: value for name, value in moved.items() if value}


def shown(gateway: Gateway) -> Shown:
    """Look as operators do, at what is of the gateway as a whole."""
    gateway.wait_for_log()
    lines = re.findall(r"^ngoma_(\w+(?:\{[^}]*\})?) (\S+)$", metrics_of(gateway.system), re.M)
    return Shown((name, float(value)) for name, value in lines if name.startswith(OF_THE_GATEWAY))


OF_THE_GATEWAY = (
    *("messages_total", "credits", "open_messages"),
    *("sim_", "webhooks_", "unsealed_", "backup_"),
)


def messages(network: str, outcome: str) -> str:
    return f'messages_total{{network="{network}",outcome="{outcome}"}}'


def still_open(network: str, state: str) -> str:
    return f'open_messages{{network="{network}",state="{state}"}}'


def credits(kind: str) -> str:
    return f'credits{{kind="{kind}"}}'


def begun_by(gateway: Gateway, network: Network) -> str:
    return f'sim_segments_today{{sim="{gateway.duties[network].sim}"}}'


def send(gateway: Gateway, **fields: object) -> None:
    answer = gateway.send(**fields)
    assert answer.status_code == 200, answer.text


def test_a_message_is_counted_when_it_is_accepted_sent_and_delivered(own_gateway: Gateway) -> None:
    gateway = own_gateway
    start = shown(gateway)
    send(gateway, message="x" * 200)
    accepted = shown(gateway)
    assert accepted.since(start) == {messages("mtn", "accepted"): 1, still_open("mtn", "queued"): 1}
    gateway.try_to_send(1, Accepted(7))
    assert shown(gateway).since(accepted) == {
        still_open("mtn", "queued"): -1,
        still_open("mtn", "sending"): 1,
        begun_by(gateway, Network.MTN): 2,
    }
    gateway.try_to_send(1, Accepted(8), index=1)
    left = shown(gateway)
    assert left.since(accepted) == {
        messages("mtn", "sent"): 1,
        still_open("mtn", "queued"): -1,
        credits("consumed"): 2,
        begun_by(gateway, Network.MTN): 2,
    }
    gateway.report_delivery(1)
    assert shown(gateway).since(left) == {messages("mtn", "delivered"): 1}


def test_a_doubt_a_failure_and_a_cancelled_message_are_counted_with_what_came_back(
    own_gateway: Gateway,
) -> None:
    gateway = own_gateway
    start = shown(gateway)
    send(gateway)
    gateway.try_to_send(1, SILENCE)
    assert shown(gateway).since(start) == {
        messages("mtn", "accepted"): 1,
        still_open("mtn", "in_doubt"): 1,
        begun_by(gateway, Network.MTN): 1,
    }
    before = shown(gateway)
    send(gateway, to="260955000000", message="x" * 200)
    gateway.try_to_send(2, refused("+CMS ERROR: 28"))
    send(gateway, to="260505000000")
    assert gateway.post("/api/v1/messages/msg_3/cancel", {}).status_code == 200
    assert shown(gateway).since(before) == {
        messages("airtel", "accepted"): 1,
        messages("airtel", "failed"): 1,
        'credits_refunded_total{network="airtel"}': 2,
        begun_by(gateway, Network.AIRTEL): 1,
        messages("zamtel", "accepted"): 1,
        messages("zamtel", "cancelled"): 1,
        'credits_refunded_total{network="zamtel"}': 1,
    }


def test_granted_credits_are_shown_by_kind(own_gateway: Gateway) -> None:
    start = shown(own_gateway)
    grant(own_gateway.system, own_gateway.account, 50)
    assert shown(own_gateway).since(start) == {credits("granted"): 50}


def test_a_webhook_waits_from_the_first_event_that_it_has_to_be_told(own_gateway: Gateway) -> None:
    gateway = own_gateway
    set_webhook(gateway.system, gateway.account, "https://hooks.example.com/a")
    start = shown(gateway)
    send(gateway)
    gateway.try_to_send(1, Accepted(7))
    head = gateway.system.store.head()
    assert gateway.system.queries.reached(head, timeout_s=5, projection="account_feed")
    assert shown(gateway).since(start)['webhooks_waiting{state="active"}'] == 1


def test_what_is_not_sealed_and_the_newest_backup_have_an_age_once_there_was_one(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    make_key_file(seal_key_file(settings))
    gateway = start_gateway()
    assert not {"unsealed_seconds", "backup_age_seconds"} & set(shown(gateway))
    seal_now(gateway.system)
    make_backup(
        settings, tmp_path / "b.zip", made_at="2026-01-01T00:00:00Z", advance=lambda _, __: None
    )
    found = shown(gateway)
    assert found["unsealed_seconds"] == 0
    assert found["backup_age_seconds"] > 0
    gateway.send()
    assert shown(gateway)["unsealed_seconds"] > 0


def test_the_version_that_runs_is_shown(gateway: Gateway) -> None:
    assert f'ngoma_build_info{{version="{version("ngoma")}"}} 1.0' in metrics_of(gateway.system)


@pytest.mark.slow
def test_a_scrape_does_not_cost_more_when_there_is_a_history(own_gateway: Gateway) -> None:
    gateway = own_gateway
    send(gateway)
    gateway.try_to_send(1, Accepted(7))
    before = steps_of_a_scrape(gateway)
    for number in range(HISTORY):
        send(gateway, message=f"Nr {number}")
        gateway.attempt(number + 2, Accepted(7))
    gateway.wait_for_log()
    assert shown(gateway)[messages("mtn", "sent")] == HISTORY + 1
    assert before > 0
    assert steps_of_a_scrape(gateway) <= before + HISTORY / 5  # looking at each costs more


def steps_of_a_scrape(gateway: Gateway) -> int:
    """Count what SQLite's machine does in the read models for one scrape, in tens.

    The follower reads there too, when it likes.
    """
    queries = gateway.system.queries
    assert isinstance(queries, SqlQueries)
    counted: list[bool] = []

    def look() -> None:
        counted.append(threading.current_thread().name.startswith("ngoma-operators"))

    def count(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(look, STEPS)

    event.listen(queries._engine, "begin", count)
    try:
        metrics_of(gateway.system)
    finally:
        event.remove(queries._engine, "begin", count)
    return sum(counted)
