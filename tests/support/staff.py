"""People of staff for tests: accounts with roles that came about as roles must, and sessions."""

from dataclasses import dataclass

from application.accounts import ChangeRole, DecideEntry, Decision
from application.accounts.passwords import SetPassword
from application.accounts.sessions import OpenSession
from application.books.actors import Actor
from application.ports import SecretKind
from application.system import System
from domain.account import Account, account_id
from domain.roles import Role
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


def open_session(system: System, account: int, *, has_second_factor: bool = True) -> str:
    """Log an account in without its password; give the token."""
    password = system.store.secret(SecretKind.PASSWORD, str(account))
    if password is None:
        system.committer.execute(SetPassword(account, "no hash", at=system.clock.now()))
    token, digest = system.logins._draw()
    system.committer.execute(
        OpenSession(
            account,
            digest,
            has_second_factor=has_second_factor,
            verified=password.value if password else "no hash",
            at=system.clock.now(),
        )
    )
    return token
