"""Messages for commands to look at: sent by a SIM that answers as a test tells it to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from application.fleet.duty import BringOnline, OnDuty
from application.messages.accept import SendMessages
from application.messages.attempts import RecordOutcome, StartAttempt
from application.messages.sending import Recipient, Sending
from application.ports import SimIdentity
from application.system import System
from domain.msisdn import normalise
from domain.reports import SubmitOutcome
from domain.segments import Text
from domain.values import Network
from tests.support.system import create_account, principal, running_system

RECIPIENT: Final = "+260961234567"
TEXT: Final = "Your table is ready."
REQUEST_ID: Final = "8c1f2ab4d0e7-42"
ICCID: Final = "8926001000000000017"


class Sender:
    """An account with a key, and one MTN SIM."""

    def __init__(self, system: System, *, credits: int = 100) -> None:
        self.system = system
        self.account, self.key = create_account(system, name="Shop", credits=credits)
        self._duty: OnDuty | None = None

    def send(self, *recipients: str) -> int:
        """Submit a message (several: a bulk); give the first number."""
        numbering = self.system.terms.numbering
        found = [normalise(number) for number in recipients or (RECIPIENT,)]
        accepted = self.system.committer.execute(
            SendMessages(
                Sending(
                    principal=principal(self.account, self.key, "Shop"),
                    text=Text.measured(TEXT),
                    recipients=[
                        Recipient(index, msisdn, msisdn, numbering.route(msisdn))
                        for index, msisdn in enumerate(found)
                    ],
                    is_bulk=len(found) > 1,
                    asked_sender=None,
                    require_approved_sender=False,
                    idempotency_key=None,
                    digest=None,
                    offline=frozenset(),
                    at=self.system.clock.now(),
                    request_id=REQUEST_ID,
                )
            )
        )
        return accepted.first_number

    def attempt(self, number: int, outcome: SubmitOutcome) -> None:
        """Let the SIM take a message, with this outcome."""
        duty = self.sim()
        run, clock = self.system.committer.execute, self.system.clock
        run(StartAttempt(number, duty=duty, concat_ref=None, at=clock.now()))
        run(
            RecordOutcome(
                number,
                sim=duty.sim,
                fence=duty.fence,
                index=0,
                outcome=outcome,
                at=clock.now(),
            )
        )

    def sim(self) -> OnDuty:
        """Bring the SIM online, once."""
        if self._duty is None:
            identity = SimIdentity(
                ICCID, "645020000000001", "861195005340127", "E173", "11.126", "+260960000001"
            )
            self._duty = self.system.committer.execute(
                BringOnline(
                    identity,
                    network=Network.MTN,
                    modem="mtn-1",
                    holder="here",
                    at=self.system.clock.now(),
                )
            )
        return self._duty


@contextmanager
def sending(folder: Path, *, credits: int = 100) -> Iterator[Sender]:
    """Run a gateway in ``folder`` with an account that can send."""
    with running_system(folder) as system:
        yield Sender(system, credits=credits)
