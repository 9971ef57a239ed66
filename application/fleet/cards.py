"""Which SIM of the fleet a card is: by its IMSI, also where an old log has it by its ICCID."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from application.books.books import Books
from application.books.contents import read_details
from application.ports import SimIdentity
from domain.contents import CardNote
from domain.errors import NotFound
from domain.sim import Sim, sim_id
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Known:
    """What the books have of a card: the SIM under its IMSI, and those under its ICCIDs."""

    sim: Sim | None
    earlier: list[Sim]

    @property
    def number(self) -> int | None:
        """The number that the card has; None for a card that was never seen."""
        sims = [self.sim] if self.sim else self.earlier
        return sims[0].number if sims else None

    def hand_over(self, sim: Sim, *, books: Books, at: Instant) -> None:
        """Let ``sim`` go on for those under the card's ICCIDs."""
        for old in self.earlier:
            old.give_way(sim, at=at)
            books.record(old)


def find_card(books: Books, identity: SimIdentity) -> Known:
    """Find the SIM that a card is.

    Whether the modem tells the ICCID today does not matter: the notes say which one the card with
    this IMSI had.
    """
    key = sim_id(identity.imsi)
    old_keys = dict.fromkeys(sim_id(iccid) for iccid in _iccids(books, identity))
    earlier = [books.find(Sim, old) for old in old_keys if old != key]
    return Known(books.find(Sim, key), [old for old in earlier if old and not old.successor])


def find_number(books: Books, number: int) -> Sim:
    """Find the SIM that goes on under a number, by the notes of its card: no read model is asked.

    Raises:
        NotFound: no such SIM.
    """
    note = _note(books, number)
    for identity in filter(None, (note.imsi, note.iccid)):
        sim = books.find(Sim, sim_id(identity))
        if sim is not None:
            return sim if sim.successor is None else books.get(Sim, UUID(sim.successor))
    msg = "No such SIM."
    raise NotFound(msg)


def _iccids(books: Books, identity: SimIdentity) -> Iterator[str]:
    """Give the ICCID that the modem tells, and those that were noted beside the IMSI."""
    if identity.iccid is not None:
        yield identity.iccid
    numbers = books.leased_sims()
    books.look_up_contents(CardNote.kind, numbers)
    for note in (_note(books, number) for number in numbers):
        if note.imsi == identity.imsi and note.iccid:
            yield note.iccid


def _note(books: Books, number: int) -> CardNote:
    return read_details(CardNote, number, source=books)
