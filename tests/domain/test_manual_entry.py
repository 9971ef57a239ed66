"""Entries that take two people, what one may do alone, and the days that are counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import Account
from domain.allowance import Allowance
from domain.days import day_of, until_midnight_s
from domain.errors import AlreadyExists, NotFound, NotPermitted, TooLate
from domain.manual_entry import EntryKind, EntryStatus, ManualEntry
from domain.roles import DUTIES, Duty, Role
from domain.values import SECOND, Instant

NOW = Instant(1_795_000_000_000_000)
LUSAKA = ZoneInfo("Africa/Lusaka")


def prepared(actor: str = "account:1") -> ManualEntry:
    return ManualEntry.prepare(
        1, kind=EntryKind.GRANT, account=9, credits=5, actor=actor, reason="1/x", at=NOW
    )


def test_an_entry_is_decided_once() -> None:
    decisions: tuple[Callable[[ManualEntry], None], ...] = (
        lambda entry: entry.approve(approver="account:2", at=NOW),
        lambda entry: entry.reject(approver="account:2", reason="2/x", at=NOW),
        lambda entry: entry.withdraw(actor="account:1", at=NOW),
    )
    for decide in decisions:
        entry = prepared()
        decide(entry)
        assert entry.status is not EntryStatus.WAITING
        with pytest.raises(TooLate):
            entry.approve(approver="account:3", at=NOW)
        with pytest.raises(TooLate):
            entry.withdraw(actor="account:1", at=NOW)


def test_who_prepared_an_entry_neither_approves_nor_rejects_it() -> None:
    entry = prepared()
    with pytest.raises(NotPermitted, match="another person"):
        entry.approve(approver="account:1", at=NOW)
    with pytest.raises(NotPermitted, match="another person"):
        entry.reject(approver="account:1", reason="2/x", at=NOW)
    assert entry.status is EntryStatus.WAITING
    assert len(list(entry.collect_events())) == 1


def test_only_who_prepared_an_entry_withdraws_it() -> None:
    with pytest.raises(NotPermitted):
        prepared().withdraw(actor="account:2", at=NOW)


@given(st.lists(st.integers(-300, 300).filter(bool), max_size=30), st.integers(1, 1_000))
def test_what_one_person_moves_alone_never_goes_over_the_limit(
    credits: list[int], limit: int
) -> None:
    allowance = Allowance.open("account:1", day_of(NOW), at=NOW)
    moved = 0
    for each in credits:
        if allowance.has_room(each, limit=limit):
            allowance.use(each, at=NOW)
            moved += abs(each)
        else:
            assert moved + abs(each) > limit
    assert allowance.total == moved <= limit


def test_a_limit_of_zero_is_none() -> None:
    assert Allowance.open("account:1", 0, at=NOW).has_room(10**12, limit=0)


MOMENTS = st.integers(1_577_836_800_000_000, 2_208_988_800_000_000)
"""Microseconds from 2020 to 2040."""


@given(MOMENTS.map(lambda at: datetime.fromtimestamp(at / SECOND, UTC)))
def test_days_are_those_of_lusaka(moment: datetime) -> None:
    at = Instant(round(moment.timestamp() * SECOND))
    there = moment.astimezone(LUSAKA)
    assert day_of(at) == (there.date() - datetime(1970, 1, 1, tzinfo=LUSAKA).date()).days
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    left_s = until_midnight_s(at)
    assert 0 < left_s <= 24 * 3600
    assert 0 <= left_s - (midnight - there).total_seconds() < 1


def test_roles_are_given_and_taken_once() -> None:
    account = Account.register(1, person="p", at=NOW)

    def change(how: Callable[..., None]) -> None:
        how(Role.AUDITOR, actor="os:t@h", reason="1/x", approver=None, entry=None, at=NOW)

    change(account.grant_role)
    assert account.has_duty(Duty.LOOK)
    assert not account.has_duty(Duty.MOVE_CREDITS)
    with pytest.raises(AlreadyExists):
        change(account.grant_role)
    change(account.withdraw_role)
    assert not account.has_duty(Duty.LOOK)
    with pytest.raises(NotFound):
        change(account.withdraw_role)


def test_who_prepares_credits_does_not_approve_them_and_the_auditor_changes_nothing() -> None:
    assert Duty.APPROVE_CREDITS not in DUTIES[Role.FINANCE_PREPARER]
    assert Duty.MOVE_CREDITS not in DUTIES[Role.FINANCE_REVIEWER]
    assert DUTIES[Role.AUDITOR] == {Duty.LOOK, Duty.REVEAL}
    assert set(DUTIES) == set(Role)
