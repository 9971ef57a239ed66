"""The tables of the read model: open messages, and the turns of who waits with them."""

from typing import Final

from sqlalchemy import Boolean, Table, Text

from domain.values import Lane
from projections.tables import READ, changing, computed, fixed, index_when_set, key

LANES: Final = tuple(Lane)
"""A lane is stored as its place in the order of service."""

MESSAGES: Final = Table(
    "dispatch_messages",
    READ,
    key("number"),
    fixed("account"),
    fixed("network", Text),
    fixed("lane"),
    fixed("position"),
    changing("expires_at"),
    fixed("offline", Boolean),
    fixed("quiet", Text, nullable=True),
    fixed("segments"),
    changing("state", Text),
    changing("dated_at"),
    changing("due_at"),
    changing("sim", nullable=True),
    changing("bound_sim", nullable=True),
    changing("fence"),
    changing("attempts"),
    changing("last_attempt_at", nullable=True),
    changing("resent", Boolean),
    changing("ready_at", nullable=True),
    changing("overdue_at", nullable=True),
    changing("held_by", nullable=True),
)
"""One row an open message; it goes when the message ends.

``dated_at`` is the time of its newest event. ``due_at`` is the latest of acceptance, send time and
next try, put off to the end of the quiet hours that hold it. The last three columns repeat
others while they matter and are NULL otherwise, so that an index holds just the rows that matter:
``ready_at`` (``due_at`` of what a SIM may take: a queued message, or a doubt in lane ``otp`` that
was not sent again yet), ``overdue_at`` (when a queued message expires or a doubt reaches its
limit; before that, when quiet hours begin that hold it), ``held_by`` (the SIM that is sending it).
"""

_NEXT_READY: Final = """
    SELECT m.ready_at FROM dispatch_messages{suffix} m
    WHERE m.network = {network} AND m.lane = {lane} AND m.account = {account}
    AND m.ready_at IS NOT NULL ORDER BY m.ready_at LIMIT 1
"""


TURNS: Final = Table(
    "dispatch_turns",
    READ,
    key("network", Text),
    key("lane"),
    key("account"),
    changing("served"),
    computed("next_ready_at", _NEXT_READY),
    changing("queued"),
    changing("waiting_segments"),
    changing("sending"),
    changing("in_doubt"),
    changing("held"),
    sqlite_with_rowid=False,
)
"""For each network, lane and account: the log position at which it was served last (0: never),
the earliest ``ready_at`` of its messages, how many it has in each open state, and the segments
of those that are queued."""


index_when_set(
    "dispatch_messages_ready",
    *(MESSAGES.c[name] for name in ("network", "lane", "account", "ready_at", "position")),
    when=MESSAGES.c.ready_at,
)
index_when_set("dispatch_messages_overdue", MESSAGES.c.overdue_at, when=MESSAGES.c.overdue_at)
index_when_set("dispatch_messages_held", MESSAGES.c.held_by, when=MESSAGES.c.held_by)
index_when_set(
    "dispatch_turns_by_served",
    *(TURNS.c[name] for name in ("network", "lane", "served", "account", "next_ready_at")),
    when=TURNS.c.next_ready_at,
)
