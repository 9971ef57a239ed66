"""A phone with the stock SMSGate app that calls the gateway: pulls, sends, reports."""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from adapters.modems.simulated.handset import INTERVAL_S, Handset
from adapters.modems.simulated.network_log import NetworkLog
from adapters.modems.simulated.phone_faults import PhoneFault
from adapters.modems.simulated.phone_memory import Kept
from application.ports import Clock
from domain.phone_report import PhoneState

POLL_S: Final = 900.0
"""How often the app pulls when no setting says otherwise (``PullMessagesWorker``)."""
RETRIES_MAX: Final = 10
RETRY_S: Final = 10.0
"""Of a report (``SendStateWorker``, WorkManager's shortest back-off), doubled each time."""
LATE_S: Final = 60.0
FOREIGN: Final = "zq8Kx0vWw1"

Reply = tuple[int, Any]


class Wire(Protocol):
    """How the phone reaches the gateway."""

    def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str]
    ) -> Reply:
        """Give status and JSON; ``path`` is below the URL that was typed.

        Raises:
            OSError: there was no answer.
        """


class EmulatedPhone(Handset):
    """One phone. ``step`` does what is due and says when the next thing is."""

    def __init__(
        self,
        wire: Wire,
        *,
        clock: Clock,
        log: NetworkLog,
        faults: Sequence[str] = (),
        seed: int = 0,
        slots: int = 2,
        poll_s: float | None = None,
        delivered_after_s: float = 2.0,
    ) -> None:
        super().__init__(
            clock=clock,
            log=log,
            faults=faults,
            seed=seed,
            slots=slots,
            delivered_after_s=delivered_after_s,
        )
        self.token = ""
        self._wire = wire
        self._poll_s = poll_s
        self._pull_at_s = 0.0
        self._is_pushed = threading.Event()

    def call_by(self, wire: Wire) -> None:
        """Reach the gateway in another way from now on, as after it was started anew."""
        self._wire = wire

    # -- coming ----------------------------------------------------------------------------------

    def enrol(self, code: str) -> None:
        """Register by a code, as the tab By Code does.

        Raises:
            OSError: there was no answer, or a refusal.
        """
        sims = [
            {"slotIndex": n, "simNumber": n + 1, "phoneNumber": None, "carrierName": "****"}
            for n in range(self._slots)
        ]
        body = {"name": "Emulated/phone", "pushToken": None, "simCards": sims}
        status, told = self._wire.call(
            "POST", "/device", body, headers={"Authorization": f"Code {code}"}
        )
        if status != 201:
            msg = f"the gateway refused: {told.get('message') if told else status}"
            raise OSError(msg)
        self.device, self.token = told["id"], told["token"]
        self.start()

    def start(self) -> None:
        """Start the app: it says so, and asks what it is to do."""
        self._ask("PATCH", "/device", {"id": self.device, "pushToken": None, "simCards": None})
        settings = self._ask("GET", "/settings") or {}
        messages = settings.get("messages", {})
        self._is_fifo = messages.get("processing_order") == "FIFO"
        if self._poll_s is None:
            self._poll_s = float(settings.get("ping", {}).get("interval_seconds") or POLL_S)
        self._ask("GET", "/webhooks")

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        """Call with the token; None when there was no answer, or a refusal."""
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            status, told = self._wire.call(method, path, body, headers=headers)
        except OSError:
            return None
        return told if 200 <= status < 300 else None

    # -- its day ---------------------------------------------------------------------------------

    def step(self) -> float:
        """Do what is due; give the moment, by the monotonic clock, of the next thing."""
        now_s = self._clock.monotonic_s()
        if self.is_silent:
            return max(now_s + 1.0, self._silent_until_s)
        self._do_due()
        if now_s >= self._pull_at_s or self._is_pushed.is_set():
            self._is_pushed.clear()  # first: an event that comes during the pull counts
            self._pull_at_s = now_s + (self._poll_s or POLL_S)
            self._pull()
        if self.sends and now_s >= self._send_at_s:
            self._send_next()
        soonest_s = min((each[0] for each in self._due), default=self._pull_at_s)
        return max(now_s, min(soonest_s, self._pull_at_s, now_s + INTERVAL_S))

    def push(self) -> None:
        """Have it pull at its next step, as an event does; any thread."""
        self._is_pushed.set()

    @property
    def is_pushed(self) -> bool:
        """Whether it is to pull at its next step, by an event."""
        return self._is_pushed.is_set()

    # -- pulling (GatewayService.getNewMessages, processMessage) -----------------------------------

    def _pull(self) -> None:
        items = self._ask("GET", f"/message?order={'fifo' if self._is_fifo else 'lifo'}")
        if not self.faults.strikes(PhoneFault.LOST_PULL):
            for item in items or []:
                self._take(item)
        self._suffer()

    def _take(self, item: Mapping[str, Any]) -> None:
        known = self.messages.get(item["id"])
        if item.get("state") == PhoneState.CANCELLING:
            if known is not None and known.state is PhoneState.PENDING:
                self._change(known, PhoneState.CANCELLED)
        elif known is not None:
            self._report(known)
        else:
            self._keep(Kept.of(item, at=self._now))

    # -- reporting (SendStateWorker) ---------------------------------------------------------------

    def _report(self, message: Kept) -> None:
        """Have all that is known of a message said, as it stands when it is said."""
        if self.faults.strikes(PhoneFault.LATE):
            stale = json.loads(json.dumps(message.snapshot()))
            self._later(LATE_S, lambda: self._say(message.id, stale))
            return
        for _ in range(1 + self.faults.strikes(PhoneFault.TWICE)):
            self._later(0.0, lambda: self._say(message.id))

    def _say(self, message_id: str, stale: Mapping[str, Any] | None = None, tries: int = 0) -> None:
        known = self.messages.get(message_id)
        snapshot = stale or (known.snapshot() if known is not None else None)
        if snapshot is None or self.faults.strikes(PhoneFault.LOST_REPORT):
            return
        said = [snapshot]
        if self.faults.strikes(PhoneFault.FOREIGN):
            said = [{**snapshot, "id": FOREIGN}, snapshot]
        told = self._tell(said)
        was_heard = told and not self.faults.strikes(PhoneFault.LOST_ANSWER)
        if not was_heard and tries < RETRIES_MAX:
            again_s = RETRY_S * 2**tries
            self._later(again_s, lambda: self._say(message_id, stale, tries + 1))

    def _tell(self, snapshots: Sequence[Mapping[str, Any]]) -> bool:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            status, _ = self._wire.call("PATCH", "/message", list(snapshots), headers=headers)
        except OSError:
            return False
        return 200 <= status < 300
