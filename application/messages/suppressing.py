"""Numbers that get no promotions: suppressed and let go by a word from them, or by staff."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.books.actors import Actor, permit, permit_on
from application.books.books import Books
from application.books.commands import Preparing
from application.books.contents import SALT_BYTES, seal_of
from application.books.digests import Digests
from application.books.reasons import WithReason
from application.ports import ContentRow
from domain.contents import ContentKind
from domain.errors import AlreadyExists, NotFound, RecipientOptedOut
from domain.roles import Duty
from domain.suppression import EVERYBODY, Suppression, suppression_id
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Suppressible:
    """A number for an account (0: for all), and the keyed digest by which that is known."""

    account: int
    msisdn: str = field(repr=False)
    digest: str

    @classmethod
    def of(cls, digests: Digests, account: int, msisdn: str) -> "Suppressible":
        """Make one."""
        return cls(account, msisdn, digests.suppression(account, msisdn))

    @property
    def id(self) -> UUID:
        """The record's."""
        return suppression_id(self.digest)


def suppress(
    books: Books,
    whom: Suppressible,
    *,
    number: int,
    salt: bytes,
    inbound: int | None = None,
    actor: str | None = None,
    reason: str | None = None,
    at: Instant,
) -> Suppression | None:
    """Suppress a number; ``number`` and ``salt`` are for a new record. None when it is already."""
    found = books.find(Suppression, whom.id)
    if found is not None and found.holds:
        return None
    row = ContentRow(
        ContentKind.SUPPRESSION, found.number if found else number, salt, msisdn=whom.msisdn
    )
    books.keep(row)
    content = seal_of(row)
    if found is None:
        found = Suppression.suppress(
            number,
            digest=whom.digest,
            account=whom.account,
            content=content,
            inbound=inbound,
            actor=actor,
            reason=reason,
            at=at,
        )
    else:
        found.renew(content=content, inbound=inbound, actor=actor, reason=reason, at=at)
    books.record(found)
    return found


def lift(
    books: Books,
    whom: Suppressible,
    *,
    inbound: int | None = None,
    actor: str | None = None,
    reason: str | None = None,
    at: Instant,
) -> bool:
    """Let promotions reach a number again; False when they do."""
    found = books.find(Suppression, whom.id)
    if found is None or not found.holds:
        return False
    found.lift(inbound=inbound, actor=actor, reason=reason, at=at)
    books.erase(ContentKind.SUPPRESSION, found.number)
    books.record(found)
    return True


def require_welcome(
    books: Books, suppressible: Sequence[Sequence[UUID]], *, skipped: Collection[int]
) -> None:
    """Refuse a promotion to recipients that want none, under the lock; all places are told.

    ``suppressible`` are, by recipient, the records that would say so.

    Raises:
        RecipientOptedOut: there are such.
    """
    places = [
        place
        for place, keys in enumerate(suppressible)
        if place not in skipped and any(_holds(books, key) for key in keys)
    ]
    if places:
        raise RecipientOptedOut(places)


def _holds(books: Books, key: UUID) -> bool:
    found = books.find(Suppression, key)
    return found is not None and found.holds


class SuppressNumber(WithReason[int]):
    """Staff suppress a number, for an account or for all; gives the record's number."""

    def __init__(self, whom: Suppressible, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._whom = whom
        self._number = 0
        self._content_salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw numbers and salts."""
        super().prepare(tools)
        self._number = tools.numbers.take("suppression")
        self._content_salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """The number's record."""
        yield self._whom.id

    def decide(self, books: Books) -> int:
        """Suppress it.

        Raises:
            NotPermitted: the actor may not.
            AlreadyExists: it is suppressed already.
        """
        _permit(books, self._actor, self._whom)
        made = suppress(
            books,
            self._whom,
            number=self._number,
            salt=self._content_salt,
            actor=self._actor.name,
            reason=self._reason_reference(),
            at=self.at,
        )
        if made is None:
            msg = "This number is suppressed already."
            raise AlreadyExists(msg)
        self._keep_reason(books)
        return made.number


class LiftSuppression(WithReason[None]):
    """Staff let promotions reach a number again."""

    def __init__(self, whom: Suppressible, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._whom = whom

    def touches(self) -> Iterable[UUID]:
        """The number's record."""
        yield self._whom.id

    def decide(self, books: Books) -> None:
        """Lift it.

        Raises:
            NotPermitted: the actor may not.
            NotFound: it is not suppressed.
        """
        _permit(books, self._actor, self._whom)
        reason = self._reason_reference()
        if not lift(books, self._whom, actor=self._actor.name, reason=reason, at=self.at):
            msg = "This number is not suppressed."
            raise NotFound(msg)
        self._keep_reason(books)


def _permit(books: Books, actor: Actor, whom: Suppressible) -> None:
    if whom.account == EVERYBODY:
        permit(books, actor, Duty.SETTLE_MESSAGES)
    else:
        permit_on(books, actor, Duty.SETTLE_MESSAGES, account=whom.account)
