"""A phone with the SMSGate app, without what calls it: its messages, its sending, its network.

What it does is what the app's source does, file by file in ``docs/phones.md``. Its time is a
clock's, so that a test lets a day of it pass in a moment.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from adapters.modems.simulated.network_log import NetworkLog, SegmentOnAir
from adapters.modems.simulated.phone_faults import PhoneFault, PhoneFaults
from adapters.modems.simulated.phone_memory import EXPEDITED, RESULTS, Kept
from application.ports import Clock
from domain.phone import slot_identity
from domain.phone_report import TTL_EXPIRED, PhoneState
from domain.segments import segment
from domain.values import SECOND, Instant

SENT_S: Final = 1.5
"""How long the network takes for a message."""
INTERVAL_S: Final = 1.5
"""Between two messages, as pushed."""
CHECK_MAX: Final = 30
CHECK_S: Final = 1_800.0
"""Beyond so many segments in so long Android asks the phone's user (``SmsUsageMonitor``)."""
ASKED_USER: Final = 28
GAVE_UP: Final = "Delivery result from SC +260970000001: 70"


class Handset:
    """The phone itself; who calls it, or is called by it, is its mode's."""

    def __init__(
        self,
        *,
        clock: Clock,
        log: NetworkLog,
        faults: Sequence[str] = (),
        seed: int = 0,
        slots: int = 2,
        delivered_after_s: float = 2.0,
    ) -> None:
        self.device = ""
        self.messages: dict[str, Kept] = {}
        self.skew_s = 0.0
        self.is_off = False
        self.sends = True
        """False: its sending worker does not come to its turn, as while Android saves power."""
        self.faults = PhoneFaults(faults, seed=seed)
        self._clock = clock
        self._log = log
        self._slots = slots
        self._delivered_after_s = delivered_after_s
        self._is_fifo = False
        self._send_at_s = 0.0
        self._silent_until_s = 0.0
        self._before: int | None = None
        """The priority of the message before, in this run of the sending worker."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._turn = 0
        self._on_air_s: deque[float] = deque()

    def step(self) -> float:
        """Do what is due; give the moment, by the monotonic clock, of the next thing."""
        now_s = self._clock.monotonic_s()
        if self.is_silent:
            return max(now_s + 1.0, self._silent_until_s)
        self._do_due()
        if self.sends and now_s >= self._send_at_s:
            self._send_next()
        soonest_s = min((each[0] for each in self._due), default=now_s + INTERVAL_S)
        return max(now_s, min(soonest_s, now_s + INTERVAL_S))

    def heal(self) -> None:
        """Let no more faults strike, and set its clock."""
        self.faults.heal()
        self.skew_s = 0.0

    @property
    def is_silent(self) -> bool:
        """Whether nobody hears of it now."""
        return self.is_off or self._clock.monotonic_s() < self._silent_until_s

    @property
    def _now(self) -> Instant:
        """The time by the phone's own clock."""
        return Instant(self._clock.now() + round(self.skew_s * SECOND))

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        self._turn += 1
        self._due.append((self._clock.monotonic_s() + seconds, self._turn, do))

    def _do_due(self) -> None:
        now_s = self._clock.monotonic_s()
        for each in sorted(each for each in self._due if each[0] <= now_s):
            self._due.remove(each)
            each[2]()

    def _keep(self, message: Kept) -> None:
        """Take a message that it does not know."""
        self.messages[message.id] = message
        if message.priority >= EXPEDITED:
            self._send_at_s, self._before = self._clock.monotonic_s(), None

    def _suffer(self) -> None:
        """Let the faults strike that befall the phone and not a message."""
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

    # -- what follows ------------------------------------------------------------------------------

    def _change(self, message: Kept, state: PhoneState, error: str | None = None) -> None:
        if self.messages.get(message.id) is message and message.become(
            state, at=self._now, error=error
        ):
            self._report(message)

    def _report(self, message: Kept) -> None:
        """Say what is known of a message, in a mode where the phone does."""
