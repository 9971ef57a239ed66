"""How long the AT driver waits for what; every wait of it is bounded by one of these."""

from dataclasses import dataclass, replace
from typing import Self

from application.ports import ANSWER_MAX_S


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTimeouts:
    """Seconds; the defaults suit slow sticks (facts: SIM800 60 s, Quectel 120 s for a segment)."""

    sync_s: float = 1.0
    """For one of the five ``AT`` that wake a device."""
    command_s: float = 5.0
    """For a plain command, and for the whole of ``health``."""
    pin_s: float = 15.0
    """For the answer to a PIN."""
    sim_ready_s: float = 20.0
    """For a SIM that says it is busy, before and after its PIN."""
    registration_s: float = 30.0
    """For the network to take the SIM."""
    ussd_s: float = 45.0
    """For the network's answer to a USSD question."""
    poll_s: float = 1.0
    """Between two questions while waiting for the SIM or the network."""
    prompt_s: float = 8.0
    """For the ``> `` after AT+CMGS."""
    answer_s: float = 60.0
    """After Ctrl-Z: an answer later than this is called slow in the log."""
    hard_answer_s: float = ANSWER_MAX_S
    """After Ctrl-Z: without an answer by then the segment is in doubt. Bounds ``submit``."""
    ok_after_cmgs_s: float = 5.0
    """For the OK that should follow +CMGS; the segment is accepted without it."""
    cmgs_after_ok_s: float = 5.0
    """How long a +CMGS may still follow an OK that came without one."""
    late_answer_s: float = 60.0
    """How long an answer may still follow a segment given up; nothing is submitted before."""
    quiet_s: float = 0.2
    """How long a line is heard before it counts as quiet."""
    chunk_pause_s: float = 0.01
    """Between two pieces of a PDU, for devices that take it in pieces."""

    @classmethod
    def with_answer(cls, answer_timeout_s: float) -> Self:
        """Give the defaults, with this hard limit for the answer to a segment."""
        usual = cls()
        slow_s = min(usual.answer_s, answer_timeout_s)
        return replace(usual, answer_s=slow_s, hard_answer_s=answer_timeout_s)
