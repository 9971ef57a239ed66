"""Whose key this is, and what it may do; good ones are never slow.

What an account may look at, it may look at in a session too; sends take a key.

A key that this process has verified answers in microseconds. Others are looked at by their
check first, which only the server can make; only then are they hashed, in a few threads. Keys
that fail are counted (contract decision 10): those with a wrong check by address and by
address and key id, those with a right check by address and key id alone, so that a good key is
never slowed by others' failures.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from api.door import limits
from api.door.caller import Caller
from api.door.key_uses import KeyUses
from api.door.sessions import Sessions
from api.http.threads import Pool, Shared
from application.accounts.logins import TOKEN_PREFIX
from application.accounts.principal import Principal
from application.accounts.sessions import Session
from application.books.actors import Actor
from application.system import System
from domain.errors import InvalidKey, NotPermitted, RateLimited
from domain.key_rules import KEY_ID_CHARACTERS, Scope, is_from

INVALID_KEY: Final = "The provided API key is invalid or inactive."
TEST: Final = "test"
"""The mark of a call whose key is for tests: its answer says so."""
NO_TEST_KEY: Final = "This API key is for tests: it sends test messages, and reads of them."
KEY_NEEDED: Final = "Sends take an API key, not a session's token."
FOLLOWING_WAITING_MAX: Final = 1_000

R = TypeVar("R")


class Door:
    """Lets keys in."""

    def __init__(self, system: System) -> None:
        self._keyring = system.keyring
        self._limiter = system.limiter
        self._limits = system.terms.limits
        self._hashing = Pool(
            "ngoma-hash",
            threads=system.hashing_threads,
            waiting_max=system.hashing_waiting_max,
        )
        self._following = Pool("ngoma-keys", threads=1, waiting_max=FOLLOWING_WAITING_MAX)
        self._follow = Shared(self._following, system.keyring.follow)
        self._verifying: dict[str, Shared[Principal]] = {}
        self._sessions = Sessions(system)
        self._uses = KeyUses(system)

    def close(self) -> None:
        """Let the threads end."""
        self._uses.close()
        self._sessions.close()
        self._hashing.close()
        self._following.close()

    async def admit_writer(self, caller: Caller) -> Principal:
        """Say who may send with the caller's key; the committer looks again, under its lock.

        Raises:
            InvalidKey: unknown, wrong or revoked, or a session's token.
            NotPermitted: the key may not send, or not from this address.
            RateLimited: too many failures.
            Overloaded: too many new keys at once.
            StoreDown: the key cannot be looked up.
        """
        if caller.credential.startswith(TOKEN_PREFIX):
            raise InvalidKey(KEY_NEEDED)
        found = self._keyring.known(caller.credential) or await self._verify(caller)
        _marking(caller, found)
        if not found.may(Scope.SEND):
            msg = "This API key may not send."
            raise NotPermitted(msg)
        return self._used(caller, found)

    async def admit_reader(self, caller: Caller, *, takes_tests: bool = False) -> Principal:
        """Say who may read with the caller's key or token; of keys, what is fresh in memory counts.

        ``takes_tests``: what is read is of test mode too, so that a key for tests may.

        Raises:
            InvalidKey: unknown, wrong or revoked, or the session is over.
            NotPermitted: the key may not read, or not from this address, or not this.
            RateLimited: too many failures.
            Overloaded: too many new keys at once.
            StoreDown: the key cannot be looked up.
        """
        if caller.credential.startswith(TOKEN_PREFIX):
            return await self._sessions.admit_account(caller)
        found = await self._reader(caller)
        if not found.may(Scope.READ):
            msg = "This API key may not read."
            raise NotPermitted(msg)
        if found.is_test and not takes_tests:
            raise NotPermitted(NO_TEST_KEY)
        return self._used(caller, found)

    async def admit_manager(self, caller: Caller) -> Principal:
        """Say who may change the account with the caller's key or token.

        Raises:
            InvalidKey: unknown, wrong or revoked, or the session is over.
            NotPermitted: the key has scopes or is for tests, or may not come from this address.
            RateLimited: too many failures.
            Overloaded: too many at once.
            StoreDown: it cannot be looked up.
        """
        if caller.credential.startswith(TOKEN_PREFIX):
            return await self._sessions.admit_account(caller)
        found = await self._reader(caller)
        if found.is_test:
            raise NotPermitted(NO_TEST_KEY)
        if found.scopes:
            msg = "This takes an API key without scopes, or a session."
            raise NotPermitted(msg)
        return self._used(caller, found)

    async def admit_session(self, caller: Caller) -> Session:
        """Give the session of a caller, strongly read.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self._sessions.admit(caller)

    async def admit_staff(self, caller: Caller) -> tuple[Session, Actor]:
        """Give the session of a member of staff, and the actor for commands.

        Raises:
            InvalidKey: there is no token, or its session is over.
            NotPermitted: no role, or no second factor in this session.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self._sessions.admit_staff(caller)

    async def in_session(self, caller: Caller, then: Callable[[Session], R]) -> R:
        """Give what a blocking question of a caller's session answers.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self._sessions.run(caller, then)

    async def _reader(self, caller: Caller) -> Principal:
        if not self._keyring.is_fresh():
            await self._follow()
        found = self._keyring.known(caller.credential) or await self._verify(caller)
        return _marking(caller, found)

    def _used(self, caller: Caller, found: Principal) -> Principal:
        """Let a key in, from where it may come."""
        if found.sources and not is_from(found.sources, caller.address):
            msg = "This API key may not be used from this address."
            raise NotPermitted(msg)
        if found.key_id is not None:
            self._uses.note(found.key_id)
        return found

    async def _verify(self, caller: Caller) -> Principal:
        key = caller.credential
        subject = f"{caller.client}/{_key_id(key)}"
        if not self._keyring.looks_right(key):
            await self._count(caller, "failed_key", subject, self._limits.failed_key)
            wide = ("failed_ip_wide", self._limits.ip_wide)
            failed_ip = self._limits.failed_ip
            await limits.count_client(self._limiter, caller, "failed_ip", failed_ip, wide=wide)
            raise InvalidKey(INVALID_KEY)
        await self._look("failed_key", f"{subject}/checked", self._limits.failed_key)
        try:
            return await self._hash(key)
        except InvalidKey:
            await self._count(caller, "failed_key", f"{subject}/checked", self._limits.failed_key)
            raise

    async def _hash(self, key: str) -> Principal:
        """Verify a key once, however many requests bring it at the same time."""
        shared = self._verifying.get(key)
        if shared is None:
            shared = Shared(self._hashing, partial(self._keyring.verify, key))
            self._verifying[key] = shared
        try:
            return await shared()
        finally:
            self._verifying.pop(key, None)

    async def _count(self, caller: Caller, policy: str, subject: str, per_minute: int) -> None:
        await limits.count(self._limiter, caller, policy, subject, per_minute)

    async def _look(self, policy: str, subject: str, per_minute: int) -> None:
        if per_minute <= 0:
            return
        quota = await self._limiter.look(policy, subject, per_minute)
        if not quota.is_allowed:
            msg = "Too many requests with a key that does not work."
            raise RateLimited(msg, retry_after_s=quota.reset_s)


def _marking(caller: Caller, found: Principal) -> Principal:
    """Give a principal; logs learn who it is, and answers to tests say that they are."""
    caller.asker.account, caller.asker.key_id = found.account, found.key_id
    if found.is_test:
        caller.marks.add(TEST)
    return found


def _key_id(key: str) -> str:
    """Give a name for the key id that says nothing of a key in the wrong shape."""
    public = key[:KEY_ID_CHARACTERS].encode("utf-8", "surrogatepass")
    return hashlib.blake2b(public, digest_size=8).hexdigest()
