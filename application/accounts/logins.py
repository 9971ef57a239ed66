"""Logs people in and out, for the HTTP API and the command line alike; all of it may block.

An unknown e-mail address and a wrong password take the same path, with one slow hash each.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from application.accounts.factors import Factors
from application.accounts.password_reset import StartReset
from application.accounts.passwords import SetPassword
from application.accounts.second_factor import Proof
from application.accounts.sessions import (
    SEEN_EVERY_S,
    EndSession,
    NoteSeen,
    OpenSession,
    Session,
)
from application.books.actors import Actor
from application.books.commands import Execute
from application.books.contents import read_details
from application.books.digests import Digests
from application.books.reader import Reader
from application.ports import Clock, KeyHasher, Randomness, SecretKind, Store
from domain.account import Account, account_id
from domain.claim import Claim, claim_id
from domain.contents import Person
from domain.errors import InvalidKey, NotFound, NotPermitted
from domain.password_rules import check_password, normalised
from domain.values import SECOND

TOKEN_PREFIX: Final = "ngs_"  # noqa: S105 - tells a session's token from an API key
TOKEN_BYTES: Final = 32
WRONG_LOGIN: Final = "The e-mail address, the password or the code is wrong."
WRONG_PASSWORD: Final = "The current_password is wrong."  # noqa: S105 - words
WRONG_PROOF: Final = "The password or the code of the second factor is wrong."


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session, with the token that is shown this one time."""

    token: str
    session: Session
    roles: tuple[str, ...]
    needs_second_factor: bool
    """Whether its roles count only once a second factor is enrolled."""
    recovery_codes_left: int | None = None
    """How many recovery codes of its second factor are good; None without a second factor."""


@dataclass(frozen=True, kw_only=True)
class Logins:
    """Opens, finds and ends sessions; sets and resets passwords; asks who somebody is."""

    store: Store
    reader: Reader
    hasher: KeyHasher
    clock: Clock
    randomness: Randomness
    factors: Factors
    server_key: bytes
    digests: Digests

    # -- logging in and out ----------------------------------------------------------------------

    def login(
        self,
        email: str,
        password: str,
        *,
        code: str | None = None,
        instead_of: Session | None = None,
        execute: Execute,
    ) -> LoggedIn:
        """Open a session.

        Raises:
            InvalidKey: e-mail, password or code is wrong; which of them is not said.
        """
        account = self.account_of(email)
        stored = self._verified(account, password, refusal=WRONG_LOGIN)
        if account is None:  # it has no password either
            raise InvalidKey(WRONG_LOGIN)
        factor = self.factors.ask(account, code, refusal=WRONG_LOGIN, execute=execute)
        token, digest = self._draw()
        session: Session = execute(
            OpenSession(
                Proof(account, stored, factor.sealed_seed if factor else None),
                digest,
                instead_of=instead_of,
                at=self.clock.now(),
            )
        )
        roles = self.roles(account)
        return LoggedIn(
            token,
            session,
            roles,
            needs_second_factor=bool(roles) and factor is None,
            recovery_codes_left=None if factor is None else len(factor.recovery),
        )

    def open_for_new(self, account: int, password_hash: str, *, execute: Execute) -> LoggedIn:
        """Open the first session of an account that has just registered."""
        token, digest = self._draw()
        proof = Proof(account, password_hash, None)
        session: Session = execute(OpenSession(proof, digest, at=self.clock.now()))
        return LoggedIn(token, session, (), needs_second_factor=False)

    def find(self, token: str, *, execute: Execute) -> Session:
        """Give the session of a token, and note now and then that it is in use.

        Raises:
            InvalidKey: there is none, or it is over.
        """
        msg = "The session is over: log in again."
        if not token.startswith(TOKEN_PREFIX):
            raise InvalidKey(msg)
        row = self.reader.secret(SecretKind.SESSION, self._digest(token))
        now = self.clock.now()
        session = Session.read(row) if row else None
        if session is None or not session.is_live(now):
            raise InvalidKey(msg)
        if now - session.seen_at >= SEEN_EVERY_S * SECOND:
            execute(NoteSeen(session, at=now))
        return session

    def logout(self, session: Session, *, execute: Execute) -> None:
        """End a session."""
        execute(EndSession(session, at=self.clock.now()))

    def staff(self, session: Session) -> Actor:
        """Give the actor of a staff session.

        Raises:
            NotPermitted: the account has no role, or the session no second factor.
        """
        if not self.roles(session.account):
            msg = "This takes an account with a role of staff."
            raise NotPermitted(msg)
        if not session.has_second_factor:
            msg = "Roles count only in a session with a second factor: enrol one, then log in."
            raise NotPermitted(msg)
        return Actor.of(session.account)

    def roles(self, account: int) -> tuple[str, ...]:
        """Give an account's roles, strongly read."""
        found = self.reader.find(Account, account_id(account))
        return tuple(found.roles) if found else ()

    # -- passwords -------------------------------------------------------------------------------

    def change_password(
        self, session: Session, *, current: str, new: str, execute: Execute
    ) -> None:
        """Change one's own password; every session ends, this one too.

        Raises:
            InvalidKey: the current one is wrong.
            InvalidRequest: the new one cannot be used.
        """
        new = check_password(new, email=self.email_of(session.account), field="new_password")
        stored = self._verified(session.account, current, refusal=WRONG_PASSWORD)
        execute(
            SetPassword(
                session.account, self.hasher.hash(new), replaces=stored, at=self.clock.now()
            )
        )

    def start_reset(self, email: str, *, execute: Execute) -> tuple[str, str] | None:
        """Draw a reset's token for an e-mail address; None when no account has it.

        Gives the address as the account has it, and the token.
        """
        account = self.account_of(email)
        to = self.email_of(account) if account is not None else ""
        if account is None or not to:
            return None
        token, digest = self._draw()
        execute(StartReset(account, digest, at=self.clock.now()))
        return to, token

    def finish_reset(self, token: str, new: str, *, execute: Execute) -> None:
        """Set a new password with a reset's token; it works once.

        Raises:
            InvalidRequest: the password cannot be used.
            NotFound: the token is unknown, used or over.
        """
        digest = self._digest(token)
        row = self.reader.secret(SecretKind.RESET, digest)
        if row is None:
            msg = "This reset was used already, or its time is over."
            raise NotFound(msg)
        new = check_password(new, email=self.email_of(row.account), field="password")
        execute(SetPassword(row.account, self.hasher.hash(new), reset=digest, at=self.clock.now()))

    def prove(
        self, session: Session, *, password: str, code: str | None, execute: Execute
    ) -> Proof:
        """Ask somebody in a session who they are, before a second factor of theirs changes.

        Raises:
            InvalidKey: password or code is wrong; which of them is not said.
        """
        account = session.account
        stored = self._verified(account, password, refusal=WRONG_PROOF)
        factor = self.factors.ask(account, code, refusal=WRONG_PROOF, execute=execute)
        return Proof(account, stored, factor.sealed_seed if factor else None)

    def _verified(self, account: int | None, password: str, *, refusal: str) -> str:
        """Give the hash of an account's password once it was verified.

        Raises:
            InvalidKey: with ``refusal``: it is wrong, or the account has none.
        """
        stored = self._password(account)
        no_password = self._no_password  # made by whoever comes first, known or not
        if not self._is_password(stored or no_password, password) or stored is None:
            raise InvalidKey(refusal)
        return stored

    # -- details ---------------------------------------------------------------------------------

    def account_of(self, email: str) -> int | None:
        """Find the account of an e-mail address."""
        claim = self.reader.find(Claim, claim_id("email", self.digests.email(email)))
        return claim.owner if claim else None

    def email_of(self, account: int) -> str:
        """Give an account's address as it was registered; "" when it was erased."""
        return read_details(Person, account, source=self.store).email or ""

    def _password(self, account: int | None) -> str | None:
        row = None if account is None else self.reader.secret(SecretKind.PASSWORD, str(account))
        return row.value if row else None

    def _is_password(self, stored: str, typed: str) -> bool:
        """Compare in NFC; a hash of before passwords were normalised is of what was typed."""
        forms = dict.fromkeys((normalised(typed), typed))
        return any(self.hasher.verify(stored, form) for form in forms)

    @cached_property
    def _no_password(self) -> str:
        """A hash that no password has, so that an unknown account costs as much as a known one."""
        return self.hasher.hash(self.randomness.token(TOKEN_BYTES).hex())

    def _draw(self) -> tuple[str, str]:
        drawn = urlsafe_b64encode(self.randomness.token(TOKEN_BYTES)).decode().rstrip("=")
        token = TOKEN_PREFIX + drawn
        return token, self._digest(token)

    def _digest(self, token: str) -> str:
        material = token.encode("utf-8", "surrogatepass")
        return hmac.new(self.server_key, material, hashlib.sha256).hexdigest()
