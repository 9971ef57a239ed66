"""Staff through the real committer and store: whatever they try, what takes two takes two."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from application.accounts import ChangeRole, DecideEntry, Decision, MoveCredits, SetSuspension
from application.books.actors import Actor
from application.books.commands import Command
from application.invariants import InvariantChecker
from domain.account import Account, account_id
from domain.allowance import Allowance, allowance_id
from domain.days import day_of
from domain.errors import Refused
from domain.manual_entry import EntryStatus, ManualEntry, manual_entry_id
from domain.roles import Role
from domain.values import Credits
from domain.wallet import CreditWallet, wallet_id
from tests.support.counts import is_soak, soak_count
from tests.support.virtual import open_account, virtual_gateway

LIMIT = 100
STAFF = 4
HOST = Actor("os:root@host")

people = st.sampled_from([1, 2, 0, 1, 2, 3, 4])
"""0 is the user of the host, 1 to 4 are accounts, of which 1 and 2 begin as admins."""
accounts = st.sampled_from([2, 1, 3, 4, STAFF + 1])
"""Those of staff, and a customer's."""


class ApprovalHistories(RuleBasedStateMachine):
    """One example is one gateway, whose model is what people may have come to by now."""

    runs: ClassVar[int] = 0

    @initialize(seed=st.integers(0, 2**16))
    def start_gateway(self, seed: int) -> None:
        type(self).runs += 1
        self.stack = ExitStack()
        self.gateway = self.stack.enter_context(virtual_gateway(seed))
        self.gateway.watch.checker = InvariantChecker(alone_max=LIMIT)
        self.numbers = [open_account(self.gateway, name=f"Person {n}")[0] for n in range(STAFF + 1)]
        self.credits = dict.fromkeys(self.numbers, 0)
        self.roles: dict[int, set[Role]] = {number: set() for number in self.numbers}
        self.waiting: dict[int, dict[str, Any]] = {}
        self.decided: dict[int, EntryStatus] = {}
        self.change_role(0, 1, Role.ADMIN, True)
        for role, number in ((Role.ADMIN, 2), (Role.FINANCE_PREPARER, 3)):
            self.change_role(0, number, role, True)
            self.decide(1, 0, Decision.APPROVE)
        assert self.roles[self.numbers[1]] == {Role.ADMIN}

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def actor(self, person: int) -> Actor:
        return HOST if person == 0 else Actor.of(self.numbers[person - 1])

    def run(self, command: Command[Any]) -> Any:
        """Run a command; None when it was refused, which must leave no event (I12)."""
        head = self.gateway.system.store.head()
        answer = self.gateway.submit(command)
        self.gateway.step()
        if isinstance(answer.outcome.error, Refused):
            assert self.gateway.system.store.head() == head
            return None
        return answer.outcome.unwrap()

    @property
    def now(self) -> Any:
        return self.gateway.clock.now()

    # -- what people do ----------------------------------------------------------------------

    @rule(person=people, account=accounts, credits=st.integers(-60, 250), is_grant=st.booleans())
    def move(self, person: int, account: int, credits: int, is_grant: bool) -> None:
        actor, number = self.actor(person), self.numbers[account - 1]
        moved = self.run(
            MoveCredits(
                number,
                Credits(credits),
                is_grant=is_grant,
                alone_max=LIMIT,
                actor=actor,
                reason="r",
                at=self.now,
            )
        )
        if moved is None:
            return
        assert actor.account != number
        if moved.entry is None:
            self.credits[number] += credits
        else:
            self.waiting[moved.entry] = {"by": actor, "account": number, "credits": credits}

    @rule(
        person=people,
        account=accounts,
        role=st.sampled_from(list(Role)),
        is_grant=st.booleans(),
    )
    def change_role(self, person: int, account: int, role: Role, is_grant: bool) -> None:
        actor, number = self.actor(person), self.numbers[account - 1]
        command = ChangeRole(number, role, is_grant=is_grant, actor=actor, reason="r", at=self.now)
        changed = self.run(command)
        if changed is None:
            return
        assert actor.account != number
        if changed.entry is None:
            assert (person, role, is_grant) == (0, Role.ADMIN, True)
            assert not any(self.roles.values())
            self.roles[number].add(role)
        else:
            asked = {"by": actor, "account": number, "role": role, "is_grant": is_grant}
            self.waiting[changed.entry] = asked

    @rule(
        person=people,
        place=st.sampled_from([0, 0, 0, 1, 2, 3, 20]),
        decision=st.sampled_from([*Decision, Decision.APPROVE, Decision.APPROVE]),
    )
    def decide(self, person: int, place: int, decision: Decision) -> None:
        numbers = [*reversed(self.waiting), *self.decided]
        if not numbers:
            return
        number, actor = numbers[place % len(numbers)], self.actor(person)
        decided = self.run(DecideEntry(number, decision, actor=actor, reason="r", at=self.now))
        if decided is None:
            return
        asked = self.waiting.pop(number)
        self.decided[number] = decided.status
        if decision is Decision.WITHDRAW:
            assert asked["by"] == actor
            return
        assert actor.account is not None
        assert asked["by"] != actor
        assert asked["account"] != actor.account
        assert self.roles[actor.account] & {Role.ADMIN, Role.FINANCE_REVIEWER}
        if decision is Decision.APPROVE:
            self.take_effect(asked)

    @rule(person=people)
    def approve_newest(self, person: int) -> None:
        self.decide(person, 0, Decision.APPROVE)

    def take_effect(self, asked: dict[str, Any]) -> None:
        if "credits" in asked:
            self.credits[asked["account"]] += asked["credits"]
        elif asked["is_grant"]:
            self.roles[asked["account"]].add(asked["role"])
        else:
            self.roles[asked["account"]].remove(asked["role"])

    @rule(person=people, account=accounts, suspended=st.sampled_from([True, False, False, False]))
    def suspend(self, person: int, account: int, suspended: bool) -> None:
        self.run(
            SetSuspension(
                self.numbers[account - 1],
                suspended=suspended,
                actor=self.actor(person),
                reason="r",
                at=self.now,
            )
        )

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.gateway.clock.pass_s(hours * 3_600)

    # -- always ------------------------------------------------------------------------------

    @invariant()
    def no_invariant_is_broken(self) -> None:
        if hasattr(self, "decided"):
            self.gateway.watch.follow()
            assert self.gateway.watch.checker.violations == []

    @invariant()
    def credits_and_roles_are_what_was_done_alone_or_agreed_to(self) -> None:
        if not hasattr(self, "decided"):
            return
        reader = self.gateway.system.reader
        for number in self.numbers:
            wallet = reader.find(CreditWallet, wallet_id(number))
            account = reader.find(Account, account_id(number))
            assert wallet is not None
            assert account is not None
            assert wallet.available == self.credits[number] >= 0
            assert set(account.roles) == self.roles[number]
        for number, status in self.decided.items():
            entry = reader.find(ManualEntry, manual_entry_id(number))
            assert entry is not None
            assert entry.status == status

    @invariant()
    def nobody_is_over_the_limit_today(self) -> None:
        if not hasattr(self, "decided"):
            return
        for person in range(STAFF + 1):
            key = allowance_id(self.actor(person).name, day_of(self.now))
            allowance = self.gateway.system.reader.find(Allowance, key)
            assert allowance is None or allowance.total <= LIMIT


def test_no_history_of_staff_breaks_an_invariant(report_count: Callable[..., None]) -> None:
    ApprovalHistories.runs = 0
    run_state_machine_as_test(
        ApprovalHistories,
        settings=settings(
            max_examples=soak_count(2_000), stateful_step_count=80 if is_soak() else 40
        ),
    )
    report_count("histories of staff", ApprovalHistories.runs, 0, "Hypothesis")
