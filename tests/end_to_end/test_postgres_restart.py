"""PostgreSQL restarts under load: what was accepted is there, what was refused is not."""

import itertools

import pytest

from domain.message import State
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.load import Load, Recipients, Sms
from tests.end_to_end.truth import Truth, on_air, repeated
from tests.end_to_end.waiting import wait_until
from tests.support.servers import ThrowawayPostgres

pytestmark = [pytest.mark.processes, pytest.mark.servers]


def test_nothing_is_lost_or_doubled_when_postgresql_restarts_under_load(
    own_scaled: Scaled, own_postgres: ThrowawayPostgres
) -> None:
    clients = own_scaled.clients(own_scaled.create_account(credits=100_000))
    recipients, numbers = Recipients(), itertools.count(1)

    def next_sms() -> Sms:
        number = next(numbers)
        key = f"key-{number}" if number % 2 else None
        return Sms(recipients.take(5 if number % 10 == 0 else 1), f"Nr {number}", key)

    with Load(clients, next_sms, threads=8, goes_on=True, pause_s=0.02) as load:
        for immediate in (False, True):
            before = load.accepted
            wait_until(
                lambda b=before: load.accepted > b + 50,  # type: ignore[misc]
                what="it runs",
            )
            own_postgres.restart(immediate=immediate)
            before = load.accepted
            wait_until(
                lambda b=before: load.accepted > b + 50,  # type: ignore[misc]
                within_s=30,
                what="sends are accepted again",
            )
    said = load.stop()
    own_scaled.must_run()
    assert said.unanswered == []
    for _, answer in said.refused:  # and each says that nothing was accepted
        is_wilcybertek = answer.status == 500 and answer.json["queued"] is False
        is_feltech = answer.status == 503 and "retry-after" in answer.headers
        is_overload = answer.status == 429 and "retry-after" in answer.headers
        assert is_wilcybertek or is_feltech or is_overload, str(answer)

    client, expected = clients[0], len(said.numbers)
    wait_until(
        lambda: client.full_balance()["spent"] + _in_doubt(own_scaled) == expected,
        within_s=60,
        what="all have left, or are in doubt",
    )
    air = on_air(own_scaled.folder / "modems")
    with own_scaled.store() as store:
        truth = Truth().read(store)
    assert truth.violations(air) == []
    assert truth.lost(said) == []
    assert truth.doubled() == []
    assert truth.uncalled(said) == []
    assert repeated(air) == []


def _in_doubt(scaled: Scaled) -> int:
    with scaled.store() as store:
        return len(Truth().read(store).states()[State.IN_DOUBT])
