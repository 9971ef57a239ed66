"""People of staff for tests: accounts with roles that came about as roles must, and sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.accounts import ChangeRole, DecideEntry, Decision
from application.accounts.second_factor import SecondFactor
from application.accounts.sessions import ABSOLUTE_S, Session
from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretRow
from application.system import System
from domain.account import Account, account_id
from domain.roles import Role
from domain.values import SECOND, Instant
from tests.support.system import create_account

HOST_USER = Actor("os:test@host")


@dataclass(frozen=True)
class Member:
    """A member of staff, logged in."""

    account: int
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def hire(system: System, name: str, *roles: Role, admin: int | None = None) -> Member:
    """Make an account with roles and log it in; all but the first admin take one who agrees."""
    account, _ = create_account(system, name=name)
    for role in roles:
        change_role(system, account, role, is_grant=True, admin=admin)
    return Member(account, open_session(system, account))


def change_role(
    system: System, account: int, role: Role, *, is_grant: bool, admin: int | None
) -> None:
    """Give or take a role, prepared on the host and approved by account ``admin``."""
    change = ChangeRole(
        account, role, is_grant=is_grant, actor=HOST_USER, reason="test", at=system.clock.now()
    )
    entry = system.committer.execute(change).entry
    if entry is not None:
        assert admin is not None, "every role after the first admin takes another person"
        approval = DecideEntry(
            entry, Decision.APPROVE, actor=Actor.of(admin), reason="", at=system.clock.now()
        )
        system.committer.execute(approval)
    found = system.reader.find(Account, account_id(account))
    assert found is not None
    assert (role in found.roles) is is_grant


class _Keep(Command[None]):
    """Keep a secret of somebody, without asking for anything."""

    def __init__(self, row: SecretRow) -> None:
        self.at = row.at
        self._row = row

    def touches(self) -> Iterable[UUID]:
        return ()

    def decide(self, books: Books) -> None:
        books.keep_secret(self._row)


def open_session(system: System, account: int, *, has_second_factor: bool = True) -> str:
    """Log an account in without its password or code; give the token."""
    token, command = session_of(system, account, has_second_factor=has_second_factor)
    system.committer.execute(command)
    return token


def session_of(
    system: System, account: int, *, has_second_factor: bool = True
) -> tuple[str, Command[None]]:
    """Give the token of a new session, and the command that keeps it."""
    token, digest = system.logins._draw()
    now = system.clock.now()
    ends_at = Instant(now + ABSOLUTE_S * SECOND)
    session = Session(digest, account, now, now, ends_at, has_second_factor)
    return token, _Keep(session.row())


def give_second_factor(system: System, account: int) -> None:
    """Let an account have a second factor of which nobody has a code."""
    factor = SecondFactor("sealed", is_confirmed=True)
    system.committer.execute(_Keep(factor.row(account, system.clock.now())))
