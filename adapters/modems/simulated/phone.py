"""A phone with the stock SMSGate app, as the gateway sees it: pulls, sends, reports.

What it does is what the app's source does, file by file in ``docs/phones.md``. Its time is a
clock's, so that a test lets a day of it pass in a moment.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from adapters.modems.simulated.network_log import NetworkLog, SegmentOnAir
from adapters.modems.simulated.phone_faults import PhoneFault, PhoneFaults
from adapters.modems.simulated.phone_memory import EXPEDITED, RESULTS, Kept
from application.ports import Clock
from domain.phone import slot_identity
from domain.phone_report import TTL_EXPIRED, PhoneState
from domain.segments import segment
from domain.values import SECOND, Instant

POLL_S: Final = 900.0
"""How often the app pulls when no setting says otherwise (``PullMessagesWorker``)."""
RETRIES_MAX: Final = 10
RETRY_S: Final = 10.0
"""Of a report (``SendStateWorker``, WorkManager's shortest back-off), doubled each time."""
SENT_S: Final = 1.5
"""How long the network takes for a message."""
INTERVAL_S: Final = 1.5
"""Between two messages, as pushed."""
CHECK_MAX: Final = 30
CHECK_S: Final = 1_800.0
"""Beyond so many segments in so long Android asks the phone's user (``SmsUsageMonitor``)."""
ASKED_USER: Final = 28
LATE_S: Final = 60.0
GAVE_UP: Final = "Delivery result from SC +260970000001: 70"
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


class EmulatedPhone:
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
        self.device = self.token = ""
        self.messages: dict[str, Kept] = {}
        self.skew_s = 0.0
        self.is_off = False
        self.sends = True
        """False: its sending worker does not come to its turn, as while Android saves power."""
        self.faults = PhoneFaults(faults, seed=seed)
        self._wire = wire
        self._clock = clock
        self._log = log
        self._slots = slots
        self._poll_s = poll_s
        self._delivered_after_s = delivered_after_s
        self._is_fifo = False
        self._pull_at_s = 0.0
        self._is_pushed = threading.Event()
        self._send_at_s = 0.0
        self._silent_until_s = 0.0
        self._before: int | None = None
        """The priority of the message before, in this run of the sending worker."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._turn = 0
        self._on_air_s: deque[float] = deque()

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

    def heal(self) -> None:
        """Let no more faults strike, and set its clock."""
        self.faults.heal()
        self.skew_s = 0.0

    # -- its day ---------------------------------------------------------------------------------

    @property
    def _now(self) -> Instant:
        """The time by the phone's own clock."""
        return Instant(self._clock.now() + round(self.skew_s * SECOND))

    def step(self) -> float:
        """Do what is due; give the moment, by the monotonic clock, of the next thing."""
        now_s = self._clock.monotonic_s()
        if self.is_off or now_s < self._silent_until_s:
            return max(now_s + 1.0, self._silent_until_s)
        for each in sorted(each for each in self._due if each[0] <= now_s):
            self._due.remove(each)
            each[2]()
        if now_s >= self._pull_at_s or self._is_pushed.is_set():
            self._is_pushed.clear()  # first: an event that comes during the pull counts
            self._pull_at_s = now_s + (self._poll_s or POLL_S)
            self._pull()
        if self.sends and now_s >= self._send_at_s:
            self._send_next()
        soonest_s = min((each[0] for each in self._due), default=self._pull_at_s)
        return max(now_s, min(soonest_s, self._pull_at_s, now_s + INTERVAL_S))

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        self._turn += 1
        self._due.append((self._clock.monotonic_s() + seconds, self._turn, do))

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
        if self.faults.strikes(PhoneFault.RESTART):
            self._before = None
        if self.faults.strikes(PhoneFault.FORGET):
            self.messages.clear()
        skew_s = self.faults.value(PhoneFault.CLOCK)
        if skew_s is not None:
            self.skew_s = float(skew_s)
        silent_s = self.faults.value(PhoneFault.SILENT)
        if silent_s is not None:
            self._silent_until_s = self._clock.monotonic_s() + silent_s

    def _take(self, item: Mapping[str, Any]) -> None:
        known = self.messages.get(item["id"])
        if item.get("state") == PhoneState.CANCELLING:
            if known is not None and known.state is PhoneState.PENDING:
                self._change(known, PhoneState.CANCELLED)
        elif known is not None:
            self._report(known)
        else:
            self.messages[item["id"]] = Kept.of(item, at=self._now)
            if (item.get("priority") or 0) >= EXPEDITED:
                self._send_at_s, self._before = self._clock.monotonic_s(), None

    # -- sending (MessagesService.sendPendingMessages) ---------------------------------------------

    def _send_next(self) -> None:
        sign = 1 if self._is_fifo else -1
        waiting = [m for m in self.messages.values() if m.state is PhoneState.PENDING]
        if not waiting:
            self._before = None
            return
        message = min(waiting, key=lambda m: (-m.priority, sign * m.created_at, m.id))
        if message.valid_until is not None and message.valid_until < self._now:
            self._change(message, PhoneState.FAILED, TTL_EXPIRED)
            return
        before, self._before = self._before, message.priority
        skips = message.priority >= EXPEDITED and (before is None or before < message.priority)
        self._send_at_s = self._clock.monotonic_s() + (0.0 if skips else INTERVAL_S)
        self._hand_over(message)

    def _hand_over(self, message: Kept) -> None:
        """Give it to Android, which says later what became of it."""
        if message.slot > self._slots:
            words = f"Can't send message: SIM {message.slot} not found"
            self._change(message, PhoneState.FAILED, words)
            return
        parts = segment(message.text).parts
        now_s = self._clock.monotonic_s()
        while self._on_air_s and self._on_air_s[0] <= now_s - CHECK_S:
            self._on_air_s.popleft()
        result = self.faults.value(PhoneFault.RESULT)
        if len(self._on_air_s) + len(parts) > CHECK_MAX:
            result = ASKED_USER
        is_half = len(parts) > 1 and self.faults.strikes(PhoneFault.HALF)
        left = parts if result is None else ()
        for part, text in enumerate(left[:-1] if is_half else left, start=1):
            self._put_on_air(message, part, len(parts), text)
        self._change(message, PhoneState.PROCESSED)
        if self.faults.strikes(PhoneFault.NO_RESULT):
            return
        failed = 1 if is_half else result
        self._later(SENT_S, lambda: self._hear_result(message, failed))

    def _put_on_air(self, message: Kept, part: int, of: int, text: str) -> None:
        self._on_air_s.append(self._clock.monotonic_s())
        self._log.append(
            SegmentOnAir(
                time=self._clock.now(),
                imsi=slot_identity(self.device, message.slot),
                recipient=message.recipient,
                text=text,
                part=part,
                of=of,
                reference=len(self._on_air_s) % 256 if of > 1 else None,
                message_reference=len(self._on_air_s) % 256,
                pdu=b"",
            )
        )

    def _hear_result(self, message: Kept, failed: int | None) -> None:
        """Hear Android (``MessagesService.processStateIntent``)."""
        if failed is not None:
            words = f"Send result: {RESULTS.get(failed, f'Unknown error ({failed})')}"
            self._change(message, PhoneState.FAILED, words)
            return
        self._change(message, PhoneState.SENT)
        if self.faults.strikes(PhoneFault.NO_REPORT):
            return
        self._later(self._delivered_after_s, lambda: self._hear_centre(message))

    def _hear_centre(self, message: Kept) -> None:
        if self.faults.strikes(PhoneFault.UNDELIVERED):
            self._change(message, PhoneState.FAILED, GAVE_UP)
        else:
            self._change(message, PhoneState.DELIVERED)

    # -- reporting (SendStateWorker) ---------------------------------------------------------------

    def _change(self, message: Kept, state: PhoneState, error: str | None = None) -> None:
        if self.messages.get(message.id) is message and message.become(
            state, at=self._now, error=error
        ):
            self._report(message)

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
