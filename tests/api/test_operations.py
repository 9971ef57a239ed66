"""What a process says of itself: commands by outcome, and a Redis that is away."""

import re
from typing import Any

import pytest

from adapters.outage import STALE_S, Outage
from domain.values import Network
from tests.adapters.test_limits import REDIS_GONE
from tests.api.conftest import Gateway, StartGateway, limited, metrics_of, operators
from tests.end_to_end.waiting import wait_until
from tests.support.servers import ThrowawayRedis

TO = "260977000000"


def metric(gateway: Gateway, name: str, **labels: str) -> float | None:
    """Give a sample's value; None when there is no such sample."""
    text = metrics_of(gateway.system)
    wanted = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    found = re.search(rf"^{name}\{{{re.escape(wanted)}\}} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def ready(gateway: Gateway) -> tuple[int, str, dict[str, str]]:
    with operators(gateway.system) as client:
        answer = client.get("/readyz")
    body: dict[str, Any] = answer.json()
    return answer.status_code, body["status"], body["checks"]


def test_commands_are_counted_by_kind_and_outcome(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=2)
    statuses = [gateway.send(message=f"Nr {number}").status_code for number in range(3)]
    assert statuses == [200, 200, 402]

    def sends(outcome: str) -> float | None:
        return metric(gateway, "ngoma_commands_total", command="SendMessages", outcome=outcome)

    assert (sends("done"), sends("InsufficientCredits")) == (2, 1)


def test_without_redis_nobody_asks_how_it_is(own_gateway: Gateway) -> None:
    status, word, checks = ready(own_gateway)
    assert (status, word) == (200, "ready")
    assert not {"limits", "queue"} & set(checks)
    assert "redis" not in metrics_of(own_gateway.system)


def test_a_redis_that_is_away_is_degraded_and_sends_go_on(start_gateway: StartGateway) -> None:
    gateway = start_gateway(redis_url=REDIS_GONE, limits=limited(single=100))
    assert ready(gateway)[:2] == (200, "ready")  # nobody has asked it for anything
    assert gateway.send().status_code == 200
    status, word, checks = ready(gateway)
    assert (status, word) == (200, "degraded")
    assert checks["limits"] == "Redis does not answer: each process counts requests alone"
    assert checks["queue"] == "ok"
    assert metric(gateway, "ngoma_redis_down", part="limits") == 1
    assert metric(gateway, "ngoma_redis_down", part="queue") == 0
    assert metric(gateway, "ngoma_redis_outages", part="limits") == 1

    gateway.system.queue.workers()
    assert "relay" in ready(gateway)[2]["queue"]
    assert metric(gateway, "ngoma_redis_down", part="queue") == 1
    assert gateway.send(message="meanwhile").status_code == 200


def test_what_is_vital_decides_first(start_gateway: StartGateway) -> None:
    gateway = start_gateway(redis_url=REDIS_GONE, limits=limited(single=100))
    gateway.send()
    gateway.system.signals.add_check("modems", lambda: "3 of 3 are away")
    assert ready(gateway)[:2] == (503, "not ready")


@pytest.mark.servers
def test_a_redis_that_answers_again_is_well_again(
    start_gateway: StartGateway, own_redis: ThrowawayRedis
) -> None:
    gateway = start_gateway(redis_url=own_redis.url, limits=limited(single=100))
    queue = gateway.system.queue
    queue.workers()
    assert ready(gateway)[:2] == (200, "ready")
    own_redis.kill9()
    queue.register("w1", frozenset(Network))
    assert ready(gateway)[1] == "degraded"
    own_redis.start()

    def is_well() -> bool:
        queue.register("w1", frozenset(Network))
        return ready(gateway)[1] == "ready"

    wait_until(is_well, what="Redis is asked again and answers")
    assert metric(gateway, "ngoma_redis_outages", part="queue") == 1


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def outage(clock: Clock) -> Outage:
    return Outage("Redis", pause_s=5.0, meanwhile="all goes on", monotonic_s=clock)


def test_after_a_failure_one_asks_again_now_and_then_and_the_others_do_not_wait() -> None:
    clock = Clock()
    away = outage(clock)
    assert away.may_try()
    away.failed(OSError())
    assert not away.may_try()
    clock.now_s += 5.0
    assert [away.may_try() for _ in range(3)] == [True, False, False]
    away.answered()
    assert away.may_try()
    assert away.may_try()


def test_what_nobody_asked_for_a_while_is_not_said_to_be_away() -> None:
    clock = Clock()
    away = outage(clock)
    away.failed(OSError())
    assert (away.is_down, away.words()) == (True, "Redis does not answer: all goes on")
    clock.now_s += 5.0 + STALE_S
    assert (away.is_down, away.words()) == (False, "ok")
    away.failed(OSError())
    assert (away.is_down, away.count) == (True, 1)
