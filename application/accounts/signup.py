"""People register themselves: an account, its first key and its first session at once."""

from dataclasses import dataclass
from typing import Final

from application.accounts import CreateAccount, Created
from application.accounts.keyring import KeyRing
from application.accounts.logins import LoggedIn, Logins
from application.books.commands import Execute
from domain.errors import AlreadyExists, NotPermitted
from domain.password_rules import check_password
from domain.people import check_email, check_name

FIRST_KEY: Final = "first"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who registers, checked."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A new account, with the key and the token that are shown this one time."""

    account: int
    api_key: str
    logged_in: LoggedIn


def check_newcomer(*, name: str, email: str, password: str) -> Newcomer:
    """Check what somebody gives who registers; spaces around name and address do not count.

    Raises:
        InvalidRequest: a field cannot be used, by its name.
    """
    email = check_email(email)
    return Newcomer(check_name(name), email, check_password(password, email=email))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrations:
    """Registers people; may block, and hashes twice."""

    logins: Logins
    keyring: KeyRing
    is_open: bool
    daily_credits: int
    """What a new account may spend in a day; 0: no limit."""

    def require_open(self) -> None:
        """Refuse where registration is closed.

        Raises:
            NotPermitted: it is.
        """
        if not self.is_open:
            msg = "Registration is closed: ask the operator for an account."
            raise NotPermitted(msg)

    def register(self, who: Newcomer, *, execute: Execute) -> Registered:
        """Make an account with a key and a session.

        Raises:
            AlreadyExists: the e-mail address has an account.
        """
        if self.logins.account_of(who.email) is not None:
            msg = "An account with this e-mail address exists already."
            raise AlreadyExists(msg)
        password_hash = self.logins.hasher.hash(who.password)
        api_key, new_key = self.keyring.make(FIRST_KEY)
        created: Created = execute(
            CreateAccount(
                name=who.name,
                email=who.email,
                email_digest=self.logins.digests.email(who.email),
                key=new_key,
                password_hash=password_hash,
                daily_credits=self.daily_credits or None,
                actor=None,
                at=self.logins.clock.now(),
            )
        )
        logged_in = self.logins.open_for_new(created.account, password_hash, execute=execute)
        return Registered(created.account, api_key, logged_in)
