"""Messages that came in, without a modem: as a SIM's thread and the relay store them."""

import hashlib
from typing import Final
from uuid import UUID

from application.messages.inbox import Gathered, GatherInbound, InboxWork
from application.messages.incoming import KeepIncoming
from application.system import System
from domain.inbound import inbound_id
from domain.opt_out_words import word_in
from domain.reports import InboundReceived
from tests.support.delivers import TAKEN, delivers
from worker.timed_work import answering_in

CAUGHT_UP_S: Final = 30.0


def receive(system: System, sender: str, text: str, *, account: int | None, sim: int = 1) -> None:
    """Have a message come in for an account (None: for nobody's)."""
    records: list[UUID] = []
    for pdu in delivers(sender, text):
        incoming = InboundReceived(pdu)
        system.committer.execute(KeepIncoming([incoming], sim=sim, at=system.clock.now()))
        records.append(inbound_id(sim, hashlib.sha256(pdu).hexdigest()))
    gathered = Gathered(missing=0, account=account, word=word_in(text), whom=None)
    first, *others = records
    system.committer.execute(GatherInbound(first, others, gathered, at=system.clock.now()))


def hear(system: System, sender: str, text: str, *, sim: int, taken: str = TAKEN) -> int:
    """Have a message come in, and do what the relay makes of it; how many were put together."""
    came = [InboundReceived(pdu) for pdu in delivers(sender, text, taken=taken)]
    system.committer.execute(KeepIncoming(came, sim=sim, at=system.clock.now()))
    assert system.follower.catch_up(timeout_s=CAUGHT_UP_S)
    answering = answering_in(system)
    inbox = InboxWork(system.queries, system.reader, system.digests, system.clock, answering)
    (work,) = inbox.work()
    waiting = list(work.due(system.clock.now(), 100))
    return sum(work.handle(one, system.committer.execute) for one in waiting)
