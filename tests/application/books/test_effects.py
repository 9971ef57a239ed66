"""A follower with effects goes on after a bad event, and repeats no more than its last batch."""

import logging
from collections.abc import Iterator

import pytest

from application.books.alarms import Alarms
from application.books.effects import BATCH_S, TERM_S, EffectFollower, effect_statuses
from domain.account import Account
from domain.errors import StoreDown, Unavailable
from domain.events import Event
from domain.wallet import CreditWallet
from tests.support.virtual import Gateway, open_account, virtual_gateway


class Feed:
    """Tells of opened wallets; keeps what it told, as an outer system would."""

    events: frozenset[type[Event]] = frozenset({CreditWallet.Opened})

    def __init__(self, *, is_retroactive: bool = True) -> None:
        self.is_retroactive = is_retroactive
        self.told: list[int] = []
        self.at: list[int] = []
        self.bad: set[int] = set()
        self.away: Exception | None = None
        self.takes_s = 0.0
        self.gateway: Gateway | None = None

    def handle(self, position: int, event: Event) -> None:
        assert isinstance(event, CreditWallet.Opened)
        if self.gateway is not None:
            self.gateway.clock.pass_s(self.takes_s)
        if self.away is not None:
            raise self.away
        if event.account in self.bad:
            raise ZeroDivisionError
        self.told.append(event.account)
        self.at.append(position)


class Bench:
    """A gateway with accounts, and processes that run the feed."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.alarms = Alarms()

    def accounts(self, *names: str) -> list[int]:
        return [open_account(self.gateway, name=name)[0] for name in names]

    def process(self, feed: Feed, holder: str = "one", batch_events: int = 500) -> EffectFollower:
        feed.gateway = self.gateway
        system = self.gateway.system
        return EffectFollower(
            "feed",
            feed,
            store=system.store,
            mapper=system.committer.saver.mapper,
            clock=self.gateway.clock,
            alarms=self.alarms,
            holder=holder,
            batch_events=batch_events,
        )

    @property
    def position(self) -> int:
        (standing,) = self.gateway.system.store.effects.standings()
        return standing.position

    @property
    def trouble(self) -> str | None:
        (status,) = effect_statuses(self.gateway.system.store)
        return status.error


def run(follower: EffectFollower) -> None:
    while follower.step():
        pass


@pytest.fixture
def bench() -> Iterator[Bench]:
    with virtual_gateway() as gateway:
        yield Bench(gateway)


def test_each_event_that_matters_is_handled_once_and_in_order(bench: Bench) -> None:
    feed, accounts = Feed(), bench.accounts("A", "B", "C")
    follower = bench.process(feed, batch_events=2)
    run(follower)
    accounts += bench.accounts("D")
    run(follower)
    assert feed.told == accounts
    assert bench.position == bench.gateway.system.store.head()
    assert bench.trouble is None


def test_a_bad_event_is_noted_and_alarmed_and_the_rest_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    feed = Feed()
    first, bad, last = bench.accounts("A", "B", "C")
    feed.bad = {bad}
    run(bench.process(feed))
    assert feed.told == [first, last]
    (noted,) = bench.gateway.system.store.effects.bad_events("feed", limit=9)
    assert feed.at[0] < noted.position < feed.at[1]
    assert noted.reason == "CreditWallet.Opened: ZeroDivisionError"
    assert noted.at == bench.gateway.clock.now()
    assert bench.alarms.standing() == {"feed events": "1 event could not be handled"}
    assert bench.trouble == (
        "goes on, but 1 event could not be handled;"
        f" the first is {noted.position} (CreditWallet.Opened: ZeroDivisionError)"
    )
    assert caplog.text.count("Traceback") == 1


def test_the_same_trouble_over_and_over_is_written_out_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    feed = Feed()
    feed.bad = set(bench.accounts("A", "B", "C"))
    with caplog.at_level(logging.INFO):
        run(bench.process(feed))
    assert caplog.text.count("bad event") == 1
    assert bench.gateway.system.store.effects.count_bad("feed") == 3


def test_an_event_that_cannot_be_read_is_bad_and_one_that_does_not_matter_is_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, accounts = Feed(), bench.accounts("A", "B")
    follower = bench.process(feed)
    decode = bench.gateway.system.committer.saver.mapper.to_domain_event

    def unreadable(stored: object) -> object:
        event = decode(stored)  # type: ignore[arg-type]
        assert type(event) in feed.events
        if getattr(event, "account", None) == accounts[0]:
            raise KeyError
        return event

    monkeypatch.setattr(bench.gateway.system.committer.saver.mapper, "to_domain_event", unreadable)
    run(follower)
    assert feed.told == accounts[1:]
    assert bench.trouble is not None
    assert "KeyError" in bench.trouble


def test_a_restart_repeats_nothing_that_was_kept(bench: Bench) -> None:
    accounts = bench.accounts("A", "B", "C")
    before, after = Feed(), Feed()
    before.bad = after.bad = {accounts[1]}
    run(bench.process(before))
    more = bench.accounts("D")
    run(bench.process(after, "restarted"))  # nobody let go: the term of the first runs out
    assert after.told == []
    bench.gateway.clock.pass_s(TERM_S)
    run(bench.process(after, "restarted"))
    assert after.told == more


def test_a_crash_repeats_the_batch_at_hand_and_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = bench.accounts("A", "B", "C")
    before, after = Feed(), Feed()
    follower = bench.process(before, batch_events=2)
    follower.step()
    assert before.told == accounts[:2]

    def die(*_: object, **__: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(bench.gateway.system.store.effects, "advance", die)
        with pytest.raises(SystemExit):
            follower.step()
    assert before.told == accounts
    bench.gateway.clock.pass_s(TERM_S)
    run(bench.process(after, "restarted"))
    assert after.told == accounts[2:]


def test_what_was_bad_is_tried_again_by_the_next_process(bench: Bench) -> None:
    accounts = bench.accounts("A", "B", "C")
    feed = Feed()
    feed.bad = set(accounts[:2])
    follower = bench.process(feed)
    run(follower)
    follower.close()
    feed.bad = {accounts[0]}
    run(bench.process(feed, "restarted"))
    assert feed.told == [accounts[2], accounts[1]]
    assert bench.alarms.standing() == {"feed events": "1 event could not be handled"}
    feed.bad = set()
    bench.gateway.clock.pass_s(TERM_S)
    run(bench.process(feed, "mended"))
    assert feed.told == [accounts[2], accounts[1], accounts[0]]
    assert bench.alarms.standing() == {}
    assert bench.trouble is None


@pytest.mark.parametrize("error", [StoreDown("planted"), Unavailable("planted")])
def test_while_the_effect_is_away_its_event_waits_and_those_before_it_are_kept(
    bench: Bench, error: Exception
) -> None:
    feed = Feed()
    first = bench.accounts("A")
    follower = bench.process(feed)
    run(follower)
    second = bench.accounts("B")
    feed.away = error
    for _ in range(3):
        with pytest.raises(Unavailable):
            follower.step()
    assert bench.alarms.standing() == {"feed waits": type(error).__name__}
    feed.away = None
    run(follower)
    assert bench.alarms.standing() == {}
    assert feed.told == first + second
    assert bench.trouble is None


def test_of_two_processes_one_is_at_work_and_the_other_takes_over_when_it_ends(
    bench: Bench,
) -> None:
    one, two = Feed(), Feed()
    leads, waits = bench.process(one), bench.process(two, "two")
    first = bench.accounts("A")
    assert leads.step() > 0
    second = bench.accounts("B")
    assert waits.step() == 0
    assert leads.step() > 0
    assert one.told == first + second
    leads.close()
    third = bench.accounts("C")
    run(waits)
    assert two.told == third


def test_a_process_that_froze_finds_that_another_went_on(bench: Bench) -> None:
    one, two = Feed(), Feed()
    frozen, other = bench.process(one), bench.process(two, "two")
    run(frozen)
    accounts = bench.accounts("A", "B")
    bench.gateway.clock.pass_s(TERM_S)
    run(other)
    assert frozen.step() == 0
    other.close()
    run(frozen)
    last = bench.accounts("C")
    run(frozen)
    assert (one.told, two.told) == (last, accounts)


def test_who_takes_over_says_what_could_not_be_handled_before(bench: Bench) -> None:
    one, two = Feed(), Feed()
    leads, waits = bench.process(one), bench.process(two, "two")
    run(waits)
    one.bad = set(bench.accounts("A"))
    run(leads)
    leads.close()
    bench.alarms.clear("feed events")
    bench.accounts("B")
    run(waits)
    assert bench.alarms.standing() == {"feed events": "1 event could not be handled"}


def test_a_position_that_was_put_back_is_followed_from_there(bench: Bench) -> None:
    feed = Feed()
    first = bench.accounts("A")
    follower = bench.process(feed)
    run(follower)
    follower.close()
    positions, clock = bench.gateway.system.store.effects, bench.gateway.clock
    assert positions.lead("feed", "restore", now=clock.now(), until=clock.now()) is not None
    assert positions.advance("feed", "restore", after=bench.position, to=0, until=clock.now())
    second = bench.accounts("B")
    run(follower)
    assert feed.told == [*first, *first, *second]


def test_who_freezes_in_the_middle_of_a_batch_moves_nothing_and_finds_its_place(
    bench: Bench,
) -> None:
    accounts = bench.accounts("A", "B")
    two = Feed()
    other = bench.process(two, "two")

    class Freezes(Feed):
        def handle(self, position: int, event: Event) -> None:
            if not self.told:
                bench.gateway.clock.pass_s(TERM_S)
                run(other)
                other.close()
            super().handle(position, event)

    one = Freezes()
    follower = bench.process(one)
    follower.step()
    last = bench.accounts("C")
    run(follower)
    assert two.told == accounts
    assert one.told == [accounts[0], *last]  # the first was under way in both


def test_a_batch_ends_when_its_time_is_up(bench: Bench) -> None:
    feed = Feed()
    accounts = bench.accounts("A", "B", "C")
    feed.takes_s = BATCH_S / 2
    follower = bench.process(feed)
    follower.step()
    assert feed.told == accounts[:2]
    run(follower)
    assert feed.told == accounts


def test_events_that_do_not_matter_are_passed_with_a_write_now_and_then(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Feed()
    feed.events = frozenset({Account.Suspended})
    follower = bench.process(feed)
    bench.accounts("A", "B")
    run(follower)
    assert bench.position == 0 < bench.gateway.system.store.head()
    monkeypatch.setattr("application.books.effects.SKIPPED_MAX", 1)
    bench.accounts("C")
    run(follower)
    assert bench.position == bench.gateway.system.store.head()


def test_one_that_is_not_retroactive_begins_with_what_comes_next(bench: Bench) -> None:
    feed = Feed(is_retroactive=False)
    bench.accounts("A")
    follower = bench.process(feed)
    assert follower.step() == 0
    follower.close()
    later = bench.accounts("B")
    run(bench.process(feed, "restarted"))
    assert feed.told == later
