"""Who may do what: the roles of staff, and the duties that each role has.

An account without a role is a customer's. A duty that takes two people is prepared under one
duty and approved under another; nobody approves what they prepared, and nobody acts on an
account of their own.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a member of staff is."""

    ADMIN = "admin"
    FINANCE_PREPARER = "finance_preparer"
    FINANCE_REVIEWER = "finance_reviewer"
    AUDITOR = "auditor"


class Duty(StrEnum):
    """What staff do."""

    LOOK = "look"
    """Read accounts, wallets, messages (masked), approvals and the fleet."""
    REVEAL = "reveal"
    """See one message's number and text, with a reason, on record."""
    RUN_ACCOUNTS = "run_accounts"
    """Suspend accounts, set limits, make and end keys, decide sender IDs."""
    SETTLE_MESSAGES = "settle_messages"
    """Cancel messages, settle doubts, quarantine SIMs."""
    MOVE_CREDITS = "move_credits"
    """Grant and adjust credits, up to the daily limit alone."""
    APPROVE_CREDITS = "approve_credits"
    SET_PRICES = "set_prices"
    """Publish and withdraw price lists."""
    RECONCILE = "reconcile"
    """Import providers' statements, and say what their lines are."""
    CLOSE_DAYS = "close_days"
    """Sign off the sheets that others prepared, lock days, and open them again."""
    GRANT_ROLES = "grant_roles"
    APPROVE_ROLES = "approve_roles"
    ERASE = "erase"
    """Erase personal data on request."""


DUTIES: Final[Mapping[Role, frozenset[Duty]]] = {
    Role.ADMIN: frozenset(Duty),
    Role.FINANCE_PREPARER: frozenset({Duty.LOOK, Duty.MOVE_CREDITS, Duty.RECONCILE}),
    Role.FINANCE_REVIEWER: frozenset({Duty.LOOK, Duty.APPROVE_CREDITS, Duty.CLOSE_DAYS}),
    Role.AUDITOR: frozenset({Duty.LOOK, Duty.REVEAL}),
}
