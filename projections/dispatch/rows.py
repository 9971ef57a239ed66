"""An open message as it is read from its row."""

from dataclasses import fields
from typing import Any, Final

from application.ports.queries import Waiting
from domain.message_states import State
from domain.values import Network
from projections.dispatch.tables import LANES, MESSAGES

COLUMNS: Final = tuple(MESSAGES.c[field.name] for field in fields(Waiting))
"""The columns that a waiting message is made of, in the order of its fields."""

_PLACES: Final = {name: place for place, name in enumerate(c.name for c in COLUMNS)}
_NETWORK, _LANE, _STATE = (_PLACES[name] for name in ("network", "lane", "state"))
_NETWORKS: Final = {network.value: network for network in Network}
_STATES: Final = {state.value: state for state in State}


def read_waiting(row: Any) -> Waiting:
    """Give the message of a row that begins with ``COLUMNS``."""
    values: list[Any] = list(row[: len(COLUMNS)])
    values[_NETWORK] = _NETWORKS[values[_NETWORK]]
    values[_LANE] = LANES[values[_LANE]]
    values[_STATE] = _STATES[values[_STATE]]
    return Waiting(*values)
