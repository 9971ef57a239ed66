"""When a clock is believed, on both stores: after what was written, steps, other hosts, people."""

from collections.abc import Callable

import pytest

from application.books.actors import Actor
from application.books.alarms import Alarms
from application.ports import ClockMark, ClockMarksForgotten, Store
from application.retention.marking import mark_now
from domain.lateness import HEARD_S, NOTE_EVERY_S
from domain.values import SECOND, Instant
from domain.wallet import CreditWallet
from tests.conformance.stores import NOW, change, save_of, saving, wallet
from tests.support.virtual import START
from worker.clock_watch import JUMP_S, LOOK_S, VOUCHED_S, ClockWatch

MINUTE_S, DAY_S = 60, 86_400
STEPS_S = [10 * MINUTE_S, -10 * MINUTE_S, DAY_S, -DAY_S, 60 * DAY_S, -60 * DAY_S]
OFF_S = pytest.mark.parametrize("off_s", STEPS_S)


class HostClock:
    """A host's clock: time passes, somebody sets it, the host is started anew."""

    def __init__(self, *, off_s: float = 0.0, up_s: float = 5_000.0) -> None:
        self.off_s, self.up_s, self.passed_s = off_s, up_s, 0.0

    def now(self) -> Instant:
        return Instant(START + round((self.off_s + self.passed_s) * SECOND))

    def monotonic_s(self) -> float:
        return self.up_s + self.passed_s

    def pass_s(self, seconds: float) -> None:
        self.passed_s += seconds

    def reboot(self) -> None:
        self.up_s = 20.0 - self.passed_s


class Host:
    """A process with a watch; what it notes is stored at once."""

    def __init__(self, store: Store, clock: HostClock, name: str = "a") -> None:
        self.store, self.clock, self.name, self.alarms = store, clock, name, Alarms()
        self.restart()

    def restart(self) -> None:
        self.watch = ClockWatch(
            clock=self.clock,
            store=self.store,
            alarms=self.alarms,
            host=self.name,
            note=lambda mark: change(self.store, mark),
        )

    def step(self) -> str | None:
        self.watch.step()
        return self.alarms.standing().get("clock")

    def runs(self, seconds: float, every_s: float = NOTE_EVERY_S) -> str | None:
        fault, left_s = self.step(), seconds
        while left_s > 0:
            self.clock.pass_s(min(every_s, left_s))
            left_s -= every_s
            fault = self.step()
        return fault


@pytest.fixture
def host(store: Store) -> Host:
    """Give a host that has run for two minutes over a new store."""
    found = Host(store, HostClock())
    assert found.runs(120) is None
    return found


def vouch(store: Store, clock: HostClock) -> None:
    mark = mark_now(ClockMark.OPERATOR, clock=clock, actor=Actor("os:me@here").name)
    change(store, ClockMarksForgotten(), mark)


def test_over_a_new_store_any_clock_is_believed(store: Store) -> None:
    assert Host(store, HostClock(off_s=-60 * DAY_S)).step() is None


@OFF_S
def test_a_step_under_a_running_gateway_is_an_alarm_until_it_is_taken_back(
    host: Host, off_s: float
) -> None:
    host.clock.off_s += off_s
    words = host.step() or ""
    assert f"set {'forward' if off_s > 0 else 'back'} by" in words
    assert "nothing expires and nothing is erased" in words
    assert "`ngoma clock vouch`" in words
    assert host.runs(VOUCHED_S / 2) == words
    host.clock.off_s -= off_s
    assert host.step() is None


@OFF_S
def test_a_clock_that_ran_on_evenly_for_an_hour_after_a_step_is_believed(
    host: Host, off_s: float
) -> None:
    host.clock.off_s += off_s
    assert host.runs(VOUCHED_S - 1)
    assert host.runs(2) is None


def test_an_hour_begins_anew_at_each_step(host: Host) -> None:
    host.clock.off_s += DAY_S
    assert host.runs(VOUCHED_S - 60)
    host.clock.off_s += DAY_S
    assert host.runs(VOUCHED_S - 60)
    assert host.runs(61) is None


def test_steps_too_small_to_be_one_add_up_for_an_hour(host: Host) -> None:
    host.clock.off_s += JUMP_S - 20
    assert host.step() is None
    host.clock.off_s += JUMP_S - 20
    assert host.step()
    host.clock.off_s -= JUMP_S - 20
    assert host.runs(VOUCHED_S) is None
    host.clock.off_s += JUMP_S - 20
    assert host.step() is None


@OFF_S
def test_a_start_with_another_time_is_not_believed_before_it_ran_for_an_hour(
    host: Host, off_s: float
) -> None:
    host.clock.off_s += off_s
    host.restart()
    words = host.step() or ""
    assert "later" in words if off_s > 0 else "earlier" in words
    assert "than the newest time in the store" in words
    assert host.runs(VOUCHED_S - 1) == words
    assert host.runs(2) is None


@OFF_S
def test_what_a_gateway_writes_itself_does_not_quiet_its_own_guard(
    host: Host, off_s: float
) -> None:
    host.clock.off_s += off_s
    host.restart()
    assert host.step()
    own = wallet(1, versions=3)
    host.store.transact(saving(save_of(own)))
    assert host.runs(10 * LOOK_S, every_s=LOOK_S)
    host.restart()
    assert host.runs(10 * LOOK_S, every_s=LOOK_S)
    noted = {mark.writer: mark.at for mark in host.store.clock_marks()}
    assert noted["a"] <= START + 120 * SECOND  # and it notes no time of its own


@OFF_S
def test_a_start_is_believed_once_the_clock_is_right_again(host: Host, off_s: float) -> None:
    host.clock.reboot()
    host.clock.off_s += off_s
    host.restart()
    assert host.step()
    host.clock.pass_s(30)
    host.clock.off_s -= off_s
    assert host.step() is None


def test_a_restart_after_days_is_believed_while_the_host_was_up(host: Host) -> None:
    host.clock.pass_s(3 * DAY_S)  # a laptop that slept counts too: it goes on counting
    host.restart()
    assert host.step() is None


def test_a_start_soon_after_the_last_word_is_believed_also_after_a_reboot(host: Host) -> None:
    host.clock.pass_s(200)
    host.clock.reboot()
    host.restart()
    assert host.step() is None


def test_days_without_power_take_an_hour_or_a_person(host: Host) -> None:
    host.clock.pass_s(3 * DAY_S)
    host.clock.reboot()
    host.restart()
    assert "3 days later" in (host.step() or "")
    vouch(host.store, host.clock)
    host.clock.pass_s(LOOK_S)
    assert host.step() is None


def test_a_store_of_before_the_marks_is_judged_by_its_newest_events(store: Store) -> None:
    store.transact(saving(save_of(wallet(1))))  # of NOW, which is START
    assert NOW == START
    late = Host(store, HostClock(off_s=60 * DAY_S))
    for _ in range(2):
        assert "60 days later" in (late.step() or "")
        newer = CreditWallet.open(late.clock.now() % 97, at=late.clock.now())
        store.transact(saving(save_of(newer)))
        late.clock.pass_s(1)
        late.restart()  # what it wrote itself says nothing at its next start either
    assert Host(store, HostClock(off_s=10.0)).step() is None


@OFF_S
@pytest.mark.parametrize("begin", [Host.step, Host.restart])
def test_a_person_who_vouches_ends_it_at_once(
    host: Host, off_s: float, begin: Callable[[Host], object]
) -> None:
    host.clock.off_s += off_s
    begin(host)
    assert host.step()
    vouch(host.store, host.clock)
    host.clock.pass_s(LOOK_S)
    assert host.step() is None
    host.restart()
    assert host.step() is None


@OFF_S
@pytest.mark.slow
def test_one_host_that_is_off_names_itself_and_leaves_the_others_alone(
    store: Store, off_s: float
) -> None:
    right, off = Host(store, HostClock(), "right"), Host(store, HostClock(), "off")
    for _ in range(4):
        for each in (right, off):
            each.clock.pass_s(NOTE_EVERY_S)
            assert each.step() is None
    off.clock.off_s += off_s
    off.restart()
    for _ in range(round(2 * VOUCHED_S / NOTE_EVERY_S)):
        for each in (right, off):
            each.clock.pass_s(NOTE_EVERY_S)
        assert right.step() is None
        assert off.step()  # not even an hour of running on evenly helps while another says no
    off.clock.off_s -= off_s
    assert off.step() is None


def test_two_hosts_that_are_believed_and_differ_both_say_so(store: Store) -> None:
    one, two = Host(store, HostClock(), "one"), Host(store, HostClock(), "two")
    assert one.step() is two.step() is None
    two.clock.off_s = DAY_S
    for _ in range(2):  # as if it had been believed when nobody else was there
        two.clock.pass_s(NOTE_EVERY_S)
        one.clock.pass_s(NOTE_EVERY_S)
        change(store, mark_now("two", clock=two.clock))
        words = one.step() or ""
    assert "24 hours behind that of host two" in words
    one.clock.pass_s(HEARD_S)
    assert one.step() is None  # it is heard no more


def test_a_person_vouches_for_no_clock_that_differs_from_theirs(host: Host) -> None:
    host.clock.off_s += DAY_S
    assert host.step()
    theirs = HostClock()
    theirs.pass_s(host.clock.passed_s)
    vouch(host.store, theirs)
    host.clock.pass_s(LOOK_S)
    assert host.step()
