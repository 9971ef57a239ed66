"""``ngoma message list``: messages of all accounts, for staff: no text and no number."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.ports.queries import MessageRow
from domain.message_states import OPEN, REFUNDED, SPENT, State
from domain.public_ids import feltech_id
from worker.cli.output import clock_time, hint_of_more, moment, print_json, print_table

STATES: Final[Mapping[str, frozenset[State]]] = {
    **{state.value.replace("_", "-"): frozenset({state}) for state in sorted(OPEN)},
    "sent": frozenset(SPENT),
    "failed": frozenset(REFUNDED),
}
"""What may be asked for, and the states that it means."""


def print_messages(rows: Sequence[MessageRow], *, limit: int, as_json: bool) -> None:
    """Print them, and how to go on."""
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    cells = [
        [
            feltech_id(row.number),
            row.account,
            row.network,
            row.state.value.replace("_", " "),
            clock_time(row.queued_at),
            clock_time(row.sent_at or row.expires_at),
            row.sim,
            row.failure_code,
        ]
        for row in rows
    ]
    columns = ["message", "account", "network", "state", "accepted", "sent or valid until"]
    print_table([*columns, "SIM", "cause"], cells, empty="There are none.")
    if rows:
        hint_of_more(len(rows), limit, f"--before {rows[-1].number}")


def _as_json(row: MessageRow) -> dict[str, Any]:
    return {
        "id": feltech_id(row.number),
        "number": row.number,
        "account_id": row.account,
        "network": row.network.value,
        "state": row.state.value,
        "batch": row.batch,
        "credits": row.credits,
        "credits_refunded": row.credits_refunded,
        "queued_at": moment(row.queued_at),
        "sent_at": moment(row.sent_at),
        "failure_code": row.failure_code,
        "lane": None if row.lane is None else row.lane.value,
        "expires_at": moment(row.expires_at),
        "sim": row.sim,
        "last_attempt_at": moment(row.last_attempt_at),
    }
