"""A SIM's airtime: when its network is asked for it, and what the log keeps of the answer.

It is asked on a schedule, and on suspicion: a SIM without airtime says so by errors that say
nothing, or by silence. Who holds the SIM asks, between two messages; see `docs/decisions/`, 44.
"""

import logging
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, reference
from application.fleet.condition import Condition
from application.fleet.duty import OnDuty
from application.fleet.means import Means
from application.fleet.pacing import BackOff
from application.ports import ContentRow, ModemSettings, UssdReply
from application.ports.queries import AirtimeRow
from domain.airtime import airtime_in
from domain.contents import ContentKind
from domain.money import Ngwee, format_kwacha
from domain.sim import Sim
from domain.values import SECOND, Instant, Network

LATE: Final = 2
"""A question that is put off for so many times its interval is worth a look."""
WORDS_MAX: Final = 500
"""Characters of an answer that are kept; 23.038 has at most 182 in one."""
_HOUR_S: Final = 3_600.0
LOW_AGAIN_S: Final = _HOUR_S
"""After a low balance, so that an alarm falls soon after airtime was loaded."""
UNTOLD_AGAIN_S: Final = (900.0, _HOUR_S, 4 * _HOUR_S)
"""After a question without an answer."""
PUT_OFF_AGAIN_S: Final = 10.0
"""After a question that made room for a message, or that the modem could not put yet."""
SUSPECTED_AGAIN_S: Final = 900.0
"""At least between a question and one that a suspicion asks for."""

logger = logging.getLogger("ngoma.sims")


class NoteAirtime(Command[None]):
    """A network was asked for a SIM's balance: keep its words, or why there are none."""

    def __init__(self, duty: OnDuty, reply: UssdReply, *, network: Network, at: Instant) -> None:
        self.at = at
        self._duty = duty
        self._reply = reply
        self._network = network
        self._row: ContentRow | None = None

    def prepare(self, tools: Preparing) -> None:
        """Draw number and salt of the words."""
        if self._reply.text is not None:
            self._row = ContentRow(
                ContentKind.NETWORK_WORDS,
                tools.numbers.take("network_words"),
                tools.randomness.token(SALT_BYTES),
                body=self._reply.text[:WORDS_MAX],
            )

    def touches(self) -> Iterable[UUID]:
        """The SIM."""
        yield self._duty.key

    def decide(self, books: Books) -> None:
        """Keep it."""
        sim = books.get(Sim, self._duty.key)
        if self._row is None or self._reply.text is None:
            sim.note_airtime_untold(why_not=self._reply.why_not or "no answer", at=self.at)
        else:
            books.keep(self._row)
            ngwee = airtime_in(self._reply.text, self._network)
            sim.note_airtime(ngwee=ngwee, words=reference(self._row), at=self.at)
        books.record(sim)


def airtime_trouble(known: AirtimeRow | None, modem: ModemSettings, *, now: Instant) -> str | None:
    """Say what is wrong with a SIM's airtime, or with what is known of it; None: nothing."""
    if modem.airtime_code is None or known is None:
        return None
    unread = f"the balance of the SIM in {modem.name} cannot be read"
    if known.why_not is not None:
        return f"{unread}: {known.why_not}"
    if known.ngwee is None:
        return f"{unread}: the answer tells none that we know; `ngoma modem show` has its words"
    if known.ngwee < modem.airtime_low_ngwee:
        left, low = (format_kwacha(Ngwee(n)) for n in (known.ngwee, modem.airtime_low_ngwee))
        return f"the SIM in {modem.name} has {left} of airtime left, less than {low}: load airtime"
    old_h = (now - known.asked_at) / SECOND / _HOUR_S
    if modem.airtime_every_h and old_h > LATE * modem.airtime_every_h:
        return f"{unread}: for {old_h:.0f} h there was no moment to ask"
    return None


class Airtime:
    """The airtime of the SIM in one modem: when to ask for it, and what is wrong with it."""

    def __init__(self, modem: ModemSettings, *, means: Means, condition: Condition) -> None:
        self._modem = modem
        self._means = means
        self._clock = means.clock
        self._condition = condition
        self._untold = BackOff(UNTOLD_AGAIN_S)
        self._sim: int | None = None
        self._due_at_s = float("inf")
        self._asked_at_s = float("-inf")
        self._suspicions = condition.suspicions
        self.known: AirtimeRow | None = None
        """What the network said last; None while it was never asked, or nobody knows."""

    @property
    def code(self) -> str | None:
        """What the network is asked; None when it is not to be asked."""
        return self._modem.airtime_code

    def is_due(self, duty: OnDuty) -> bool:
        """Whether the network of the SIM that is held is to be asked now.

        Raises:
            StoreDown: the read models cannot be read.
        """
        if self.code is None or duty.quarantined:
            return False
        if self._sim != duty.sim:
            self._learn(duty.sim)
        if self._condition.suspicions != self._suspicions:
            self._suspicions = self._condition.suspicions
            soon_s = max(self._clock.monotonic_s(), self._asked_at_s + SUSPECTED_AGAIN_S)
            self._due_at_s = min(self._due_at_s, soon_s)
        return self._clock.monotonic_s() >= self._due_at_s

    def hear(self, reply: UssdReply, duty: OnDuty) -> None:
        """Take in what the network said, and bring it into the log."""
        now_s = self._clock.monotonic_s()
        if reply.is_put_off:
            self._due_at_s = now_s + PUT_OFF_AGAIN_S
            return
        self._asked_at_s = now_s
        self.known = self._read(reply)
        self._due_at_s = now_s + self._pause_s(self.known)
        note = NoteAirtime(duty, reply, network=self._modem.network, at=self._clock.now())
        outcome = self._means.ask(note).outcome(self._means.waits.store_s)
        if outcome is None or outcome.error is not None:
            logger.warning("modem %s: its balance could not be kept", self._modem.name)

    @property
    def trouble(self) -> str | None:
        """Say what is wrong with the balance; None when nothing is known to be."""
        return airtime_trouble(self.known, self._modem, now=self._clock.now())

    def _learn(self, sim: int) -> None:
        """Take over what the log has of a SIM: a restart is no reason to ask again."""
        known = self._means.queries.airtime(sim)
        self._sim, self.known = sim, known
        self._due_at_s = self._clock.monotonic_s()
        self._asked_at_s = float("-inf")
        if known is not None:
            ago_s = (self._clock.now() - known.asked_at) / SECOND
            self._asked_at_s = self._due_at_s - ago_s
            self._due_at_s += max(0.0, self._pause_s(known) - ago_s)

    def _read(self, reply: UssdReply) -> AirtimeRow:
        now = self._clock.now()
        if reply.text is None:
            return AirtimeRow(asked_at=now, why_not=reply.why_not or "no answer")
        ngwee = airtime_in(reply.text, self._modem.network)
        return AirtimeRow(asked_at=now, told_at=now, ngwee=ngwee, words=reply.text[:WORDS_MAX])

    def _pause_s(self, known: AirtimeRow) -> float:
        every_s = self._modem.airtime_every_h * _HOUR_S or float("inf")
        if known.why_not is not None:
            return min(every_s, self._untold.next_s())
        self._untold.reset()
        is_low = known.ngwee is not None and known.ngwee < self._modem.airtime_low_ngwee
        return min(every_s, LOW_AGAIN_S) if is_low else every_s
