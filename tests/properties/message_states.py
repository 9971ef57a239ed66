"""The table of a message's states, written out from the design, and calls that walk it.

So an error in the code's own table is found.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from application.books.codec import event_mapper
from domain.causes import OwnCause
from domain.events import Aggregate
from domain.message import Extent, Message
from domain.values import SECOND, Instant
from tests.support.outcomes import cms

START = Instant(1_765_000_000_000_000)
VALID_S = 24 * 3600
DOUBT_S = 24 * 3600
MAPPER = event_mapper()
A = TypeVar("A", bound=Aggregate)

OPEN = ("queued", "sending", "in_doubt", "held")
ENDED_UNSENT = ("failed", "expired", "cancelled")

# (state, call) -> state afterwards; what is not here is too late.
TABLE: dict[tuple[str, str], str] = {
    ("queued", "start"): "sending",
    ("queued", "fail"): "failed",
    ("queued", "expire"): "expired",
    ("queued", "cancel"): "cancelled",
    ("sending", "accept"): "sent",
    ("sending", "accept_part"): "sending",
    ("sending", "fail_attempt"): "queued",
    ("sending", "fail"): "failed",
    ("sending", "doubt"): "in_doubt",
    ("in_doubt", "accept"): "sent",
    ("in_doubt", "accept_part"): "queued",
    ("in_doubt", "fail_attempt"): "queued",
    ("in_doubt", "start"): "sending",
    ("in_doubt", "fail"): "failed",
    ("in_doubt", "give_up"): "failed",
    ("in_doubt", "resolve_sent"): "sent",
    ("in_doubt", "resolve_not_sent"): "failed",
    **{(state, "hold"): "held" for state in ("queued", "sending", "in_doubt")},
    **{(state, "redate"): state for state in OPEN},
    ("held", "release"): "queued",
    ("held", "accept"): "sent",
    ("held", "resolve_sent"): "sent",
    ("held", "resolve_not_sent"): "failed",
    ("sent", "deliver"): "delivered",
    ("sent", "undeliver"): "undelivered",
    **{(state, "report_late"): state for state in ENDED_UNSENT},
    **{(state, "erase"): state for state in (*ENDED_UNSENT, "sent", "delivered", "undelivered")},
}
QUIET = {("deliver", state) for state in ("delivered", "undelivered", *OPEN, *ENDED_UNSENT)} | {
    ("undeliver", state) for state in ("delivered", "undelivered", *OPEN, *ENDED_UNSENT)
}
"""A report that fits no state is not an error: it changes nothing."""


def new_message(*, segments: int = 1, lane: str = "normal") -> Message:
    return Message.queue(
        1,
        at=START,
        account=7,
        content="seal",
        network="mtn",
        plan="published-1",
        tariff="2026-1",
        encoding="GSM-7",
        segments=segments,
        credits=segments,
        lane=lane,
        send_at=None,
        expires_at=START + VALID_S * SECOND,
        batch=None,
        submission=None,
        offline=False,
        category="transactional",
        client_reference=None,
        quiet=None,
        request_id=None,
    )


Call = Callable[[Message, Instant], None]


def accept(message: Message, at: Instant) -> None:
    message.accept_segment(message.next_index, message_reference=1, evidence="modem", at=at)


CALLS: dict[str, Call] = {
    "start": lambda m, at: m.start_attempt(sim=2, fence=1, concat_ref=9, at=at),
    "accept": accept,
    "accept_part": accept,
    "fail_attempt": lambda m, at: m.fail_attempt(cause=cms(331), retry_at=at, at=at),
    "doubt": lambda m, at: m.doubt(cause=OwnCause.NO_ANSWER, at=at),
    "fail": lambda m, at: m.fail(cause=cms(21), at=at),
    "expire": lambda m, at: m.expire(at=at),
    "cancel": lambda m, at: m.cancel(actor="test", at=at),
    "give_up": lambda m, at: m.give_up_doubt(at=at),
    "resolve_sent": lambda m, at: m.resolve(sent=True, actor="test", reason="1/x", at=at),
    "resolve_not_sent": lambda m, at: m.resolve(sent=False, actor="test", reason="1/x", at=at),
    "hold": lambda m, at: m.hold(generation=2, at=at),
    "redate": lambda m, at: m.redate(lambda dated_at: dated_at, at=at),
    "release": lambda m, at: m.release(actor="test", reason="1/x", at=at),
    "deliver": lambda m, at: m.report(delivered=True, tp_status=0, at=at),
    "undeliver": lambda m, at: m.report(delivered=False, tp_status=0x40, at=at),
    "report_late": lambda m, at: m.report_late(evidence="report", at=at),
    "erase": lambda m, at: m.erase_content(Extent.ALL, actor="test", reason=None, at=at),
}


def sim_one(message: Message, at: Instant) -> None:
    message.start_attempt(sim=1, fence=1, concat_ref=9, at=at)


PATHS: dict[str, tuple[Call, ...]] = {
    "queued": (),
    "sending": (sim_one,),
    "in_doubt": (sim_one, CALLS["doubt"]),
    "held": (CALLS["hold"],),
    "sent": (sim_one, CALLS["accept"]),
    "delivered": (sim_one, CALLS["accept"], CALLS["deliver"]),
    "undelivered": (sim_one, CALLS["accept"], CALLS["undeliver"]),
    "failed": (CALLS["fail"],),
    "expired": (lambda m, at: m.expire(at=Instant(m.expires_at)),),
    "cancelled": (CALLS["cancel"],),
}


def in_state(state: str, **fields: Any) -> Message:
    message = new_message(**fields)
    for call in PATHS[state]:
        call(message, START)
    assert message.state == state
    message.collect_events()
    return message


def fold_again(aggregate: A, events: list[Any]) -> A:
    """Replay an aggregate from its stored events."""
    replayed: Any = None
    for event in events:
        decoded: Any = MAPPER.to_domain_event(MAPPER.to_stored_event(event))
        replayed = decoded.mutate(replayed)
    return cast("A", replayed)
