"""The follower: one transaction a batch, nothing lost, nothing twice, nothing skipped."""

import threading
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from application.ports.queries import LogFilter
from domain.events import Event
from domain.message.events import Queued
from projections.driver import Driver
from projections.folds import PROJECTIONS
from projections.folds.balances import Balances
from projections.folds.directory import Directory
from projections.folds.message_log import MessageLog
from projections.follower import Follower
from projections.projection import Batch
from tests.projections.history import message, send, wallet_of, world
from tests.projections.truth import ListLog, Truth
from tests.support.servers import ThrowawayPostgres


def positions(follower: Follower) -> dict[str, int]:
    return {status.name: status.position for status in follower.status()}


def errors(follower: Follower) -> dict[str, str]:
    return {status.name: status.error for status in follower.status() if status.error}


def test_a_step_handles_one_batch_and_says_how_many_events(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 8)))
    follower = truth.follower(batch_events=5)
    assert [follower.step() for _ in range(4)] == [5, 2, 0, 0]
    assert set(positions(follower).values()) == {7}
    truth.save(message(8))
    assert follower.step() == 1
    follower.close()


def test_every_commit_is_announced_with_its_position(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 6)))
    follower = truth.follower(batch_events=2)
    seen: list[int] = []
    follower.on_progress(seen.append)
    assert follower.catch_up(timeout_s=5)
    follower.close()
    assert seen == [2, 4, 5]


def test_holes_between_positions_are_nothing_special(truth: Truth) -> None:
    events = [message(n).collect_events()[0] for n in range(1, 6)]
    log = ListLog([one for one in events if isinstance(one, Event)], stride=10)
    follower = truth.follower(log=log, batch_events=2)
    assert follower.catch_up(timeout_s=5)
    assert set(positions(follower).values()) == {50}
    follower.close()


class Picky(MessageLog):
    """Refuses one message."""

    refused: ClassVar[set[int]] = set()

    def apply(self, batch: Batch) -> None:
        if any(type(e) is Queued and e.number in self.refused for _, e in batch.events):
            raise ArithmeticError("no such thing")
        super().apply(batch)


@pytest.fixture
def picky() -> Picky:
    Picky.refused = {6}
    return Picky()


def test_a_bad_event_stops_its_projection_there_and_no_other(truth: Truth, picky: Picky) -> None:
    truth.save(*world(), *(message(n) for n in range(1, 10)))
    follower = truth.follower([picky, Balances(), Directory()], batch_events=4)
    assert not follower.catch_up(timeout_s=5)
    head = truth.log.head()
    bad = head - 3
    assert positions(follower) == {"message_log": bad - 1, "balances": head, "directory": head}
    assert errors(follower) == {
        "message_log": f"stopped at event {bad} (Message.Queued): ArithmeticError: no such thing"
    }
    assert [e.number for e in truth.queries().log(1, LogFilter()).entries] == [5, 4, 3, 2, 1]
    truth.save(wallet_of(7))
    assert follower.step() == 2
    assert positions(follower)["message_log"] == bad - 1
    follower.close()


def test_a_stopped_projection_goes_on_when_its_process_starts_anew(
    truth: Truth, picky: Picky
) -> None:
    truth.save(*(message(n) for n in range(1, 10)))
    follower = truth.follower([picky, Directory()])
    assert not follower.catch_up(timeout_s=5)
    follower.close()
    Picky.refused = set()
    mended = truth.follower([picky, Directory()])
    assert mended.catch_up(timeout_s=5)
    assert errors(mended) == {}
    mended.close()
    assert truth.queries().log(1, LogFilter()).total == 9


def test_a_history_that_cannot_be_stops_only_who_notices(truth: Truth) -> None:
    truth.save(*world(), send(message(1)), send(message(2, account=9)), send(message(3)))
    follower = truth.follower()
    assert not follower.catch_up(timeout_s=5)
    assert errors(follower) == {
        "balances": "stopped at event 13 (Message.Sent): WrongHistory: balances has no row 9"
    }
    follower.close()


def test_an_event_that_comes_twice_stops_who_would_count_it_twice(truth: Truth) -> None:
    queued: Any = message(1).collect_events()[0]
    log = ListLog([queued, queued])
    follower = truth.follower([MessageLog(), Balances()], log=log, batch_events=1)
    assert not follower.catch_up(timeout_s=5)
    (error,) = errors(follower).values()
    assert "stopped at event 2 (Message.Queued): IntegrityError" in error
    assert truth.queries(log).log(1, LogFilter()).total == 1
    follower.close()


def test_an_event_that_cannot_be_decoded_stops_everybody_and_says_where(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 5)))
    with truth.writing.begin() as connection:
        changed = "WHERE originator_version = 1 AND state = :state"
        stored = connection.execute(text("SELECT state FROM stored_events")).scalars().all()
        connection.execute(
            text(f"UPDATE stored_events SET topic = 'Message.Unheard' {changed}"),
            {"state": stored[2]},
        )
    follower = truth.follower()
    assert not follower.catch_up(timeout_s=5)
    assert set(positions(follower).values()) == {2}
    assert set(errors(follower)) == {each.name for each in PROJECTIONS}
    assert errors(follower)["balances"].startswith("stopped at event the first after 2: TopicError")
    follower.close()


class Dying(Balances):
    """Dies once, after everything was folded and before the commit."""

    alive = True

    def apply(self, batch: Batch) -> None:
        super().apply(batch)
        if Dying.alive and batch.events[-1][0] > 20:
            Dying.alive = False
            raise KeyboardInterrupt


def test_what_is_killed_before_its_commit_is_done_again_and_once(truth: Truth) -> None:
    Dying.alive = True
    truth.save(*world(), *(send(message(n)) for n in range(1, 15)))
    projections = [MessageLog(), Dying()]
    follower = truth.follower(projections, batch_events=10)
    with pytest.raises(KeyboardInterrupt):
        follower.catch_up(timeout_s=5)
    assert set(positions(follower).values()) == {20}
    follower.close()
    survivor = truth.follower(projections, batch_events=10)
    assert survivor.catch_up(timeout_s=5)
    survivor.close()
    queries = truth.queries()
    balance = queries.balance(1)
    assert balance is not None
    assert (balance.spent, queries.log(1, LogFilter(status="sent")).total) == (14, 14)


@pytest.mark.slow
def test_two_followers_racing_keep_the_rows_exact(truth: Truth) -> None:
    truth.save(*world(), *(send(message(n)) for n in range(1, 200)))
    followers = [truth.follower(batch_events=9) for _ in range(2)]
    done: list[bool] = []

    def race(follower: Follower) -> None:
        done.append(follower.catch_up(timeout_s=30))
        follower.close()

    threads = [threading.Thread(target=race, args=(each,)) for each in followers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True, True]
    raced = truth.fingerprints()
    truth.forget_read_models()
    truth.follow()
    assert truth.fingerprints() == raced


def test_who_is_overtaken_writes_nothing_and_reads_again(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two active runners, as on SQLite: the second trusts positions that the first has moved."""
    truth.save(*world(), *(send(message(n)) for n in range(1, 10)))
    slow, fast = truth.follower(batch_events=5), truth.follower(batch_events=5)
    if truth.dialect == "postgresql":  # both lead, as when a lock was lost without notice
        monkeypatch.setattr(Follower, "_holds_lock", lambda _self, _connection: True)
    assert (slow.step(), fast.step(), fast.step()) == (5, 5, 5)
    assert slow.step() == 0
    assert slow.step() == 5
    assert slow.catch_up(timeout_s=5)
    slow.close()
    fast.close()
    raced = truth.fingerprints()
    truth.forget_read_models()
    truth.follow()
    assert truth.fingerprints() == raced


def test_a_new_projection_catches_up_without_holding_up_the_others(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 11)))
    first = truth.follower([MessageLog()], batch_events=3)
    assert first.catch_up(timeout_s=5)
    first.close()
    truth.save(*(message(n) for n in range(11, 15)))
    both = truth.follower([MessageLog(), Balances()], batch_events=3)
    seen = []
    while both.step():
        seen.append(tuple(positions(both)[name] for name in ("message_log", "balances")))
    both.close()
    assert seen == [(13, 3), (14, 6), (14, 9), (14, 12), (14, 14)]


def test_who_lags_by_less_than_a_batch_joins_the_others(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 11)))
    first = truth.follower([MessageLog()], batch_events=1)
    assert first.step() == 1
    first.close()
    both = truth.follower([MessageLog(), Balances()], batch_events=3)
    both.step()
    assert positions(both) == {"message_log": 4, "balances": 4}
    both.close()


def test_catching_up_gives_up_at_its_deadline(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 10)))
    follower = truth.follower(batch_events=1)
    assert not follower.catch_up(timeout_s=0)
    assert follower.catch_up(timeout_s=5)
    follower.close()


def test_a_store_in_trouble_is_not_a_bad_event(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth.save(*(message(n) for n in range(1, 10)))
    follower = truth.follower(batch_events=3)
    follower.step()
    carry_out, troubles = Driver.execute, iter([True, False])

    def disturbed(driver: Driver, statement: str, values: Any) -> Any:
        if statement.startswith("INSERT INTO message_log (") and next(troubles, False):
            raise truth.engines.writing.dialect.loaded_dbapi.OperationalError("disk I/O error")
        return carry_out(driver, statement, values)

    monkeypatch.setattr(Driver, "execute", disturbed)
    with pytest.raises(OperationalError):
        follower.step()
    assert errors(follower) == {}
    assert follower.catch_up(timeout_s=5)
    follower.close()
    assert truth.queries().log(1, LogFilter()).total == 9


# -- PostgreSQL: one leads --------------------------------------------------------------------


@pytest.fixture
def followers(database_url: str) -> Any:
    from tests.projections.truth import postgres_truth

    truth = postgres_truth(database_url)
    made = [truth.follower(), truth.follower()]
    yield truth, *made
    for follower in made:
        follower.close()
    truth.close()


def test_one_follower_leads_and_the_other_stands_by(
    followers: tuple[Truth, Follower, Follower],
) -> None:
    truth, first, second = followers
    truth.save(message(1))
    assert (first.step(), second.step()) == (1, 0)
    truth.save(message(2))
    assert (second.step(), first.step()) == (0, 1)
    first.close()
    truth.save(message(3))
    assert second.step() == 1


def test_standing_by_one_can_still_wait_for_the_leader(
    followers: tuple[Truth, Follower, Follower],
) -> None:
    truth, first, second = followers
    truth.save(message(1))
    assert first.step() == 1
    truth.save(message(2))
    timer = threading.Timer(0.05, first.step)
    timer.start()
    assert second.catch_up(timeout_s=5)
    timer.join()


def test_a_leader_that_froze_is_replaced(followers: tuple[Truth, Follower, Follower]) -> None:
    truth, first, second = followers
    truth.save(message(1))
    assert first.step() == 1
    truth.save(message(2))
    frozen_s = time.monotonic()
    while not second.step():
        assert time.monotonic() - frozen_s < 8  # 5 on a machine that is not busy
        time.sleep(0.1)
    truth.save(message(3))
    assert (first.step(), second.step()) == (0, 1)  # it wakes up, and stands by


def kill_sessions(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'ngoma-follower' AND datname = current_database()"
            )
        )
    engine.dispose()


def test_a_follower_whose_session_was_ended_says_so_and_goes_on(
    followers: tuple[Truth, Follower, Follower], database_url: str
) -> None:
    truth, first, second = followers
    truth.save(message(1))
    assert (first.step(), second.step()) == (1, 0)
    kill_sessions(database_url)
    truth.save(message(2))
    with pytest.raises(DBAPIError):
        first.step()
    assert (second.step(), first.step()) == (1, 0)  # the lock went with the session
    assert truth.queries().log(1, LogFilter()).total == 2


def test_a_session_that_ended_while_nothing_happened_is_not_missed(
    followers: tuple[Truth, Follower, Follower],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("projections.follower.FRESH_S", 0)  # as if a second had passed
    truth, first, _second = followers
    truth.save(message(1))
    assert first.step() == 1
    kill_sessions(database_url)
    truth.save(message(2))
    assert first.step() == 1


def test_a_follower_survives_a_restart_of_the_server(own_postgres: ThrowawayPostgres) -> None:
    from tests.projections.truth import postgres_truth

    truth = postgres_truth(own_postgres.url)
    truth.save(message(1), message(2))
    follower = truth.follower(batch_events=1)
    assert follower.step() == 1
    own_postgres.restart(immediate=True)
    troubles: Sequence[type[Exception]] = ()
    for _ in range(3):
        try:
            follower.step()
        except DBAPIError as error:
            troubles = [*troubles, type(error)]
    assert len(troubles) <= 1
    assert errors(follower) == {}
    assert truth.queries().log(1, LogFilter()).total == 2
    follower.close()
    truth.close()
