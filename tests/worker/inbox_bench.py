"""A SIM to which networks bring messages, and what the relay makes of them."""

from collections.abc import Sequence
from typing import Final

from application.books.due import DueWork
from application.messages.inbox import InboxWork
from application.ports.queries import InboundRow
from domain.message import State
from domain.reports import InboundReceived
from domain.written import NUMBER_MAX
from tests.worker.gateway import LIMIT_S, Gateway
from worker.sims import SimRunner
from worker.timed_work import answering_in

WRITER: Final = "+260960000001"
MODELS: Final = ("reports", "inbox", "suppressions")


class Bench:
    """A SIM to which networks bring messages."""

    def __init__(self, gw: Gateway) -> None:
        self.gw = gw
        self.driver = gw.driver("a")
        self.sim: SimRunner = gw.sim(self.driver, msisdn="+260966000009")
        gw.online(self.sim)
        self._brought = 0

    def bring(self, *pdus: bytes) -> None:
        for pdu in pdus:
            self.driver.receive(InboundReceived(pdu))
        self._brought += len(pdus)
        self.gw.until(lambda: self.sim.counts["InboundReceived"] == self._brought, self.sim)
        self.gw.until(lambda: not self.sim.carrier.carrying.owes, self.sim)

    def gather(self) -> int:
        """Do what is due once the read models are up to date; how many messages were new."""
        gw = self.gw
        self.catch_up()
        (work,) = self.work()
        done = sum(work.handle(ids, gw.execute) for ids in list(work.due(gw.clock.now(), 100)))
        self.catch_up()
        assert list(work.due(gw.clock.now(), 100)) == []
        return done

    def work(self) -> Sequence[DueWork]:
        """Give what the relay of one process does."""
        system, clock = self.gw.system, self.gw.clock
        answering = answering_in(system)
        return InboxWork(system.queries, system.reader, system.digests, clock, answering).work()

    def catch_up(self) -> None:
        head = self.gw.system.store.head()
        for model in MODELS:
            assert self.gw.system.queries.reached(head, timeout_s=LIMIT_S, projection=model)

    def inbox(self, account: int | None = None, *, unowned: bool = False) -> Sequence[InboundRow]:
        queries = self.gw.system.queries
        return queries.inbox(account, unowned=unowned, before=NUMBER_MAX, limit=100)

    def texts(self) -> list[str | None]:
        return [row.text for row in reversed(self.inbox())]

    def send(self, name: str) -> int:
        """Have an account write to ``WRITER``; give its number."""
        sender = self.gw.account(name)
        (number,) = self.gw.send(sender, "hello")
        self.gw.until(lambda: self.gw.message(number).state is State.SENT, self.sim)
        return sender.account

    def suppressed(self, account: int) -> list[str | None]:
        rows = self.gw.system.queries.suppressions(account, before=NUMBER_MAX, limit=100)
        return [row.msisdn for row in rows]
