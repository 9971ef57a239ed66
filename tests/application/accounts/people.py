"""People who log in, with and without a second factor."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyotp

from application.accounts import ChangeRole, CreateAccount
from application.accounts.logins import LoggedIn
from application.accounts.second_factor import Proof
from application.books.actors import Actor
from domain.roles import Role
from domain.values import SECOND
from tests.support.virtual import Gateway

EMAIL = "Mutale@Example.test"
PASSWORD = "correct horse battery"
OTHER = "another long password"


def register(gateway: Gateway, email: str = EMAIL) -> int:
    system = gateway.system
    key, new_key = system.keyring.make("first")
    created = gateway.run(
        CreateAccount(
            name="Mutale",
            email=email,
            email_digest=system.digests.email(email),
            key=new_key,
            password_hash=system.logins.hasher.hash(PASSWORD),
            actor=None,
            at=gateway.clock.now(),
        )
    )
    assert key
    return created.account


def login(
    gateway: Gateway, email: str = EMAIL, password: str = PASSWORD, code: str | None = None
) -> LoggedIn:
    return gateway.system.logins.login(email, password, code=code, execute=gateway.run)


def find(gateway: Gateway, token: str) -> int:
    return gateway.system.logins.find(token, execute=gateway.run).account


def make_first_admin(gateway: Gateway, account: int) -> None:
    gateway.run(
        ChangeRole(
            account,
            Role.ADMIN,
            is_grant=True,
            actor=Actor("os:root@host"),
            reason="the first one",
            at=gateway.clock.now(),
        )
    )


@dataclass(frozen=True)
class Phone:
    """An authenticator app, and the recovery codes that were written down."""

    gateway: Gateway
    totp: pyotp.TOTP
    recovery: Sequence[str]

    @property
    def code(self) -> str:
        """Give the code that it shows now."""
        return self.totp.at(self.gateway.clock.now() // SECOND)

    def later(self) -> str:
        """Wait for the next code, and give it."""
        self.gateway.clock.pass_s(30)
        return self.code


def prove(
    gateway: Gateway, logged_in: LoggedIn, code: str | None = None, password: str = PASSWORD
) -> Proof:
    return gateway.system.logins.prove(
        logged_in.session, password=password, code=code, execute=gateway.run
    )


def enrol(gateway: Gateway, logged_in: LoggedIn, code: str | None = None) -> Phone:
    """Enrol and confirm a second factor; its first code is used up."""
    seed, uri = gateway.system.logins.factors.enrol(
        prove(gateway, logged_in, code), execute=gateway.run
    )
    assert seed in uri
    return confirm(gateway, logged_in, Phone(gateway, pyotp.TOTP(seed), ()))


def confirm(gateway: Gateway, logged_in: LoggedIn, phone: Phone) -> Phone:
    recovery = gateway.system.logins.factors.confirm(
        logged_in.session.account, phone.code, execute=gateway.run
    )
    return Phone(gateway, phone.totp, recovery)
