"""What a clock dated that was behind has its whole time once it is right again, on both stores."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from application.books.actors import Actor
from application.books.committer import Committer
from application.messages.accept import SendMessages
from application.messages.accepted import Accepted
from application.messages.by_hand import CancelMessage
from application.messages.sending import Recipient, Sending
from application.ports import ClockMark
from application.retention.doubted import stretches_in
from application.retention.erasure import Retention
from application.retention.housekeeping import Housekeeping
from application.retention.marking import mark_now
from application.retention.vouching import VouchForClock
from domain.contents import ContentKind
from domain.days import DAY_S
from domain.idempotency import IDEMPOTENCY_KEPT_S
from domain.message import State
from domain.message.validity import VALIDITY_S
from domain.msisdn import Msisdn, Route
from domain.segments import Text
from domain.values import Network
from tests.support.system import FastKeyHasher
from tests.support.templates import copy_migrated
from tests.worker.gateway import FlakyStore, Gateway, ShiftedClock
from tests.worker.test_relay import Bench
from worker.clock_stretches import ADOPTED_S, ClockStretches

BEHIND = pytest.mark.parametrize(
    ("behind_s", "is_server"),
    [
        (600, False),
        (DAY_S, False),
        (60 * DAY_S, False),
        pytest.param(60 * DAY_S, True, marks=pytest.mark.servers),
    ],
    ids=["10 minutes", "a day", "60 days", "60 days, PostgreSQL"],
)
HOST = "a"


class Host:
    """A gateway without threads: its clock is looked at, and what time asks for is done."""

    def __init__(self, gw: Gateway) -> None:
        self.gw = gw
        self.sender = gw.account()
        self.begin()
        self.runs(2)

    def begin(self) -> None:
        """Start the process anew."""
        self.bench = Bench(self.gw, host=HOST)
        self.stretches = ClockStretches(
            watch=self.bench.watch,
            clock=self.gw.clock,
            reader=self.gw.system.reader,
            host=HOST,
            submit=self.gw.execute,
        )

    def runs(self, seconds: int) -> None:
        """Let some seconds pass, doing all that is due in each."""
        for _ in range(seconds):
            self.gw.clock.advance(1)
            self.bench.step()  # before the clock is looked at: nothing may depend on the order
            self.bench.run_jobs()
            self.bench.watch.step()
            self.stretches.step()

    def send(self, key: str = "") -> Accepted:
        gw, route = self.gw, Route(Network.MTN, "published-1")
        return gw.execute(
            SendMessages(
                Sending(
                    principal=self.sender,
                    text=Text.measured("hello"),
                    recipients=[Recipient(0, "", Msisdn("+260961234567"), route)],
                    is_bulk=False,
                    asked_sender=None,
                    require_approved_sender=False,
                    idempotency_key=key or None,
                    digest=None,
                    offline=frozenset(),
                    at=gw.clock.now(),
                )
            )
        )

    def state(self, number: int) -> State:
        return self.gw.message(number).state

    def keep_house(self) -> None:
        self.gw.reached()
        Housekeeping(
            queries=self.gw.system.queries,
            committer=cast("Committer", self.gw),  # it has no thread: who asks does its work
            clock=self.gw.clock,
            retention=Retention(text_days=30, number_days=400),
            stretches=stretches_in(self.gw.system.reader),
            pause=lambda _: False,
        ).step()

    def body(self, number: int) -> str | None:
        row = self.gw.system.store.content(ContentKind.MESSAGE, number)
        return row.body if row else None

    def vouch(self) -> None:
        actor = Actor("os:me@here")
        mark = mark_now(ClockMark.OPERATOR, clock=self.gw.clock, actor=actor.name)
        self.gw.execute(VouchForClock(mark, actor=actor, at=mark.at))


@pytest.fixture
def host(request: pytest.FixtureRequest, is_server: bool, tmp_path: Path) -> Iterator[Host]:
    url = request.getfixturevalue("database_url") if is_server else None
    if not is_server:
        copy_migrated(tmp_path)
    clock = ShiftedClock()
    settings = Settings(data_dir=tmp_path, database_url=url)
    system = bootstrap(settings, hasher=FastKeyHasher(), clock=clock)
    try:
        system.store.migrate()
        system.follower.migrate()
        yield Host(Gateway(system, clock, cast("FlakyStore", system.store), is_threaded=False))
    finally:
        system.close()


def goes_back(host: Host, by_s: int) -> None:
    """The clock is set back under the gateway, and right again."""
    host.gw.clock.jump(-by_s)
    host.runs(2)


def begins_behind(host: Host, by_s: int) -> None:
    """The gateway starts with a clock that is behind."""
    host.gw.clock.jump(-by_s)
    host.begin()
    host.runs(2)


def begins_where_it_ended(host: Host, by_s: int) -> None:
    """A host without a battery counts on from where it was switched off, and is believed."""
    host.gw.clock.advance(by_s)
    host.gw.clock.jump(-by_s)
    host.begin()
    host.runs(2)
    assert host.bench.watch.fault() is None


def is_right_again(host: Host, by_s: int) -> None:
    host.gw.clock.jump(by_s)
    host.runs(3)


def is_set_right_while_the_gateway_is_down(host: Host, by_s: int) -> None:
    host.gw.clock.jump(by_s)
    host.begin()
    host.runs(ADOPTED_S + 3)


def is_vouched_for(host: Host, by_s: int) -> None:
    host.gw.clock.jump(by_s)
    host.runs(2)
    assert "`ngoma clock vouch`" in host.gw.alarms.standing()["clock"]
    host.vouch()
    host.runs(4)


WAYS = pytest.mark.parametrize(
    ("falls", "rises"),
    [
        (goes_back, is_right_again),
        (begins_behind, is_right_again),
        (begins_behind, is_set_right_while_the_gateway_is_down),
        (begins_where_it_ended, is_vouched_for),
    ],
)
Step = Callable[[Host, int], None]


@WAYS
@BEHIND
@pytest.mark.slow
def test_nothing_that_a_clock_dated_that_was_behind_ends_early(
    host: Host, falls: Step, rises: Step, behind_s: int
) -> None:
    falls(host, behind_s)
    waiting, key = host.send("k").first_number, "k"
    ended = host.send().first_number
    host.gw.execute(
        CancelMessage(
            ended, account=host.sender.account, actor=Actor("test"), at=host.gw.clock.now()
        )
    )
    host.runs(2)
    rises(host, behind_s)
    assert host.bench.watch.fault() is None
    assert "clock" not in host.gw.alarms.standing()
    host.keep_house()
    assert host.send(key).first_number == waiting  # nobody pays twice
    assert host.state(waiting) is State.QUEUED
    host.gw.clock.advance(VALIDITY_S - 60)
    host.runs(1)
    host.keep_house()
    assert host.state(waiting) is State.QUEUED
    assert host.send(key).first_number == waiting
    host.gw.clock.advance(60 + ADOPTED_S)
    host.runs(2)
    assert host.state(waiting) is State.EXPIRED
    host.gw.clock.advance(IDEMPOTENCY_KEPT_S)
    host.keep_house()
    assert host.send(key).first_number != waiting
    host.gw.clock.advance(28 * DAY_S - 120)
    host.keep_house()
    assert host.body(ended) == "hello"
    host.gw.clock.advance(300)
    host.keep_house()
    assert host.body(ended) is None
    assert host.gw.system.store.content(ContentKind.MESSAGE, ended) is not None


@pytest.mark.parametrize(("behind_s", "is_server"), [(60 * DAY_S, False)])
@pytest.mark.parametrize("is_seen_right", [True, False])
@pytest.mark.slow
def test_a_clock_that_is_set_back_before_anybody_noted_that_it_was_right_ends_nothing_early(
    host: Host, behind_s: int, is_seen_right: bool
) -> None:
    host.gw.clock.jump(DAY_S)
    host.runs(2)
    host.gw.clock.jump(-DAY_S)
    if is_seen_right:  # by the relay, which looks when it has something to ask for
        host.bench.watch.fault()
    host.gw.clock.jump(-behind_s)
    host.runs(2)
    waiting = host.send().first_number
    is_right_again(host, behind_s)
    host.runs(3)
    assert host.bench.watch.fault() is None
    assert host.state(waiting) is State.QUEUED


@pytest.mark.parametrize(("behind_s", "is_server"), [(60 * DAY_S, False)])
def test_a_clock_that_was_behind_for_less_than_a_second_ends_nothing_early(
    host: Host, behind_s: int
) -> None:
    host.gw.clock.jump(-behind_s)
    assert host.bench.watch.fault() is not None
    waiting = host.send().first_number
    host.gw.clock.jump(behind_s)
    assert host.bench.watch.fault() is not None  # what it dated is not noted yet
    host.gw.reached()
    host.runs(4)
    assert host.bench.watch.fault() is None
    assert host.state(waiting) is State.QUEUED
