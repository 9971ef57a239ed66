"""How long a command waits for the read models that it has to follow first."""

import time

import pytest

from projections.folds.balances import Balances
from projections.projection import Batch
from tests.projections.history import wallet_of
from tests.projections.truth import Truth


class Slow(Balances):
    """Takes its time."""

    def apply(self, batch: Batch) -> None:
        time.sleep(0.04)
        super().apply(batch)


def test_a_wait_ends_when_nothing_comes_on_however_long_all_of_it_takes(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth.save(*(wallet_of(n) for n in range(1, 6)))
    end = truth.log.head()
    told: list[tuple[int, int]] = []
    follower = truth.follower([Slow()], batch_events=1)
    assert follower.catch_up(timeout_s=0.35, on_way=lambda *way: told.append(way))
    assert told == [(at, end) for at in range(1, end)]
    truth.save(wallet_of(11))
    monkeypatch.setattr(follower, "step", lambda: 0)  # as who waits for another that leads
    assert not follower.catch_up(timeout_s=0.02)
    follower.close()
