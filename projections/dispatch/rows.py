"""An open message as it is read from its row."""

from typing import Any

from application.ports.queries import Waiting
from domain.message_states import State
from domain.values import Network
from projections.dispatch.tables import LANES, MESSAGES

COLUMNS = tuple(
    MESSAGES.c[name]
    for name in (
        "number",
        "account",
        "network",
        "lane",
        "state",
        "position",
        "due_at",
        "expires_at",
        "sim",
        "bound_sim",
        "fence",
        "last_attempt_at",
    )
)


def read_waiting(row: Any) -> Waiting:
    """Give the message of a row of ``COLUMNS``."""
    fields = {column.name: row._mapping[column.name] for column in COLUMNS}
    fields["network"] = Network(fields["network"])
    fields["lane"] = LANES[fields["lane"]]
    fields["state"] = State(fields["state"])
    return Waiting(**fields)
