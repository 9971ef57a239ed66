"""The fleet: SIMs come and go under a lease whose fence keeps two hosts off one SIM."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, body_content, seal_of
from application.books.reasons import WithReason
from application.fleet.cards import find_card, find_number
from application.fleet.leases import LEASE_S, NOT_ONLINE, RELEASED
from application.fleet.quota import NO_QUOTA, DayQuota
from application.ports import ContentRow, Lease, SimIdentity
from domain.contents import CardNote
from domain.errors import AlreadyExists, TooLate
from domain.roles import Duty
from domain.sim import Sim, sim_id
from domain.values import SECOND, Instant, Network


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A SIM under our lease."""

    sim: int
    key: UUID
    fence: int
    quarantined: bool


class OffDuty(TooLate):
    """The SIM may begin nothing now: not its message, but the SIM itself is why."""


class BringOnline(Command[OnDuty]):
    """A modem answers with this SIM in it: take the lease with the next fence, note it online."""

    def __init__(
        self,
        identity: SimIdentity,
        *,
        network: Network,
        modem: str,
        holder: str,
        lapsed: Collection[Lease] = (),
        at: Instant,
    ) -> None:
        """``lapsed`` are leases that the holder saw not renewed for too long."""
        self.at = at
        self._lapsed = lapsed
        self._identity = identity
        self._network = network
        self._modem = modem
        self._holder = holder
        self._number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw a number and salt, in case the SIM is new."""
        self._number = tools.numbers.take("sim")
        self._salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """The SIM."""
        yield sim_id(self._identity.imsi)

    def decide(self, books: Books) -> OnDuty:
        """Take the lease; a SIM that an old log has by its ICCID goes on under its IMSI.

        Raises:
            AlreadyExists: another host holds the SIM.
        """
        known = find_card(books, self._identity)
        number = known.number
        lease = books.lease(number) if number is not None else None
        is_held = lease is not None and lease.expires_at != RELEASED
        if (
            lease is not None
            and is_held
            and lease.holder != self._holder
            and lease not in self._lapsed
        ):
            msg = f"SIM {lease.sim} is leased to another host until its lease runs out."
            raise AlreadyExists(msg)
        sim = known.sim or self._register(books, number)
        known.hand_over(sim, books=books, at=self.at)
        fence = (lease.fence if lease else 0) + 1
        sim.come_online(
            network=self._network.value,
            modem=self._modem,
            imei=self._identity.imei,
            fence=fence,
            host=self._holder,
            takes_whole=self._identity.takes_whole,
            at=self.at,
        )
        books.record(sim)
        books.grant_lease(
            Lease(
                sim=sim.number,
                network=self._network.value,
                modem=self._modem,
                holder=self._holder,
                fence=fence,
                expires_at=Instant(self.at + LEASE_S * SECOND),
                answered_at=_counted(sim, self.at),
            )
        )
        return OnDuty(sim.number, sim.id, fence, sim.quarantined)

    def _register(self, books: Books, number: int | None) -> Sim:
        """Take the card into the fleet, with the number and the note that it has already."""
        row = books.content(CardNote.kind, number) if number is not None else None
        if row is None:
            row = self._content(self._number if number is None else number)
            books.keep(row)
        return Sim.register(
            row.number,
            imsi=self._identity.imsi,
            network=self._network.value,
            content=seal_of(row),
            at=self.at,
        )

    def _content(self, number: int) -> ContentRow:
        note = CardNote(self._identity.iccid, self._identity.imsi)
        row = body_content(note, number, salt=self._salt)
        return replace(row, msisdn=self._identity.msisdn)


class RenewLease(Command[OnDuty]):
    """The SIM's carrier is alive; ``answered_at`` is when the SIM last answered."""

    def __init__(self, duty: OnDuty, *, answered_at: Instant, at: Instant) -> None:
        self.at = at
        self._duty = duty
        self._answered_at = answered_at

    def touches(self) -> Iterable[UUID]:
        """The SIM, whose quarantine the carrier wants to know."""
        yield self._duty.key

    def decide(self, books: Books) -> OnDuty:
        """Hold on to the lease.

        Raises:
            TooLate: the lease went to another.
        """
        lease = books.lease(self._duty.sim)
        if lease is None or lease.fence != self._duty.fence:
            msg = f"SIM {self._duty.sim} has gone to another holder"
            raise TooLate(msg)
        sim = books.get(Sim, self._duty.key)
        books.grant_lease(
            replace(
                lease,
                expires_at=Instant(self.at + LEASE_S * SECOND),
                answered_at=_counted(sim, self._answered_at),
            )
        )
        return replace(self._duty, quarantined=sim.quarantined)


def _counted(sim: Sim, answered_at: Instant) -> Instant:
    """Give the time of its last answer by which a SIM counts as online; in quarantine it never."""
    return NOT_ONLINE if sim.quarantined else answered_at


class StayOnDuty(Command[None]):
    """May the SIM begin the next segment of its message? Read under the log's lock."""

    def __init__(self, duty: OnDuty, *, at: Instant) -> None:
        self.at = at
        self._duty = duty

    def touches(self) -> Iterable[UUID]:
        """The SIM."""
        yield self._duty.key

    def decide(self, books: Books) -> None:
        """Let it; nothing is stored.

        Raises:
            OffDuty: it may not.
        """
        require_duty(books, self._duty, self.at)


class TakeOffline(Command[None]):
    """The SIM's thread lets go: the modem is gone, or the process ends."""

    def __init__(self, duty: OnDuty, *, reason: str, at: Instant) -> None:
        self.at = at
        self._duty = duty
        self._reason = reason

    def touches(self) -> Iterable[UUID]:
        """The SIM."""
        yield self._duty.key

    def decide(self, books: Books) -> None:
        """Note it offline and end the lease, unless another holds it already."""
        lease = books.lease(self._duty.sim)
        if lease is None or lease.fence != self._duty.fence:
            return
        sim = books.get(Sim, self._duty.key)
        sim.go_offline(reason=self._reason, at=self.at)
        books.record(sim)
        books.grant_lease(replace(lease, expires_at=RELEASED))


class SetQuarantine(WithReason[None]):
    """Keep a SIM, by its number, from sending, or let it send again."""

    def __init__(
        self, sim: int, *, quarantined: bool, actor: Actor, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._sim = sim
        self._quarantined = quarantined

    def touches(self) -> Iterable[UUID]:
        """The SIM, which is found under the lock."""
        return ()

    def decide(self, books: Books) -> None:
        """Quarantine or release it; again changes nothing.

        Once this is committed, no segment of a SIM in quarantine begins.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such SIM.
        """
        permit(books, self._actor, Duty.SETTLE_MESSAGES)
        sim = find_number(books, self._sim)
        if sim.quarantined == self._quarantined:
            return
        reason = self._keep_reason(books)
        change = sim.quarantine if self._quarantined else sim.release
        change(actor=self._actor.name, reason=reason, at=self.at)
        books.record(sim)


def require_duty(books: Books, duty: OnDuty, at: Instant, quota: DayQuota = NO_QUOTA) -> None:
    """Refuse a carrier whose SIM may begin nothing: the brakes, read where it is decided.

    The fence makes the quota's count whole: nobody else began anything since it was taken.

    Raises:
        OffDuty: its lease is over, it is in quarantine, or its quota for the day is used up.
    """
    require_fence(books, duty.sim, duty.fence)
    if books.get(Sim, duty.key).quarantined:
        msg = f"SIM {duty.sim} is in quarantine"
        raise OffDuty(msg)
    if quota.is_used_up(at):
        msg = f"the quota of SIM {duty.sim} for the day is used up"
        raise OffDuty(msg)


def require_fence(books: Books, sim: int, fence: int) -> None:
    """Refuse a carrier whose lease was given back, called lapsed, or went to another.

    Time says only when another may raise the fence, by a clock that nobody sets; until then
    the SIM is its holder's.

    Raises:
        OffDuty: the lease is not live under this fence.
    """
    lease = books.lease(sim)
    if lease is None or lease.fence != fence or lease.expires_at == RELEASED:
        msg = f"the lease of SIM {sim} under fence {fence} is over"
        raise OffDuty(msg)
