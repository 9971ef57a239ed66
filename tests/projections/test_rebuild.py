"""A read model is what the log says, however it came about: live, in pieces, or rebuilt."""

import threading
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from application.ports.queries import LogFilter
from domain.events import Event
from projections.folds import PROJECTIONS
from projections.folds.message_log import MessageLog
from projections.follower import Follower
from projections.log import Stretch
from projections.projection import NEW
from projections.rebuild import RebuildFailed
from tests.projections.history import Draw, History, draws, message, send, wallet_of, world
from tests.projections.truth import ListLog, Truth
from tests.support.counts import soak_count

NAMES = [projection.name for projection in PROJECTIONS]


def at_full_speed(events: int, seconds: float) -> None:
    """Do not rest."""


class InPieces(ListLog):
    """Gives batches of these sizes in turn, whatever is asked for."""

    def __init__(self, events: Sequence[Event], sizes: Sequence[int], *, stride: int) -> None:
        super().__init__(events, stride=stride)
        self._sizes = cycle(sizes)

    def read(self, after: int, limit: int) -> Stretch:
        return super().read(after, next(self._sizes))


def follow_in_pieces(
    truth: Truth, events: Sequence[Event], sizes: Sequence[int], *, stride: int = 1
) -> None:
    """Fold live from nothing, in batches of these sizes."""
    truth.forget_read_models()
    follower = truth.follower(log=InPieces(events, sizes, stride=stride))
    assert follower.catch_up(timeout_s=60), follower.status()
    follower.close()


@pytest.mark.timeout(1_800)  # the soak draws thousands of histories
@settings(
    max_examples=soak_count(5_000),  # each makes and drops all tables twice
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=draws, sizes=st.lists(st.sampled_from([1, 2, 7, 40, 500]), min_size=1, max_size=4))
@pytest.mark.slow
def test_rebuilt_tables_equal_those_folded_live_in_any_batches(
    truth: Truth, drawn: list[Draw], sizes: list[int]
) -> None:
    history = History()
    history.happen(drawn)
    follow_in_pieces(truth, history.events, sizes, stride=3)
    live = truth.fingerprints()
    follower = truth.follower(log=ListLog(history.events, stride=3), batch_events=11)
    follower.rebuild(NAMES, pace=at_full_speed)
    follower.close()
    assert truth.fingerprints() == live


def drawn_history(seed: int, length: int = 600) -> list[Any]:
    """Give a long history that is the same in every run."""
    state = seed
    drawn = []
    for _ in range(length):
        numbers = []
        for _ in range(3):
            state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
            numbers.append(state >> 33)
        drawn.append((numbers[0] % 100, numbers[1] % 1_000, numbers[2] % 1_000))
    history = History()
    history.happen(drawn)
    return history.events


def test_a_long_history_is_the_same_event_by_event_and_at_once(truth: Truth) -> None:
    events = drawn_history(seed=7)
    kinds = {type(event) for event in events}
    assert len(events) > 500
    assert len(kinds & frozenset().union(*(each.events for each in PROJECTIONS))) > 20
    follow_in_pieces(truth, events, [97])
    in_pieces = truth.fingerprints()
    follow_in_pieces(truth, events, [100_000])
    assert truth.fingerprints() == in_pieces


@pytest.mark.servers
def test_both_stores_hold_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, database_url: str
) -> None:
    from tests.projections.truth import postgres_truth, sqlite_truth

    events = drawn_history(seed=8)
    found = []
    for truth in (sqlite_truth(tmp_path_factory.mktemp("store")), postgres_truth(database_url)):
        follow_in_pieces(truth, events, [50])
        found.append(truth.fingerprints())
        truth.close()
    assert found[0] == found[1]


def test_a_changed_row_changes_the_fingerprint_of_its_projection_alone(truth: Truth) -> None:
    truth.save(*world(), send(message(1)))
    truth.follow()
    before = truth.fingerprints()
    with truth.engines.writing.begin() as connection:
        connection.execute(text("UPDATE balances SET spent = spent + 1 WHERE account = 1"))
    after = truth.fingerprints()
    assert [name for name in NAMES if before[name] != after[name]] == ["balances"]


def test_a_rebuild_mends_what_was_spoilt(truth: Truth) -> None:
    truth.save(*world(), send(message(1)))
    truth.follow()
    before = truth.fingerprints()
    with truth.engines.writing.begin() as connection:
        connection.execute(text("UPDATE message_log SET credits = 99"))
        connection.execute(text("DELETE FROM message_log_totals"))
    follower = truth.follower()
    follower.rebuild(["message_log"], pace=at_full_speed)
    follower.close()
    assert truth.fingerprints() == before


def test_the_old_tables_serve_reads_until_the_new_ones_are_whole(truth: Truth) -> None:
    truth.save(*world(), *(message(n) for n in range(1, 60)))
    queries = truth.follow()
    seen = []

    def read(_events: int, _seconds: float) -> None:
        seen.append(queries.log(1, LogFilter()).total)

    follower = truth.follower(batch_events=10)
    follower.rebuild(["message_log"], pace=read)
    follower.close()
    assert len(seen) >= 6
    assert set(seen) == {59}


@pytest.mark.slow
def test_a_rebuild_says_how_far_it_is(truth: Truth) -> None:
    truth.save(*world(), *(message(n) for n in range(1, 40)))
    truth.follow()
    said: list[tuple[int, int]] = []
    follower = truth.follower(batch_events=10)
    follower.rebuild(
        NAMES, lambda position, head: said.append((position, head)), pace=at_full_speed
    )
    follower.close()
    head = truth.log.head()
    assert [position for position, _ in said] == [10, 20, 30, 40, head]
    assert {end for _, end in said} == {head}


@pytest.mark.slow
def test_a_rebuild_keeps_up_with_a_log_that_grows_and_is_followed(truth: Truth) -> None:
    truth.save(*world(), *(message(n) for n in range(1, 30)))
    live = truth.follower(batch_events=10)
    assert live.catch_up(timeout_s=10)
    numbers = iter(range(30, 60))

    def more(_events: int, _seconds: float) -> None:
        if (number := next(numbers, None)) is not None:
            truth.save(message(number))
            live.step()

    rebuilding = truth.follower(batch_events=10)
    rebuilding.rebuild(NAMES, pace=more)
    assert live.catch_up(timeout_s=10)
    total = truth.queries().log(1, LogFilter()).total
    assert total == next(numbers, 60) - 1
    live.close()
    rebuilding.close()


def test_two_rebuilds_at_once_end_with_the_right_rows(truth: Truth) -> None:
    truth.save(*world(), *(send(message(n)) for n in range(1, 60)))
    truth.follow()
    before = truth.fingerprints()
    failures: list[Exception] = []

    def rebuild(follower: Follower) -> None:
        try:
            follower.rebuild(["message_log", "balances"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)

    followers = [truth.follower(batch_events=7) for _ in range(2)]
    threads = [threading.Thread(target=rebuild, args=(each,)) for each in followers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for follower in followers:
        follower.close()
    assert failures == []
    assert truth.fingerprints() == before


def test_a_rebuild_that_meets_a_bad_event_leaves_the_live_tables_alone(truth: Truth) -> None:
    truth.save(*world(), send(message(1)))
    truth.follow()
    before = truth.fingerprints()
    truth.save(send(message(2, account=9)))  # account 9 has no wallet
    follower = truth.follower()
    with pytest.raises(RebuildFailed, match=r"balances stopped at event 13 \(Message.Sent\)"):
        follower.rebuild(["balances", "fleet"], pace=at_full_speed)
    follower.close()
    assert truth.fingerprints()["balances"] == before["balances"]
    tables = inspect(truth.engines.reading).get_table_names()
    assert [name for name in tables if name.endswith(NEW)] == []
    assert truth.queries().sims(message(1).opened_at)[0].sent_messages == 2


@pytest.mark.slow
def test_a_rebuild_that_was_killed_can_be_begun_again(truth: Truth) -> None:
    truth.save(*world(), *(send(message(n)) for n in range(1, 20)))
    truth.follow()
    before = truth.fingerprints()

    def die(_events: int, _seconds: float) -> None:
        raise KeyboardInterrupt

    follower = truth.follower(batch_events=10)
    with pytest.raises(KeyboardInterrupt):
        follower.rebuild(NAMES, pace=die)
    assert truth.fingerprints() == before
    follower.rebuild(NAMES, pace=at_full_speed)
    follower.close()
    assert truth.fingerprints() == before


class NewerMessageLog(MessageLog):
    version = MessageLog.version + 1


@pytest.mark.slow
def test_a_read_model_of_another_version_is_rebuilt_by_migrate(truth: Truth) -> None:
    truth.save(*world(), send(message(1)))
    truth.follow()
    newer = truth.follower([NewerMessageLog()], migrate=False)
    assert newer.outdated() == ["message_log"]
    (status,) = newer.status()
    was = MessageLog.version
    assert status.error == f"is of version {was}, not {was + 1}: migrate"
    assert newer.step() == 0
    assert newer.migrate() == ["message_log"]
    assert newer.outdated() == []
    truth.save(message(2))
    assert newer.catch_up(timeout_s=5)
    assert truth.queries().log(1, LogFilter()).total == 2
    newer.close()


def test_older_code_does_not_touch_a_newer_read_model(truth: Truth) -> None:
    older = truth.follower([MessageLog()])
    truth.save(message(1))
    assert older.step() == 1
    newer = truth.follower([NewerMessageLog()])
    newer.close()
    truth.save(message(2))
    assert older.step() == 0
    assert older.step() == 0
    older.close()
    assert truth.queries().log(1, LogFilter()).total == 1


def test_missing_read_models_are_made_by_migrate_and_again_is_nothing(truth: Truth) -> None:
    truth.forget_read_models()
    follower = truth.follower(migrate=False)
    assert follower.outdated() == NAMES
    assert follower.migrate() == NAMES
    assert follower.migrate() == []
    assert follower.outdated() == []
    truth.save(wallet_of(1))
    assert follower.catch_up(timeout_s=5)
    follower.close()
