"""Read models beside a log that is not the one they were folded from: noticed, and built anew."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from application.ports.queries import LogFilter
from domain.errors import StoreDown
from projections.folds import PROJECTIONS
from projections.known import FRESH_S, Positions
from projections.log import Origin
from projections.rebuild import RebuildFailed
from tests.projections.history import message, send, world
from tests.projections.truth import Truth

NAMES = [projection.name for projection in PROJECTIONS]
HEAD = 7 + 3 * 16
"""The world, and what became of sixteen messages."""


def put_back_an_older_one(truth: Truth) -> None:
    truth.put_back(HEAD - 9)


def put_back_an_older_one_that_has_grown_since(truth: Truth) -> None:
    """The same ids and versions stand at the same positions: only what happened differs."""
    truth.put_back(HEAD - 9)
    truth.save(*(send(message(n, when=60), when=61) for n in (14, 15, 16)))


def put_in_another_store(truth: Truth) -> None:
    truth.log.is_in = Origin("another one", 1)


def restore(truth: Truth) -> None:
    truth.log.is_in = Origin("the only one", 2)


Change = Callable[[Truth], None]
CHANGES: dict[Change, str] = {
    put_back_an_older_one: f"is ahead of the log, at {HEAD} of {HEAD - 9}",
    put_back_an_older_one_that_has_grown_since: f"is of another history of the log, at {HEAD}",
    put_in_another_store: "is of another store",
    restore: "is of generation 1 of the store, not 2",
}
ANY_CHANGE = pytest.mark.parametrize("change", CHANGES)


@pytest.fixture
def sent(truth: Truth) -> Truth:
    """Give a log of sixteen sent messages, which all read models have seen."""
    truth.save(*world(), *(send(message(n)) for n in range(1, 17)))
    truth.follow()
    return truth


def built_anew(truth: Truth) -> dict[str, str]:
    truth.forget_read_models()
    truth.follow()
    return truth.fingerprints()


@ANY_CHANGE
@pytest.mark.slow
def test_read_models_of_another_log_are_built_anew_at_the_start(
    sent: Truth, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    change(sent)
    follower = sent.follower()
    assert follower.catch_up(timeout_s=5)
    assert {status.lag for status in follower.status()} == {0}
    follower.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"built anew, from the beginning of the log: {', '.join(NAMES)}, which {CHANGES[change]}"
    ]
    assert sent.fingerprints() == built_anew(sent)


@ANY_CHANGE
@pytest.mark.slow
def test_a_log_that_changes_under_a_running_follower_is_noticed_and_said_once(
    sent: Truth,
    change: Change,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follower = sent.follower(batch_events=5)
    assert follower.step() == 0
    change(sent)
    if change in {put_in_another_store, restore}:  # marks are compared at each step, this later
        monkeypatch.setattr("projections.follower.FRESH_S", 0)
        monkeypatch.setattr("projections.known.FRESH_S", 0)
    assert follower.catch_up(timeout_s=5)
    sent.save(send(message(17)))
    assert follower.catch_up(timeout_s=5)
    follower.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"built anew, from the beginning of the log: {', '.join(NAMES)}, which {CHANGES[change]}"
    ]
    assert sent.fingerprints() == built_anew(sent)


@ANY_CHANGE
@pytest.mark.slow
def test_nobody_is_answered_by_a_read_model_of_another_log(sent: Truth, change: Change) -> None:
    change(sent)
    queries = sent.queries()
    assert not queries.reached(1, timeout_s=0, projection="dispatch")
    for ask in (
        lambda: queries.log(1, LogFilter()),
        lambda: queries.balance(1),
        queries.backlog,
        lambda: queries.sims(message(1).opened_at),
    ):
        with pytest.raises(StoreDown, match="is being built anew"):
            ask()
    statuses = queries.projections()
    assert {status.error for status in statuses} == {CHANGES[change]}
    assert all(status.is_rebuilding for status in statuses)
    sent.follow()
    assert queries.reached(1, timeout_s=0, projection="dispatch")
    assert queries.log(1, LogFilter()).total == sent.queries().log(1, LogFilter()).total


def test_a_position_beyond_the_log_is_not_in_step_with_it(sent: Truth) -> None:
    put_back_an_older_one(sent)
    assert {status.lag for status in sent.queries().projections()} == {9}


def test_an_older_log_is_noticed_also_by_a_process_that_does_not_follow(sent: Truth) -> None:
    now_s = [0.0]
    known = Positions(sent.engines.reading, sent.log, monotonic_s=lambda: now_s[0])
    assert known.reached(HEAD, timeout_s=0, projection="dispatch")
    known.must_answer("dispatch")
    put_back_an_older_one(sent)
    now_s[0] += FRESH_S
    assert not known.reached(HEAD - 9, timeout_s=0, projection="dispatch")
    with pytest.raises(StoreDown):
        known.must_answer("dispatch")


def test_what_is_being_built_anew_answers_once_it_is_whole(sent: Truth) -> None:
    put_in_another_store(sent)
    follower = sent.follower(batch_events=HEAD // 2)
    queries = sent.queries()
    follower.step()
    for _ in range(2):
        assert {status.is_rebuilding for status in queries.projections()} == {True}
        with pytest.raises(StoreDown):
            queries.balance(1)
        follower.step()
    assert follower.catch_up(timeout_s=5)
    assert {status.is_rebuilding for status in queries.projections()} == {False}
    balance = queries.balance(1)
    assert balance is not None
    assert balance.spent == 16
    follower.close()


def test_what_stops_on_the_way_answers_with_what_it_has(sent: Truth) -> None:
    put_in_another_store(sent)
    sent.save(send(message(17, account=9)))  # account 9 has no wallet
    follower = sent.follower()
    assert not follower.catch_up(timeout_s=5)
    follower.close()
    queries = sent.queries()
    (stopped,) = [status for status in queries.projections() if status.error]
    assert (stopped.name, stopped.is_rebuilding) == ("balances", False)
    balance = queries.balance(1)
    assert balance is not None
    assert balance.spent == 16


def test_only_who_is_of_another_log_is_built_anew(
    sent: Truth, caplog: pytest.LogCaptureFixture
) -> None:
    with sent.engines.writing.begin() as connection:
        connection.execute(
            text("UPDATE projection_positions SET store = 'x' WHERE name = 'balances'")
        )
    sent.follow()
    assert [record.getMessage() for record in caplog.records] == [
        "built anew, from the beginning of the log: balances, which is of another store"
    ]


@ANY_CHANGE
@pytest.mark.slow
def test_a_rebuild_takes_the_place_of_what_is_of_another_log(sent: Truth, change: Change) -> None:
    change(sent)
    follower = sent.follower(migrate=False)
    follower.rebuild(NAMES, pace=lambda _events, _seconds: None)
    follower.close()
    statuses = sent.queries().projections()
    assert {(status.lag, status.is_rebuilding) for status in statuses} == {(0, False)}
    assert sent.fingerprints() == built_anew(sent)


def test_a_rebuild_fails_when_the_log_changes_meanwhile(sent: Truth) -> None:
    follower = sent.follower(batch_events=HEAD - 4)

    def put_back(_events: int, _seconds: float) -> None:
        sent.put_back(HEAD - 9)

    with pytest.raises(RebuildFailed, match="the log is not the one"):
        follower.rebuild(NAMES, pace=put_back)
    follower.close()


def test_positions_in_an_earlier_form_are_made_anew_with_all_read_models(sent: Truth) -> None:
    before = sent.fingerprints()
    with sent.engines.writing.begin() as connection:
        connection.execute(text("ALTER TABLE projection_positions DROP COLUMN mark"))
    follower = sent.follower(migrate=False)
    assert follower.outdated() == NAMES
    assert follower.migrate() == NAMES
    assert follower.catch_up(timeout_s=5)
    follower.close()
    assert sent.fingerprints() == before
