"""Logging in and out, passwords and resets, over a real store."""

from typing import Any

import pytest

from application.accounts import CreateAccount
from application.accounts.sessions import ABSOLUTE_S, IDLE_S
from application.books.actors import Actor
from application.books.commands import Command
from domain.account import Account, account_id
from domain.errors import InvalidKey, InvalidRequest, NotFound, NotPermitted
from tests.application.accounts.people import (
    EMAIL,
    OTHER,
    PASSWORD,
    enrol,
    find,
    login,
    make_first_admin,
    register,
)
from tests.support.virtual import Gateway


@pytest.fixture
def account(gateway: Gateway) -> int:
    return register(gateway)


# -- sessions -------------------------------------------------------------------------------------


def test_a_login_gives_a_token_that_finds_its_account(gateway: Gateway, account: int) -> None:
    logged_in = login(gateway, EMAIL.lower())
    assert find(gateway, logged_in.token) == account
    assert logged_in.roles == ()
    assert not logged_in.needs_second_factor


def test_the_token_itself_is_stored_nowhere(gateway: Gateway, account: int) -> None:
    logged_in = login(gateway)
    files = [path for path in gateway.folder.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files)
    assert logged_in.session.digest.encode() in written, "not the place where sessions stand"
    assert logged_in.token.encode() not in written


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, OTHER), ("nobody@example.test", PASSWORD), ("", ""), (EMAIL, "\ud800")],
)
def test_whatever_is_wrong_is_told_in_the_same_words(
    gateway: Gateway, account: int, email: str, password: str
) -> None:
    with pytest.raises(InvalidKey, match=r"^The e-mail address, the password or the code is wrong"):
        login(gateway, email, password)


def test_an_account_without_a_password_cannot_log_in(gateway: Gateway) -> None:
    system = gateway.system
    _, new_key = system.keyring.make("first")
    gateway.run(
        CreateAccount(
            name="Shop",
            email=EMAIL,
            email_digest=system.digests.email(EMAIL),
            key=new_key,
            actor=Actor("os:root@host"),
            at=gateway.clock.now(),
        )
    )
    for password in ("", PASSWORD):
        with pytest.raises(InvalidKey):
            login(gateway, password=password)


def test_a_session_that_nobody_uses_is_over_after_half_an_hour(
    gateway: Gateway, account: int
) -> None:
    token = login(gateway).token
    gateway.clock.pass_s(IDLE_S - 1)
    assert find(gateway, token) == account
    gateway.clock.pass_s(IDLE_S - 1)
    assert find(gateway, token) == account
    gateway.clock.pass_s(IDLE_S + 1)
    with pytest.raises(InvalidKey, match="log in again"):
        find(gateway, token)


def test_a_session_is_over_after_twelve_hours_whatever_happens(
    gateway: Gateway, account: int
) -> None:
    token = login(gateway).token
    for _ in range(ABSOLUTE_S // 1_200 - 1):
        gateway.clock.pass_s(1_200)
        find(gateway, token)
    gateway.clock.pass_s(1_200)
    with pytest.raises(InvalidKey):
        find(gateway, token)


def test_logging_out_ends_one_session_and_logging_in_anew_ends_the_old_one(
    gateway: Gateway, account: int
) -> None:
    logins = gateway.system.logins
    first, second = login(gateway), login(gateway)
    third = logins.login(EMAIL, PASSWORD, instead_of=first.session, execute=gateway.run)
    with pytest.raises(InvalidKey):
        find(gateway, first.token)
    logins.logout(second.session, execute=gateway.run)
    with pytest.raises(InvalidKey):
        find(gateway, second.token)
    assert find(gateway, third.token) == account


def test_a_session_that_ended_is_not_brought_back_by_noting_that_it_was_seen(
    gateway: Gateway, account: int
) -> None:
    logged_in = login(gateway)
    gateway.clock.pass_s(61)
    logins = gateway.system.logins

    def end_first(command: Command[Any]) -> Any:
        logins.logout(logged_in.session, execute=gateway.run)
        return gateway.run(command)

    logins.find(logged_in.token, execute=end_first)
    with pytest.raises(InvalidKey):
        find(gateway, logged_in.token)


@pytest.mark.parametrize("token", ["", "ngs_", "ngs_x", "x" * 40, "ngs_\ud800"])
def test_a_token_that_nobody_was_given_finds_nothing(gateway: Gateway, token: str) -> None:
    with pytest.raises(InvalidKey):
        find(gateway, token)


# -- passwords ------------------------------------------------------------------------------------


def test_a_new_password_ends_every_session(gateway: Gateway, account: int) -> None:
    logins = gateway.system.logins
    first, second = login(gateway), login(gateway)
    logins.change_password(first.session, current=PASSWORD, new=OTHER, execute=gateway.run)
    for token in (first.token, second.token):
        with pytest.raises(InvalidKey):
            find(gateway, token)
    with pytest.raises(InvalidKey):
        login(gateway)
    assert find(gateway, login(gateway, password=OTHER).token) == account


@pytest.mark.parametrize("new", ["short", "x" * 129, "with\x00nul in it", "line\nbreak in it"])
def test_a_password_that_cannot_be_used_changes_nothing(
    gateway: Gateway, account: int, new: str
) -> None:
    logged_in = login(gateway)
    with pytest.raises(InvalidRequest):
        gateway.system.logins.change_password(
            logged_in.session, current=PASSWORD, new=new, execute=gateway.run
        )
    assert find(gateway, logged_in.token) == account


def test_the_current_password_must_be_known(gateway: Gateway, account: int) -> None:
    logged_in = login(gateway)
    with pytest.raises(InvalidKey, match="current_password"):
        gateway.system.logins.change_password(
            logged_in.session, current=OTHER, new=OTHER, execute=gateway.run
        )


def test_a_reset_works_once_and_ends_every_session(gateway: Gateway, account: int) -> None:
    logins = gateway.system.logins
    logged_in = login(gateway)
    started = logins.start_reset(EMAIL.upper(), execute=gateway.run)
    assert started is not None
    to, token = started
    assert to == EMAIL
    logins.finish_reset(token, OTHER, execute=gateway.run)
    with pytest.raises(InvalidKey):
        find(gateway, logged_in.token)
    login(gateway, password=OTHER)
    with pytest.raises(NotFound):
        logins.finish_reset(token, PASSWORD, execute=gateway.run)


def test_a_reset_is_over_after_half_an_hour(gateway: Gateway, account: int) -> None:
    logins = gateway.system.logins
    started = logins.start_reset(EMAIL, execute=gateway.run)
    assert started
    gateway.clock.pass_s(1_800)
    with pytest.raises(NotFound):
        logins.finish_reset(started[1], OTHER, execute=gateway.run)
    login(gateway)


def test_resets_that_others_ask_for_leave_the_owners_good_until_one_is_used(
    gateway: Gateway, account: int
) -> None:
    logins = gateway.system.logins
    tokens = []
    for _ in range(4):
        started = logins.start_reset(EMAIL, execute=gateway.run)
        assert started
        tokens.append(started[1])
    logins.finish_reset(tokens[0], OTHER, execute=gateway.run)
    login(gateway, password=OTHER)
    for token in tokens:
        with pytest.raises(NotFound):
            logins.finish_reset(token, PASSWORD, execute=gateway.run)


def test_nobody_is_reset_by_an_unknown_address(gateway: Gateway) -> None:
    assert gateway.system.logins.start_reset("nobody@example.test", execute=gateway.run) is None


# -- roles ---------------------------------------------------------------------


def test_roles_count_only_with_a_second_factor(gateway: Gateway, account: int) -> None:
    logins = gateway.system.logins
    make_first_admin(gateway, account)
    first = login(gateway)
    assert first.roles == ("admin",)
    assert first.needs_second_factor
    with pytest.raises(NotPermitted, match="second factor"):
        logins.staff(first.session)
    phone = enrol(gateway, first)
    second = login(gateway, code=phone.later())
    assert logins.staff(second.session) == Actor.of(account)
    with pytest.raises(NotPermitted):
        logins.staff(first.session)


def test_a_customer_is_no_staff(gateway: Gateway, account: int) -> None:
    with pytest.raises(NotPermitted, match="role"):
        gateway.system.logins.staff(login(gateway).session)


def test_a_role_ends_the_sessions_of_its_account(gateway: Gateway, account: int) -> None:
    token = login(gateway).token
    make_first_admin(gateway, account)
    with pytest.raises(InvalidKey):
        find(gateway, token)


def test_only_the_first_admin_needs_no_approver(gateway: Gateway, account: int) -> None:
    other = register(gateway, "other@example.test")
    make_first_admin(gateway, account)
    make_first_admin(gateway, other)
    found = gateway.system.reader.find(Account, account_id(other))
    assert found is not None
    assert found.roles == []
