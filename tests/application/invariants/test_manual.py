"""I13 finds each break that is planted for it, and breaks on no sound history of two people."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from application.invariants import InvariantChecker
from domain.account import Account
from domain.events import Aggregate, Event
from domain.manual_entry import EntryKind, ManualEntry
from domain.roles import Role
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet

LIMIT = 100
SHOP, ANN, BOB = 7, 1, 2
ANNS, BOBS = f"account:{ANN}", f"account:{BOB}"
START = Instant(1_765_000_000_123_456)


class Office:
    """A log in the making: Ann prepares, Bob approves, each command a second after the last."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.at = START
        self.wallet = CreditWallet.open(SHOP, at=START)
        self.accounts = {n: Account.register(n, person="p", at=START) for n in (ANN, BOB, SHOP)}
        self.keep(self.wallet, *self.accounts.values())
        self.tick()
        self.accounts[ANN].grant_role(
            Role.ADMIN, actor="os:ann@host", reason="1/x", approver=None, entry=None, at=self.at
        )
        self.keep(self.accounts[ANN])
        self.approve(self.prepare(1, kind=EntryKind.GRANT_ROLE, role="admin", account=SHOP))
        self.grant(LIMIT)
        self.approve(self.prepare(2, credits=500))
        self.prepare(3, credits=600)
        self.approve(self.prepare(5, kind=EntryKind.RESET_SECOND_FACTOR))
        self.reset_alone()
        self.limits()

    def tick(self) -> None:
        self.at = Instant(self.at + SECOND)

    def keep(self, *aggregates: Aggregate) -> None:
        for aggregate in aggregates:
            self.events.extend(cast("list[Event]", aggregate.collect_events()))

    def grant(self, credits: int, **fields: Any) -> None:
        self.tick()
        given = {"actor": ANNS, "reason": "5/x", **fields}
        self.wallet.grant(Credits(credits), at=self.at, **given)
        self.keep(self.wallet)

    def limits(self) -> None:
        self.tick()
        shop = self.accounts[SHOP]
        given = {"single": 1, "bulk": None, "read": None, "daily_credits": None}
        shop.change_limits(actor=ANNS, reason="6/x", at=self.at, **given)
        self.keep(shop)

    def reset_alone(self) -> None:
        self.tick()
        shop = self.accounts[SHOP]
        shop.reset_second_factor(
            actor="os:ann@host", reason="6/x", approver=None, entry=None, at=self.at
        )
        self.keep(shop)

    def prepare(
        self,
        number: int,
        *,
        kind: EntryKind = EntryKind.GRANT,
        credits: int | None = None,
        role: str | None = None,
        account: int = SHOP,
        actor: str = ANNS,
    ) -> ManualEntry:
        self.tick()
        entry = ManualEntry.prepare(
            number,
            kind=kind,
            account=account,
            credits=credits,
            role=role,
            actor=actor,
            reason="9/x",
            at=self.at,
        )
        self.keep(entry)
        return entry

    def approve(self, entry: ManualEntry, *, approver: str = BOBS) -> None:
        self.tick()
        given: dict[str, Any] = {
            "actor": entry.actor,
            "reason": entry.reason,
            "approver": approver,
            "entry": entry.number,
            "at": self.at,
        }
        if entry.credits is not None:
            self.wallet.grant(Credits(entry.credits), **given)
            self.keep(self.wallet)
        else:
            account = self.accounts[entry.account or 0]
            if entry.role is None:
                account.reset_second_factor(**given)
            else:
                account.grant_role(Role(entry.role), **given)
            self.keep(account)
        entry.approve(approver=approver, at=self.at)
        self.keep(entry)

    def change(self, wanted: Callable[[Any], bool], **fields: Any) -> None:
        """Falsify the one event that is wanted."""
        (place,) = [n for n, event in enumerate(self.events) if wanted(event)]
        self.events[place] = replace(self.events[place], **fields)

    def drop(self, wanted: Callable[[Any], bool]) -> None:
        self.events = [event for event in self.events if not wanted(event)]

    def found(self, *, limit: int = LIMIT) -> list[str]:
        """Give what is said of I13."""
        checker = InvariantChecker(alone_max=limit)
        for position, event in enumerate(self.events, start=1):
            checker.feed(position, event)
        checker.settle()
        return [violation.what for violation in checker.violations if violation.name == "I13"]


@pytest.fixture
def office() -> Office:
    return Office()


def by_two(event: Any) -> bool:
    return isinstance(event, CreditWallet.Granted) and event.entry == 2


def alone(event: Any) -> bool:
    return isinstance(event, CreditWallet.Granted) and event.entry is None


def approval_of(number: int) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, ManualEntry.Approved) and event.number == number


def preparation_of(number: int) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, ManualEntry.Prepared) and event.number == number


def first_admin(event: Any) -> bool:
    return isinstance(event, Account.RoleGranted) and event.number == ANN


def later_role(event: Any) -> bool:
    return isinstance(event, Account.RoleGranted) and event.number == SHOP


def reset_by_two(event: Any) -> bool:
    return isinstance(event, Account.SecondFactorReset) and event.entry == 5


def reset_alone(event: Any) -> bool:
    return isinstance(event, Account.SecondFactorReset) and event.entry is None


def limits_changed(event: Any) -> bool:
    return isinstance(event, Account.LimitsChanged)


def test_a_sound_history_breaks_nothing(office: Office) -> None:
    assert office.found() == []


PLANTED: list[tuple[Callable[[Any], bool], dict[str, Any], str]] = [
    (alone, {"actor": ""}, "has no actor"),
    (alone, {"reason": ""}, "has no reason"),
    (limits_changed, {"actor": ""}, "Account.LimitsChanged has no actor"),
    (limits_changed, {"reason": ""}, "Account.LimitsChanged has no reason"),
    (first_admin, {"reason": ""}, "Account.RoleGranted has no reason"),
    (preparation_of(3), {"reason": ""}, "ManualEntry.Prepared has no reason"),
    (alone, {"credits": LIMIT + 1}, "101 credits alone"),
    (alone, {"actor": f"account:{SHOP}"}, "on an account of their own"),
    (alone, {"approver": BOBS}, "names an entry or an approver, not both"),
    (by_two, {"approver": None}, "names an entry or an approver, not both"),
    (by_two, {"approver": None, "entry": None}, "600 credits alone"),
    (by_two, {"credits": 501}, "not what entry 2 asked for"),
    (by_two, {"account": 8}, "not what entry 2 asked for"),
    (by_two, {"reason": "8/x"}, "not what entry 2 asked for"),
    (by_two, {"actor": "account:5"}, "not what entry 2 asked for"),
    (by_two, {"approver": "account:5"}, "approved by account:2, not by account:5"),
    (approval_of(2), {"approver": ANNS}, "decided by who prepared it"),
    (approval_of(2), {"approver": f"account:{SHOP}"}, "decided by who it is for"),
    (approval_of(2), {"approver": "os:ann@host"}, "decided without a login"),
    (approval_of(2), {"number": 4}, "entry 4 did not wait"),
    (approval_of(2), {"timestamp": START}, "came about without its approval"),
    (preparation_of(3), {"actor": f"account:{SHOP}"}, "for an account of their own"),
    (first_admin, {"actor": BOBS}, "admin of account 1 has no approver"),
    (first_admin, {"role": "auditor"}, "auditor of account 1 has no approver"),
    (later_role, {"approver": None, "entry": None}, "admin of account 7 has no approver"),
    (later_role, {"role": "auditor"}, "not what entry 1 asked for"),
    (reset_by_two, {"approver": None, "entry": None}, "second factor has no approver"),
    (reset_by_two, {"approver": None}, "names an entry or an approver, not both"),
    (reset_by_two, {"number": ANN}, "not what entry 5 asked for"),
    (reset_alone, {"actor": BOBS}, "account 7's second factor has no approver"),
    (reset_alone, {"reason": ""}, "Account.SecondFactorReset has no reason"),
    (preparation_of(5), {"kind": "grant_role"}, "not what entry 5 asked for"),
]


@pytest.mark.parametrize(("wanted", "fields", "said"), PLANTED)
def test_i13_finds(
    office: Office, wanted: Callable[[Any], bool], fields: dict[str, Any], said: str
) -> None:
    office.change(wanted, **fields)
    found = office.found()
    assert any(said in what for what in found), found


def test_i13_finds_an_effect_whose_approval_or_entry_is_not_there() -> None:
    for lost, said in (
        (approval_of(2), "came about without its approval"),
        (preparation_of(2), "did not wait"),
        (by_two, "did not come about"),
    ):
        office = Office()
        office.drop(lost)
        found = office.found()
        assert any(said in what for what in found), found


def test_i13_finds_an_entry_that_takes_effect_twice(office: Office) -> None:
    office.grant(500, approver=BOBS, entry=2, reason="9/x")
    assert "what entry 2 allows came about without its approval" in office.found()


def test_i13_finds_an_approval_of_what_was_withdrawn_or_rejected(office: Office) -> None:
    entry = office.prepare(4, credits=5)
    office.tick()
    entry.withdraw(actor=ANNS, at=office.at)
    office.keep(entry)
    assert office.found() == []
    office.events.append(replace(office.events[-1], number=99))
    assert any("entry 99 was withdrawn by another" in what for what in office.found())


def test_i13_finds_a_rejection_by_who_prepared_it_and_one_without_a_reason(office: Office) -> None:
    entry = office.prepare(4, credits=5)
    office.tick()
    entry.reject(approver=BOBS, reason="1/x", at=office.at)
    office.keep(entry)
    assert office.found() == []
    office.change(lambda e: isinstance(e, ManualEntry.Rejected), approver=ANNS, reason="")
    found = office.found()
    assert "ManualEntry.Rejected has no reason" in found
    assert "entry 4 was decided by who prepared it" in found


def test_the_limit_is_of_a_day_in_lusaka_and_of_one_person(office: Office) -> None:
    office.grant(LIMIT, actor=BOBS)
    assert office.found() == []
    office.grant(1)
    assert len(office.found()) == 1
    assert office.found(limit=0) == []
    later = Instant(office.at + 24 * 3600 * SECOND)
    office.events[-1] = replace(office.events[-1], timestamp=later)
    assert office.found() == []
