"""How long a SIM thread waits for what; every wait of it is bounded by one of these."""

from dataclasses import dataclass

from application.ports import ANSWER_MAX_S
from domain.online import ANSWERS_WITHIN_S


@dataclass(frozen=True, slots=True, kw_only=True)
class SimWaits:
    """Seconds. Tests shorten them; operators have no reason to."""

    idle_s: float = 0.5
    """Longest wait for a hint before the port is listened to again."""
    start_s: float = 3.0
    """For AttemptStarted to be committed, while a modem holds its prompt."""
    store_s: float = 5.0
    """For any other command."""
    read_models_s: float = 0.2
    """For the read models, each time that a SIM which has come looks at what is behind it."""
    submit_s: float = ANSWER_MAX_S + 10.0
    """The most that a submission takes from its prompt on; a lease must last as long."""
    renew_s: float = 30.0
    """Between two renewals of the lease."""
    renew_soon_s: float = 1.0
    """At least between a renewal and one that is asked for because of a refusal."""
    renew_again_s: float = 5.0
    """After a renewal that the store did not answer, and while the SIM is in quarantine."""
    health_s: float = 30.0
    """After so long without a word from the modem it is asked how it is."""
    health_again_s: float = 10.0
    """After a question that it did not answer."""
    silent_s: float = float(ANSWERS_WITHIN_S)
    """A modem without an answer for so long is opened anew."""
    unregistered_s: float = 60.0
    """A modem without a network for so long is opened anew."""
    lease_lost_s: float = 30.0
    """Before a SIM that went to another holder is opened again."""
    reopen_s: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
    """Before a modem that was lost or did not come up is opened again."""
    steady_s: float = 60.0
    """Up for so long: the next loss is the first again."""
    rest_s: tuple[float, ...] = (30.0, 60.0, 120.0, 300.0, 600.0)
    """After a rejection of the SIM, and after doubts in a row."""
    silence_s: tuple[float, ...] = (2.0, 5.0, 10.0, 30.0, 60.0)
    """After a segment that the modem did not take though it was told to."""
    aside_s: float = 1.0
    """Before a message that could not be started is looked at again."""
    fault_s: float = 60.0
    """Before a message that met a fault of ours is looked at again."""
    unreadable_s: float = 3600.0
    """Before a message that cannot be encoded is looked at again; it expires meanwhile."""
    closing_s: float = 5.0
    """For what is owed, when the thread ends."""
