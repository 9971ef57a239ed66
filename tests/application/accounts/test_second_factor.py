"""Second factors: a proof before each change, codes that work once, resets by others."""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from application.accounts import ChangeRole, DecideEntry, Decision, ResetSecondFactor
from application.accounts.factor_reset import ALARM_S, ResetsAlone
from application.accounts.logins import LoggedIn
from application.accounts.second_factor import (
    EnrolSecondFactor,
    Proof,
    RemoveSecondFactor,
    RenewRecoveryCodes,
)
from application.accounts.sessions import OpenSession
from application.books.actors import Actor
from application.books.alarms import Alarms
from application.ports import SecretKind
from domain.account import Account, account_id
from domain.errors import InvalidKey, NotFound, NotPermitted
from domain.roles import Role
from tests.application.accounts.people import (
    OTHER,
    PASSWORD,
    Phone,
    confirm,
    enrol,
    find,
    login,
    make_first_admin,
    prove,
    register,
)
from tests.support.virtual import Gateway

HOST = Actor("os:root@host")


@pytest.fixture
def account(gateway: Gateway) -> int:
    return register(gateway)


def events(gateway: Gateway, account: int) -> list[Any]:
    return list(gateway.system.reader.events(account_id(account)))


def kept(gateway: Gateway, account: int) -> str:
    row = gateway.system.store.secret(SecretKind.SECOND_FACTOR, str(account))
    return row.value if row else ""


# -- codes ----------------------------------------------------------------------------------------


def test_a_code_works_once(gateway: Gateway, account: int) -> None:
    phone = enrol(gateway, login(gateway))
    used = phone.code
    with pytest.raises(InvalidKey):
        login(gateway, code=used)
    login(gateway, code=phone.later())
    for code in (phone.code, used, "", "000000", "abc", "\ud800", None):
        with pytest.raises(InvalidKey):
            login(gateway, code=code)


def test_a_recovery_code_stands_for_a_code_once_and_those_that_are_left_are_counted(
    gateway: Gateway, account: int
) -> None:
    phone = enrol(gateway, login(gateway))
    first, second, *_ = phone.recovery
    assert len(set(phone.recovery)) == 10
    made = login(gateway, code=first)
    assert (made.session.has_second_factor, made.recovery_codes_left) == (True, 9)
    typed = second.lower().replace("-", "")
    assert login(gateway, code=typed).recovery_codes_left == 8
    for code in (first, second, "ABCD-EFGH-2345-6723"):
        with pytest.raises(InvalidKey):
            login(gateway, code=code)
    assert login(gateway, code=phone.later()).recovery_codes_left == 8
    assert [e.left for e in events(gateway, account) if type(e) is Account.RecoveryCodeUsed] == [
        9,
        8,
    ]


def test_a_recovery_code_is_of_one_account_and_nowhere_as_it_is(
    gateway: Gateway, account: int
) -> None:
    phone = enrol(gateway, login(gateway))
    other = register(gateway, "other@example.test")
    theirs = enrol(gateway, login(gateway, "other@example.test"))
    with pytest.raises(InvalidKey):
        login(gateway, code=theirs.recovery[0])
    stored = kept(gateway, account) + kept(gateway, other)
    log = b"".join(s.state for _, s in gateway.system.store.events_after(0, limit=999)).decode()
    for code in (*phone.recovery, *theirs.recovery):
        for form in (code, code.replace("-", "")):
            assert form not in stored + log


def test_a_recovery_code_that_two_use_at_once_lets_one_in(gateway: Gateway, account: int) -> None:
    phone = enrol(gateway, login(gateway))
    system, inner = gateway.system, list[LoggedIn]()

    def use_it_first(command: Any) -> Any:
        if not inner:
            inner.append(login(gateway, code=phone.recovery[0]))
        return gateway.run(command)

    with pytest.raises(InvalidKey):
        system.logins.login(
            "mutale@example.test", PASSWORD, code=phone.recovery[0], execute=use_it_first
        )
    assert inner[0].recovery_codes_left == 9


def test_new_recovery_codes_end_those_before(gateway: Gateway, account: int) -> None:
    phone = enrol(gateway, login(gateway))
    logged_in = login(gateway, code=phone.later())
    proof = prove(gateway, logged_in, phone.later())
    renewed = gateway.system.logins.factors.renew_codes(proof, execute=gateway.run)
    assert not set(renewed) & set(phone.recovery)
    with pytest.raises(InvalidKey):
        login(gateway, code=phone.recovery[0])
    assert login(gateway, code=renewed[0]).recovery_codes_left == 9
    assert find(gateway, logged_in.token) == account


# -- enrolling, changing, removing ----------------------------------------------------------------


@pytest.mark.parametrize("password", [OTHER, "", "\ud800"])
def test_a_session_alone_proves_nothing(gateway: Gateway, account: int, password: str) -> None:
    logged_in = login(gateway)
    with pytest.raises(InvalidKey):
        prove(gateway, logged_in, password=password)
    phone = enrol(gateway, logged_in)
    again = login(gateway, code=phone.later())
    gateway.clock.pass_s(30)
    for code in (None, "000000", phone.recovery[0]):
        with pytest.raises(InvalidKey):
            prove(gateway, again, code, password=password)
    with pytest.raises(InvalidKey):
        prove(gateway, again)
    assert login(gateway, code=phone.recovery[0]), "a code is not used up by a wrong password"


def test_one_that_was_never_confirmed_asks_for_no_code(gateway: Gateway, account: int) -> None:
    proof = prove(gateway, login(gateway))
    gateway.system.logins.factors.enrol(proof, execute=gateway.run)
    assert login(gateway).recovery_codes_left is None
    with pytest.raises(NotFound):
        gateway.system.logins.factors.remove(proof, execute=gateway.run)
    with pytest.raises(NotFound):
        gateway.system.logins.factors.renew_codes(proof, execute=gateway.run)


def test_a_second_factor_ends_every_session_when_it_begins_to_count(
    gateway: Gateway, account: int
) -> None:
    stolen, own = login(gateway), login(gateway)
    enrol(gateway, own)
    for token in (stolen.token, own.token):
        with pytest.raises(InvalidKey):
            find(gateway, token)
    assert events(gateway, account)[-1].what == "second factor"


def test_another_second_factor_takes_the_place_of_the_first_once_it_is_confirmed(
    gateway: Gateway, account: int
) -> None:
    old = enrol(gateway, login(gateway))
    logged_in = login(gateway, code=old.later())
    factors = gateway.system.logins.factors
    seed, _ = factors.enrol(prove(gateway, logged_in, old.later()), execute=gateway.run)
    assert login(gateway, code=old.later()).session.has_second_factor, "it counts until then"
    new = confirm(gateway, logged_in, Phone(gateway, pyotp.TOTP(seed), ()))
    for code in (old.later(), old.recovery[0]):
        with pytest.raises(InvalidKey):
            login(gateway, code=code)
    assert login(gateway, code=new.code).recovery_codes_left == 10


def test_nothing_is_confirmed_that_was_not_begun(gateway: Gateway, account: int) -> None:
    factors = gateway.system.logins.factors
    with pytest.raises(InvalidKey):
        factors.confirm(account, "000000", execute=gateway.run)
    phone = enrol(gateway, login(gateway))
    with pytest.raises(InvalidKey):
        factors.confirm(account, phone.later(), execute=gateway.run)


def test_a_removed_second_factor_is_asked_for_no_more(gateway: Gateway, account: int) -> None:
    phone = enrol(gateway, login(gateway))
    logged_in = login(gateway, code=phone.later())
    proof = prove(gateway, logged_in, phone.recovery[0])
    gateway.system.logins.factors.remove(proof, execute=gateway.run)
    assert kept(gateway, account) == ""
    assert type(events(gateway, account)[-1]) is Account.SecondFactorRemoved
    with pytest.raises(InvalidKey):
        find(gateway, logged_in.token)
    assert not login(gateway).session.has_second_factor
    enrol(gateway, login(gateway))


CHANGES: list[Callable[[Gateway, Proof], Any]] = [
    lambda gateway, proof: EnrolSecondFactor(proof, "sealed", at=gateway.clock.now()),
    lambda gateway, proof: RenewRecoveryCodes(proof, ["d"], at=gateway.clock.now()),
    lambda gateway, proof: RemoveSecondFactor(proof, at=gateway.clock.now()),
    lambda gateway, proof: OpenSession(proof, "digest", at=gateway.clock.now()),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_proven_before_password_or_factor_changed_counts_no_more(
    gateway: Gateway, account: int, change: Callable[[Gateway, Proof], Any]
) -> None:
    before = prove(gateway, login(gateway))
    phone = enrol(gateway, login(gateway))
    with pytest.raises(InvalidKey, match="changed meanwhile"):
        gateway.run(change(gateway, before))
    logged_in = login(gateway, code=phone.later())
    proof = prove(gateway, logged_in, phone.later())
    gateway.system.logins.change_password(
        logged_in.session, current=PASSWORD, new=OTHER, execute=gateway.run
    )
    with pytest.raises(InvalidKey, match="changed meanwhile"):
        gateway.run(change(gateway, proof))


# -- resets ---------------------------------------------------------------------------------------


def reset(gateway: Gateway, account: int, actor: Actor) -> int | None:
    command = ResetSecondFactor(account, actor=actor, reason="lost", at=gateway.clock.now())
    return gateway.run(command).entry


def decide(gateway: Gateway, entry: int, approver: int) -> None:
    gateway.run(
        DecideEntry(
            entry,
            Decision.APPROVE,
            actor=Actor.of(approver),
            reason="",
            at=gateway.clock.now(),
        )
    )


def hire_admin(gateway: Gateway, account: int, *, by: int) -> None:
    change = ChangeRole(
        account, Role.ADMIN, is_grant=True, actor=HOST, reason="joined", at=gateway.clock.now()
    )
    entry = gateway.run(change).entry
    assert entry is not None
    decide(gateway, entry, by)


@pytest.fixture
def admins(gateway: Gateway) -> tuple[int, int]:
    ann, bob = (register(gateway, f"{name}@example.test") for name in ("ann", "bob"))
    make_first_admin(gateway, ann)
    hire_admin(gateway, bob, by=ann)
    return ann, bob


@pytest.fixture
def logged_in(gateway: Gateway, account: int) -> LoggedIn:
    """Give a session with a second factor."""
    return login(gateway, code=enrol(gateway, login(gateway)).later())


def test_a_reset_takes_two_people_and_ends_every_session(
    gateway: Gateway, account: int, logged_in: LoggedIn, admins: tuple[int, int]
) -> None:
    ann, bob = admins
    entry = reset(gateway, account, Actor.of(ann))
    assert entry is not None
    assert find(gateway, logged_in.token) == account, "nothing has changed yet"
    with pytest.raises(NotPermitted, match="another person"):
        decide(gateway, entry, ann)
    decide(gateway, entry, bob)
    with pytest.raises(InvalidKey):
        find(gateway, logged_in.token)
    assert not login(gateway).session.has_second_factor
    event = events(gateway, account)[-1]
    assert isinstance(event, Account.SecondFactorReset)
    assert (event.actor, event.approver, event.entry) == (f"account:{ann}", f"account:{bob}", entry)


def test_the_host_resets_alone(gateway: Gateway, account: int, logged_in: LoggedIn) -> None:
    assert reset(gateway, account, HOST) is None
    with pytest.raises(InvalidKey):
        find(gateway, logged_in.token)
    event = events(gateway, account)[-1]
    assert isinstance(event, Account.SecondFactorReset)
    assert (event.actor, event.approver, event.entry) == (HOST.name, None, None)
    with pytest.raises(NotFound, match="no second factor"):
        reset(gateway, account, HOST)


def test_what_the_host_reset_is_an_alarm_for_a_day_also_after_a_restart(
    gateway: Gateway, account: int, logged_in: LoggedIn, admins: tuple[int, int]
) -> None:
    ann, bob = admins
    enrol(gateway, login(gateway, "ann@example.test"))
    entry = reset(gateway, ann, Actor.of(bob))
    assert entry is not None
    hire_admin(gateway, third := register(gateway, "third@example.test"), by=ann)
    decide(gateway, entry, third)
    reset(gateway, account, HOST)
    gateway.system.follower.catch_up(timeout_s=9)
    for _ in range(2):
        alarms = Alarms()
        resets = ResetsAlone(queries=gateway.system.queries, clock=gateway.clock, alarms=alarms)
        resets.look()
        ((name, words),) = alarms.standing().items()
        assert name == f"second factor of account {account}"
        assert words.startswith("reset by the host alone, ")
    gateway.clock.pass_s(ALARM_S)
    resets.look()
    assert alarms.standing() == {}


def test_nobody_resets_their_own_nor_who_has_not_the_duty(
    gateway: Gateway, account: int, logged_in: LoggedIn, admins: tuple[int, int]
) -> None:
    with pytest.raises(NotPermitted, match="may grant roles"):
        reset(gateway, account, Actor.of(account))
    ann, _ = admins
    with pytest.raises(NotPermitted, match="of their own"):
        reset(gateway, ann, Actor.of(ann))


def test_what_was_removed_meanwhile_is_not_reset_by_an_approval(
    gateway: Gateway, account: int, logged_in: LoggedIn, admins: tuple[int, int]
) -> None:
    ann, bob = admins
    entry = reset(gateway, account, Actor.of(ann))
    assert entry is not None
    reset(gateway, account, HOST)
    with pytest.raises(NotFound):
        decide(gateway, entry, bob)
