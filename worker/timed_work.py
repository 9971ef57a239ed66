"""The list of all work that time asks for; a capability with a new kind adds a line here."""

from collections.abc import Sequence

from application.books.due import DueWork
from application.fleet.liveness import LeaseWatch
from application.messages.answering import Answering
from application.messages.inbox import InboxWork
from application.messages.reporting import ReportMatching
from application.messages.timing import message_work
from application.money.taking import Aside, Speakers, Turns, money_work
from application.money.tokens import CallbackTokens
from application.retention.doubted import stretches_in
from application.system import System
from worker.aside import Threads


def due_work(
    system: System, *, aside: Aside | None = None, speakers: Speakers | None = None
) -> Sequence[DueWork]:
    """Give the kinds of work of every capability.

    ``aside`` runs what takes minutes, ``speakers`` the other calls to providers: without them
    each job makes its own.
    """
    return [
        *message_work(
            queries=system.queries,
            leases=LeaseWatch(system.store, system.clock),
            clock=system.clock,
            stretches=stretches_in(system.reader),
        ),
        *ReportMatching(system.queries, system.clock).work(),
        *InboxWork(
            system.queries,
            system.reader,
            system.digests,
            system.clock,
            answering_in(system),
            reply_days=system.terms.inbound_reply_days,
        ).work(),
        *money_work(
            store=system.store,
            turns=Turns(
                mobile_money=system.mobile_money,
                callback_url=CallbackTokens(system.digests.callback_key).url_of_payment,
                clock=system.clock,
                aside=aside or Threads(),
                speakers=speakers,
            ),
        ),
    ]


def answering_in(system: System) -> Answering:
    """Give what answers messages that come in."""
    return Answering(
        source=system.store,
        reader=system.reader,
        digests=system.digests,
        numbering=system.terms.numbering,
        default_sender=system.keyring.default_sender,
        offline=system.fleet.offline,
    )
