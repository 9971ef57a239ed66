"""Phones of the fleet: let in by a code that is used once, mapped to networks, and revoked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.digests import Digests
from application.books.reader import Reader
from application.books.reasons import WithReason
from application.fleet.leases import RELEASED
from application.ports import Randomness, SecretKind, SecretRow
from domain.errors import InvalidKey, InvalidRequest, NotFound
from domain.phone import Phone, Slots, phone_id, read_slots, slot_identity, written_slots
from domain.roles import Duty
from domain.sim import Sim, sim_id
from domain.values import SECOND, Instant

CODE_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""What the app's own servers draw codes from: nothing that looks like another character."""
CODE_CHARACTERS: Final = 10
CODE_S: Final = 3_600
"""How long a code lets a phone in."""
TOKEN_BYTES: Final = 32
DEVICE_BYTES: Final = 8
BY_SETTINGS: Final = "settings"
"""Who maps a phone that the settings name."""
NOBODY: Final = 0
"""The account of a code, which is not a phone's yet."""


def draw_code(randomness: Randomness) -> str:
    """Draw a code that a person types."""
    drawn = int.from_bytes(randomness.token(2 * CODE_CHARACTERS))
    code = ""
    for _ in range(CODE_CHARACTERS):
        drawn, place = divmod(drawn, len(CODE_ALPHABET))
        code += CODE_ALPHABET[place]
    return code


def find_phone(reader: Reader, digests: Digests, token: str) -> Phone | None:
    """Find the phone that a token is of; None when there is none, or it was revoked."""
    row = reader.secret(SecretKind.PHONE, digests.phone_token(token))
    phone = None if row is None else reader.find(Phone, phone_id(row.value))
    return None if phone is None or phone.revoked else phone


class OfferEnrolment(Command[None]):
    """An operator drew a code for a phone, and says which networks its SIMs are of."""

    def __init__(
        self, code: str, *, slots: Slots, digests: Digests, actor: Actor, at: Instant
    ) -> None:
        self.at = at
        self._digest = digests.phone_code(code)
        self._slots = written_slots(slots)
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """Nothing: what is kept stands beside the log."""
        return ()

    def decide(self, books: Books) -> None:
        """Keep the code's digest for as long as it lets in.

        Raises:
            NotPermitted: the actor may not.
            InvalidRequest: no slot is named.
        """
        permit(books, self._actor, Duty.SETTLE_MESSAGES)
        if not self._slots:
            msg = "Say the network of one SIM at least."
            raise InvalidRequest(msg, field="slot_1")
        ends_at = Instant(self.at + CODE_S * SECOND)
        slots = " ".join(self._slots)
        books.keep_secret(
            SecretRow(SecretKind.PHONE_CODE, self._digest, NOBODY, slots, self.at, ends_at)
        )


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a phone is told once."""

    device: str
    token: str
    name: str


class EnrolPhone(Command[Enrolment]):
    """A phone came with a code: it is let in, and the code lets in nobody else."""

    def __init__(self, code: str, *, digests: Digests, at: Instant) -> None:
        self.at = at
        self._digests = digests
        self._digest = digests.phone_code(code)
        self._number = 0
        self._device = self._token = ""

    def prepare(self, tools: Preparing) -> None:
        """Draw what it is called and let in by."""
        self._number = tools.numbers.take("phone")
        self._device = f"phone-{tools.randomness.token(DEVICE_BYTES // 2).hex()}"
        self._token = tools.randomness.token(TOKEN_BYTES).hex()

    def touches(self) -> Iterable[UUID]:
        """Nothing that there is."""
        return ()

    def decide(self, books: Books) -> Enrolment:
        """Let it in.

        Raises:
            InvalidKey: the code was used, has ended, or never was one.
        """
        row = books.secret(SecretKind.PHONE_CODE, self._digest)
        if row is None or row.ends_at is None or row.ends_at <= self.at:
            msg = "This code was used already, has ended, or is none."
            raise InvalidKey(msg)
        books.forget_secrets(SecretKind.PHONE_CODE, NOBODY, self._digest)
        slots = read_slots(row.value.split())
        phone = Phone.enrol(self._number, device=self._device, slots=slots, at=self.at)
        books.record(phone)
        key = self._digests.phone_token(self._token)
        books.keep_secret(SecretRow(SecretKind.PHONE, key, self._number, self._device, self.at))
        return Enrolment(self._device, self._token, phone.name)


class KeepLocalPhone(Command[Phone]):
    """The settings name a phone that the gateway calls: it is enrolled, with their slots."""

    def __init__(self, device: str, slots: Slots, *, at: Instant) -> None:
        self.at = at
        self._device = device
        self._slots = slots
        self._number = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw a number, in case it is new."""
        self._number = tools.numbers.take("phone")

    def touches(self) -> Iterable[UUID]:
        """The phone; its SIMs are found under the lock."""
        yield phone_id(self._device)

    def decide(self, books: Books) -> Phone:
        """Enrol or map it; one that was revoked stays so."""
        phone = books.find(Phone, phone_id(self._device))
        if phone is None:
            phone = Phone.enrol(self._number, device=self._device, slots=self._slots, at=self.at)
        elif not phone.revoked:
            _map(books, phone, self._slots, actor=BY_SETTINGS, at=self.at)
        books.record(phone)
        return phone


class MapPhone(Command[None]):
    """An operator says anew which networks a phone's SIMs are of."""

    def __init__(self, device: str, slots: Slots, *, actor: Actor, at: Instant) -> None:
        self.at = at
        self._device = device
        self._slots = slots
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The phone; its SIMs are found under the lock."""
        yield phone_id(self._device)

    def decide(self, books: Books) -> None:
        """Map it; a SIM whose network changed is let go of, and comes online anew.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such phone.
        """
        permit(books, self._actor, Duty.SETTLE_MESSAGES)
        phone = _require(books, self._device)
        _map(books, phone, self._slots, actor=self._actor.name, at=self.at)
        books.record(phone)


class RevokePhone(WithReason[None]):
    """An operator lets a phone in no more: it was lost, stolen, or is broken."""

    def __init__(self, device: str, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._device = device

    def touches(self) -> Iterable[UUID]:
        """The phone; its SIMs are found under the lock."""
        yield phone_id(self._device)

    def decide(self, books: Books) -> None:
        """Revoke it, and end its leases: nothing is offered to it any more.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such phone.
        """
        permit(books, self._actor, Duty.SETTLE_MESSAGES)
        phone = _require(books, self._device)
        phone.revoke(actor=self._actor.name, reason=self._reason_reference(), at=self.at)
        self._keep_reason(books)
        books.record(phone)
        books.forget_secrets(SecretKind.PHONE, phone.number)
        slots = list(read_slots(phone.slots))
        _let_go(books, self._device, slots, reason="its phone was revoked", at=self.at)


def _require(books: Books, device: str) -> Phone:
    phone = books.find(Phone, phone_id(device))
    if phone is None or phone.revoked:
        msg = "No such phone."
        raise NotFound(msg)
    return phone


def _map(books: Books, phone: Phone, slots: Slots, *, actor: str, at: Instant) -> None:
    before = read_slots(phone.slots)
    phone.map_slots(slots, actor=actor, at=at)
    changed = [s for s in before if before[s] != slots.get(s)]
    _let_go(books, phone.device, changed, reason="its slot was mapped anew", at=at)


def _let_go(books: Books, device: str, slots: Sequence[int], *, reason: str, at: Instant) -> None:
    """Note the SIMs of some slots offline, and raise their fences."""
    for slot in slots:
        sim = books.find(Sim, sim_id(slot_identity(device, slot)))
        lease = None if sim is None else books.lease(sim.number)
        if sim is None or lease is None:
            continue
        sim.go_offline(reason=reason, at=at)
        books.record(sim)
        books.grant_lease(replace(lease, fence=lease.fence + 1, expires_at=RELEASED))
