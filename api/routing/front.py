"""What every endpoint works with: the system, and what this process needs to reach it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from api.door.caller import Caller
from api.door.door import Door
from api.door.limits import count, count_client
from api.door.people import People
from api.http.bridge import KEYLESS_WAIT_S, Bridge, no_answer
from api.http.credentials import session_token
from api.http.proxies import Addresses
from api.http.shares import FairPool, Share
from api.http.threads import Pool, Recent, Shared
from api.http.waiting import ALL, Waiting
from api.http.wire import Call
from api.routing.phones import open_phones
from api.routing.pushes import Pushes
from application.accounts.logins import TOKEN_PREFIX
from application.books.behind import unseen_since
from application.books.commands import Command
from application.messages.phones import PHONES_MAX, Phones
from application.money.callbacks import Callbacks
from application.ports import Poster
from application.system import System
from domain.errors import InvalidKey, NgomaError, Overloaded
from domain.mode import is_of_tests
from domain.values import Instant, Network
from domain.wallet import wallet_id

READING_THREADS: Final = 8
READING_WAITING_MAX: Final = 256
READING_EACH_MAX: Final = 4
"""Reads of one account at a time."""
SEARCHING_THREADS: Final = 2
"""For reads that look through much: of one account one at a time."""
SEARCHING_WAITING_MAX: Final = 64
PHONE_THREADS: Final = 4
PHONES_WAITING_MAX: Final = 256
READY_KEPT_S: Final = 1.0
PAGES_A_MINUTE: Final = 600
"""Pages that one address may ask for: people behind one router, each with a page that is live."""
TRYING_MAX: Final = 16
"""Webhooks that are tried at the same time."""
UPLOADS_MAX: Final = 2
"""Files that are read or worked at the same time: each may take its size in memory."""
TOP_UPS: Final = "/api/v1/topups"

ONLY_AS_BEARER: Final = "A session's token goes in Authorization: Bearer, and nowhere else."

R = TypeVar("R")


class Front:
    """One web process's side of the system; belongs to one event loop."""

    def __init__(self, system: System, phones: Phones | None = None) -> None:
        """``phones`` are those of the process, where several listeners share them."""
        self.system = system
        self._addresses = Addresses(system.terms.trusted_proxies, system.terms.forwarded_header)
        self.door = Door(system)
        self.people = People(system)
        self.callbacks = Callbacks(
            mobile_money=system.mobile_money,
            digests=system.digests,
            reader=system.reader,
            wire_log=system.wire_log,
            clock=system.clock,
        )
        self.phones = phones or open_phones(system)
        self._phoning = Pool("ngoma-phones", threads=PHONE_THREADS, waiting_max=PHONES_WAITING_MAX)
        self.pushes = Pushes(
            lambda: self.read(None, lambda: system.queries.due_networks(system.clock.now())),
            self.phones,
            most=PHONES_MAX,
        )
        """Phones that are told at once that there is a message for them."""
        self._bridge = Bridge(system.committer)
        self._reading = FairPool(
            "ngoma-read",
            threads=READING_THREADS,
            waiting_max=READING_WAITING_MAX,
            each_max=READING_EACH_MAX,
        )
        self._searching = FairPool(
            "ngoma-search",
            threads=SEARCHING_THREADS,
            waiting_max=SEARCHING_WAITING_MAX,
            each_max=1,
        )
        self._looking = Pool("ngoma-ready", threads=1, waiting_max=1)
        self.readiness = Recent(self._looking, system.readiness, kept_s=READY_KEPT_S)
        """Whether all is well, as of a moment ago: who asks does not make it so."""
        self._long = Pool("ngoma-long", threads=1, waiting_max=1)
        self.waiting = Waiting(
            lambda accounts: self.read(None, lambda: system.queries.feed_ends(accounts)),
            look_at_pages=lambda accounts: self.read(None, lambda: system.queries.marks(accounts)),
            look_at_log=lambda _: self.read(None, lambda: {ALL: system.store.head()}),
        )
        """Who waits for the next event of an account."""
        self.trying: set[int] = set()
        """Accounts whose webhooks are being tried."""
        self._poster: Poster | None = None
        self._uploads = 0
        self._watching = Pool("ngoma-fleet", threads=1, waiting_max=1)
        self._look_at_fleet = Shared(self._watching, system.fleet.offline)

    async def close(self) -> None:
        """Let threads end and connections go."""
        self.waiting.close()
        self.pushes.close()
        if self._poster is not None:
            await self._poster.close()
        await self.people.close()
        await self.system.limiter.close()
        self.door.close()
        self._reading.close()
        self._phoning.close()
        self._searching.close()
        self._looking.close()
        self._long.close()
        self._watching.close()

    @property
    def poster(self) -> Poster:
        """What posts tests to webhooks."""
        if self._poster is None:
            self._poster = self.system.webhooks.open_poster()
        return self._poster

    @property
    def top_up_url(self) -> str | None:
        """Where credits are bought; None where no provider of mobile money is set up."""
        sells = bool(self.system.mobile_money)
        return f"{self.system.terms.public_url}{TOP_UPS}" if sells else None

    # -- callers and limits ----------------------------------------------------------------------

    def caller(self, call: Call, credential: str = "") -> Caller:
        """Say who is calling, with the key or token that was found in the request.

        Raises:
            InvalidKey: a session's token stands where only keys may.
        """
        if credential.startswith(TOKEN_PREFIX) and credential != session_token(call):
            raise InvalidKey(ONLY_AS_BEARER)
        return Caller(
            self._addresses.client(call),
            credential,
            call.quotas,
            marks=call.marks,
            asker=call.asker,
            principal=call.principal,
            is_counted=call.is_counted,
        )

    def is_https(self, call: Call) -> bool:
        """Whether the client speaks TLS, to this process or to a trusted proxy."""
        return call.is_https or self._addresses.is_https(call)

    async def limit_address(self, caller: Caller) -> None:
        """Count a call against its client's address (dialect feltech).

        Raises:
            RateLimited: the limit is used up.
        """
        if not caller.is_counted:
            await self._count_client(caller, "ip", self.system.terms.limits.ip)

    async def limit_page(self, caller: Caller) -> None:
        """Count a page against its client's address, apart from calls of the API.

        Raises:
            RateLimited: the limit is used up.
        """
        await self._count_client(caller, "page_ip", PAGES_A_MINUTE)

    async def limit_auth(self, caller: Caller) -> None:
        """Count a call that may guess an account or a secret against its client's address.

        Raises:
            RateLimited: the limit is used up.
        """
        await self._count_client(caller, "auth_ip", self.system.terms.limits.auth_ip)

    async def _count_client(self, caller: Caller, policy: str, per_minute: int) -> None:
        wide = ("ip_wide", self.system.terms.limits.ip_wide)
        await count_client(self.system.limiter, caller, policy, per_minute, wide=wide)

    async def limit_account(
        self, caller: Caller, policy: str, account: int, per_minute: int
    ) -> None:
        """Count a call against its account, all its keys together.

        Raises:
            RateLimited: the limit is used up.
        """
        if per_minute > 0:
            await count(self.system.limiter, caller, policy, str(account), per_minute)

    # -- commands and reads ----------------------------------------------------------------------

    async def offline(self) -> frozenset[Network]:
        """Give the networks without an online SIM, as of a moment ago.

        Raises:
            StoreDown: the leases cannot be read.
        """
        known = self.system.fleet.known()
        return known if known is not None else await self._look_at_fleet()

    async def run(
        self,
        command: Command[R],
        *,
        wait_s: float = KEYLESS_WAIT_S,
        late: Callable[[], NgomaError] = no_answer,
    ) -> R:
        """Run a command in the committer.

        Raises:
            NgomaError: its refusal or the store's state; what ``late`` makes after ``wait_s``.
        """
        return await self._bridge.run(command, wait_s=wait_s, late=late)

    async def with_phone(self, work: Callable[[], R]) -> R:
        """Do what a phone asks for: it may wait for commits.

        Raises:
            Overloaded: too many phones wait.
            NgomaError: what the work itself is refused.
        """
        return await self._phoning.run(work)

    async def run_long(self, work: Callable[[], R]) -> R:
        """Do what takes many commands and reads in a thread of its own, one at a time.

        Raises:
            Overloaded: another is under way, and one waits.
            NgomaError: what the work itself is refused.
        """
        return await self._long.run(work)

    def begin_long(self, work: Callable[[], None]) -> None:
        """Have the same done while nobody waits for it; the work itself must raise nothing.

        Raises:
            Overloaded: another is under way, and one waits.
        """
        self._long.begin(work)

    @contextmanager
    def uploading(self) -> Iterator[None]:
        """Be one of the few who hold a large body.

        Raises:
            Overloaded: there are enough.
        """
        if self._uploads >= UPLOADS_MAX:
            raise Overloaded
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    async def read(self, account: int | None, question: Callable[[], R]) -> R:
        """Ask a blocking question in a thread, in the turn of the account that asks.

        Raises:
            Overloaded: too many are being asked, and the others have had less.
            StoreDown: the database does not answer.
        """
        return await self._reading.run(question, Share(str(account)))

    async def read_own_writes(
        self, log: int, projection: str, question: Callable[[], R], *, is_slow: bool = False
    ) -> R:
        """Ask once ``projection`` has seen the account's last movement, or after a bounded wait.

        ``log`` is the account's, or that of its tests: these move nothing, so that all is waited
        for. What ``is_slow`` runs apart from all else, one question of an account at a time.

        Raises:
            Overloaded: too many are being asked, and the others have had less.
            StoreDown: the database does not answer.
        """
        system = self.system
        head, position_of = system.store.head, system.store.position_of

        def ask() -> R:
            position = head() if is_of_tests(log) else position_of(wallet_id(log))
            system.queries.reached(position, timeout_s=system.log_wait_s, projection=projection)
            return question()

        pool = self._searching if is_slow else self._reading
        return await pool.run(ask, Share(str(abs(log))))

    async def read_as_of(
        self, account: int, projection: str, question: Callable[[], R]
    ) -> tuple[R, Instant]:
        """Ask what is right up to a time, and give that time: now, unless nobody follows.

        Raises:
            Overloaded: too many are being asked.
            StoreDown: the database does not answer.
        """
        system = self.system

        def ask() -> tuple[R, Instant]:
            as_of, head = system.clock.now(), system.store.head()
            wait_s = system.log_wait_s
            if not system.queries.reached(head, timeout_s=wait_s, projection=projection):
                statuses = [s for s in system.queries.projections() if s.name == projection]
                as_of = unseen_since(system.store, statuses) or as_of
            return question(), as_of

        return await self._reading.run(ask, Share(str(account)))

    async def read_newest(
        self, account: int | None, projection: str, question: Callable[[], R]
    ) -> R:
        """Ask once ``projection`` has seen all that is in the log now, or after a bounded wait.

        Raises:
            Overloaded: too many are being asked, and the others have had less.
            StoreDown: the database does not answer.
        """
        system = self.system

        def ask() -> R:
            head = system.store.head()
            system.queries.reached(head, timeout_s=system.log_wait_s, projection=projection)
            return question()

        return await self._reading.run(ask, Share(str(account)))
