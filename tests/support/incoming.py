"""Messages that came in, without a modem: as a SIM's thread and the relay store them."""

import hashlib
from uuid import UUID

from application.messages.inbox import Gathered, GatherInbound
from application.messages.incoming import KeepIncoming
from application.system import System
from domain.inbound import inbound_id
from domain.opt_out_words import word_in
from domain.reports import InboundReceived
from tests.support.delivers import delivers


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
