"""Which store this is, and of which generation: drawn once, kept in one row, moved on by a restore.

A restore begins the next generation. Whatever was given out after the backup, and is not in it,
must not be given out again: numbers that clients know, and fences by which a SIM's old holder might
still take itself for the holder.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

from application.ports import SecretKind, StoreIdentity

FIRST_GENERATION: Final = 1

IDENTITY_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS store_identity (id TEXT NOT NULL, generation {big} NOT NULL)"
)
READ_IDENTITY: Final = "SELECT id, generation FROM store_identity"
DRAW_IDENTITY: Final = (
    "INSERT INTO store_identity SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM store_identity)"
)
"""For a store that has none yet; ``?`` stands for the values of ``drawn_identity``."""

MANY_SKIPPED: Final = 1_000_000
"""Of the numbers of messages and bulks: more than can have been given since a usable backup."""
FEW_SKIPPED: Final = 1_000
"""Of all others, which people see and type."""
FENCES_SKIPPED: Final = 1_000_000

_ENDED: Final = (SecretKind.SESSION.value, SecretKind.RESET.value)
"""Who logged out since, or changed a password, would be logged in again."""


def drawn_identity() -> tuple[str, int]:
    """Draw the identity of a new store; it is only ever compared, so it needs no seed."""
    return secrets.token_hex(16), FIRST_GENERATION


def begin_generation(
    execute: Callable[[str, Sequence[Any]], Any], identity: StoreIdentity, *, placeholder: str
) -> None:
    """Make the store that was brought back the next generation, inside one transaction."""
    for sql, values in (
        ("DELETE FROM store_identity", ()),
        ("INSERT INTO store_identity VALUES (?, ?)", (identity.id, identity.generation)),
        (
            "UPDATE numbers SET next = next + CASE WHEN kind IN ('message', 'batch')"
            f" THEN {MANY_SKIPPED} ELSE {FEW_SKIPPED} END",
            (),
        ),
        (
            "UPDATE sim_leases SET expires_at = 0, answered_at = 0,"
            f" fence = fence + {FENCES_SKIPPED}",
            (),
        ),
        ("UPDATE effect_positions SET holder = NULL, leads_until = NULL", ()),
        ("DELETE FROM secrets WHERE kind IN (?, ?)", _ENDED),
    ):
        execute(sql.replace("?", placeholder), values)
