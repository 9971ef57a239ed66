"""API keys: how they are made, and who a key belongs to, without hashing twice.

The slow hash is verified once for each key and process; after that a keyed digest in a bounded
cache answers. What a key looks like is in ``domain/key_rules.py``.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from eventsourcing.persistence import StoredEvent

from application.accounts import NewKey
from application.accounts.principal import Principal
from application.books.contents import read_details
from application.books.reader import Reader
from application.books.writing import is_own_credential
from application.ports import Clock, CredentialRow, KeyHasher, Randomness, Store
from domain.account import Account, account_id
from domain.contents import Person, SenderIdRequest
from domain.errors import InvalidKey
from domain.key_rules import (
    KEY_ALPHABET,
    KEY_CHARACTERS,
    KEY_CHECK_CHARACTERS,
    KEY_ID_CHARACTERS,
    check_scopes,
    check_sources,
    looks_right,
    read_scopes,
    with_key_check,
)
from domain.mode import Mode
from domain.proof.writer import WriterKeys
from domain.sender_id_rules import default_sender

CACHED_MAX: Final = 50_000
FRESH_S: Final = 1.0
"""How old the knowledge of revocations may be when a read is answered (contract decision 2)."""
FOLLOW_EVENTS_MAX: Final = 1_000
FOLLOWED_TOPICS: Final = (
    Account.ApiKeyRevoked.TOPIC,
    Account.DefaultSenderChosen.TOPIC,
    Account.LimitsChanged.TOPIC,
    Account.Suspended.TOPIC,
    Account.Reinstated.TOPIC,
    Account.ContentErased.TOPIC,
)


_log = logging.getLogger("ngoma.keys")


def _draw(randomness: Randomness, count: int) -> str:
    """Draw characters without bias: bytes of 252 and more are thrown away (252 = 7 x 36)."""
    drawn = ""
    while len(drawn) < count:
        drawn += "".join(KEY_ALPHABET[b % 36] for b in randomness.token(2 * count) if b < 252)
    return drawn[:count]


@dataclass(frozen=True, slots=True)
class _Account:
    """What a principal takes from its account."""

    default_sender: str
    single: int | None
    bulk: int | None
    read: int | None


@dataclass(slots=True)
class _Key:
    """What a principal takes from its key: nothing of it ever changes."""

    account: int
    key_id: str
    scopes: tuple[str, ...]
    sources: tuple[str, ...]
    mode: Mode
    made: tuple[_Account, Principal] | None = None
    """The principal that was made last, and of which account: each send asks for it."""


class KeyRing:
    """Who a key belongs to. Lookups may come from any thread."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        hasher: KeyHasher,
        clock: Clock,
        randomness: Randomness,
        server_key: bytes,
        writer: WriterKeys,
        default_sender_id: str,
    ) -> None:
        self._store = store
        self._reader = reader
        self._hasher = hasher
        self._clock = clock
        self._randomness = randomness
        self._server_key = server_key
        self._writer = writer
        self._changed: str | None = None
        """The id of a key whose row was found changed."""
        self._default_sender_id = default_sender_id
        self._lock = threading.Lock()
        self._keys: OrderedDict[bytes, _Key] = OrderedDict()
        self._accounts: dict[int, _Account] = {}
        self._heard = 0
        """How many changes of accounts were heard of."""
        self._position: int | None = None
        self._event: StoredEvent | None = None
        """The event at the position: an older store, put back, has another one there, or none."""
        self._fresh_at_s = float("-inf")

    # -- making keys -------------------------------------------------------------------------

    def make(
        self,
        name: str,
        *,
        scopes: Sequence[str] = (),
        sources: Sequence[str] = (),
        mode: Mode = Mode.LIVE,
    ) -> tuple[str, NewKey]:
        """Make a key: what its owner sees once, and what is stored. Slow (one hash).

        Raises:
            InvalidRequest: a scope or a source that cannot be.
        """
        scopes, sources = check_scopes(scopes), check_sources(sources)
        key = self.draw()
        stored = self.stored_form(key, name)
        return key, NewKey(stored.key_id, stored.hash, name, scopes, sources, mode)

    def draw(self) -> str:
        """Draw a key that nothing knows of yet."""
        body = _draw(self._randomness, KEY_CHARACTERS - KEY_CHECK_CHARACTERS)
        return with_key_check(body, self._server_key)

    def stored_form(self, key: str, name: str) -> NewKey:
        """Give what is stored of a key. Slow (one hash)."""
        return NewKey(key[:KEY_ID_CHARACTERS], self._hasher.hash(key), name)

    # -- knowing keys ------------------------------------------------------------------------

    def looks_right(self, key: str) -> bool:
        """Whether the key has the right shape and check; says nothing about its account."""
        return looks_right(key, self._server_key)

    def known(self, key: str) -> Principal | None:
        """Give the principal of a key that this process has verified before: microseconds."""
        found = self._keys.get(self._digest(key))
        if found is None:
            return None
        account = self._accounts.get(found.account)
        return None if account is None else _principal(found, account)

    def verify(self, key: str) -> Principal:
        """Verify a key by its stored hash: tens of milliseconds, for a bounded pool.

        Raises:
            InvalidKey: unknown, wrong or revoked.
            StoreDown: the store cannot be read.
        """
        msg = "The provided API key is invalid or inactive."
        if not self.looks_right(key):
            raise InvalidKey(msg)
        digest = self._digest(key)
        found = self._keys.get(digest)
        if found is None:
            row = self._store.credential(key[:KEY_ID_CHARACTERS])
            if row is None or row.revoked_at is not None or not self._is_own(row):
                raise InvalidKey(msg)
            if not self._hasher.verify(row.hash, key):
                raise InvalidKey(msg)
            scopes, mode = read_scopes(row.scopes)
            found = _Key(row.account, row.key_id, scopes, tuple(row.sources.split()), mode)
        heard = self._heard
        account = self._load(found.account)
        with self._lock:
            self._keys[digest] = found
            if heard == self._heard:  # else what was read may be older than what was heard
                self._accounts[found.account] = account
            while len(self._keys) > CACHED_MAX:
                self._keys.popitem(last=False)
        current = self._store.credential(found.key_id)
        if current is None or current.revoked_at is not None:
            self._forget_key(found.key_id)
            raise InvalidKey(msg)
        return _principal(found, account)

    def _is_own(self, row: CredentialRow) -> bool:
        if is_own_credential(self._writer, row):
            self._changed = None if self._changed == row.key_id else self._changed
            return True
        self._changed = row.key_id
        return False

    def words(self) -> str:
        """Say "ok", or which key is refused because its row is not the one that was written."""
        if self._changed is None:
            return "ok"
        return f"the stored key {self._changed} was changed past the gateway, and is refused"

    def principal_of(self, account: int) -> Principal:
        """Give the principal of a session of an account: without a key, it may not send."""
        known = self._accounts.get(account) or self._load(account)
        return Principal(account, None, known.default_sender, read_limit=known.read)

    def principal_in_session(self, account: Account) -> Principal:
        """Give the same of an account that was just read."""
        sender = self.default_sender(account)
        return Principal(account.number, None, sender, read_limit=account.limits["read"])

    def forget_account(self, number: int) -> None:
        """Read an account anew when it is asked for next."""
        with self._lock:
            self._heard += 1
            self._accounts.pop(number, None)

    # -- hearing of revocations ----------------------------------------------------------------

    def is_fresh(self) -> bool:
        """Whether revocations up to a second ago are known."""
        return self._clock.monotonic_s() - self._fresh_at_s <= FRESH_S

    def follow(self) -> None:
        """Read the log's key and account events up to its head, and forget what they change.

        Everything is forgotten when the log is another one.

        Raises:
            StoreDown: the log cannot be read.
        """
        while True:
            asked_at_s = self._clock.monotonic_s()
            head = self._store.head()
            newest = self._event_at(head)
            if self._position is None:
                self._position, self._event = head, newest
            elif self._event_at(self._position) != self._event:
                self._forget_all()
                self._position, self._event = head, newest
            events = self._store.events_after(
                self._position, limit=FOLLOW_EVENTS_MAX, topics=FOLLOWED_TOPICS
            )
            for position, stored in events:
                self._hear(stored.topic, orjson.loads(stored.state))
                self._position, self._event = position, stored
            if len(events) < FOLLOW_EVENTS_MAX:
                if head > self._position:
                    self._position, self._event = head, newest
                self._fresh_at_s = asked_at_s
                return

    def _event_at(self, position: int) -> StoredEvent | None:
        events = self._store.events_after(position - 1, limit=1)
        return events[0][1] if events and events[0][0] == position else None

    def _forget_all(self) -> None:
        """Know nobody any more: the log is not the one that was heard until now."""
        _log.warning("the log is another one: every key is asked for anew")
        with self._lock:
            self._heard += 1
            self._keys.clear()
            self._accounts.clear()

    def _hear(self, topic: str, state: dict[str, object]) -> None:
        if topic == Account.ApiKeyRevoked.TOPIC:
            self._forget_key(str(state["key_id"]))
        else:
            self.forget_account(int(str(state["number"])))

    def _forget_key(self, key_id: str) -> None:
        with self._lock:
            for digest in [d for d, found in self._keys.items() if found.key_id == key_id]:
                del self._keys[digest]

    def _load(self, number: int) -> _Account:
        account = self._reader.find(Account, account_id(number))
        if account is None:
            msg = f"key of account {number}, which has no events"
            raise RuntimeError(msg)
        return _Account(
            default_sender=self.default_sender(account),
            single=account.limits["single"],
            bulk=account.limits["bulk"],
            read=account.limits["read"],
        )

    def default_sender(self, account: Account) -> str:
        """Give what an account's messages that name no sender go out under."""
        chosen = account.default_sender_id
        if chosen is not None:
            request = read_details(SenderIdRequest, chosen, source=self._store)
            if request.name is not None:
                return request.name
        person = read_details(Person, account.number, source=self._store)
        return default_sender(person.name or "", self._default_sender_id)

    def _digest(self, key: str) -> bytes:
        material = key.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(material, key=self._server_key[:64], digest_size=16).digest()


def _principal(found: _Key, account: _Account) -> Principal:
    if found.made is None or found.made[0] is not account:
        found.made = account, _made(found, account)
    return found.made[1]


def _made(found: _Key, account: _Account) -> Principal:
    return Principal(
        account=found.account,
        key_id=found.key_id,
        default_sender=account.default_sender,
        single_limit=account.single,
        bulk_limit=account.bulk,
        read_limit=account.read,
        scopes=found.scopes,
        sources=found.sources,
        mode=found.mode,
    )
