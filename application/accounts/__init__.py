"""Accounts, keys, wallets, roles and sender IDs: commands of staff and of accounts themselves."""

from application.accounts.approvals import ChangeRole, Decided, DecideEntry, Decision, RoleChanged
from application.accounts.changes import (
    AccountLimits,
    ChangeLimits,
    MoveCredits,
    Moved,
    SetSuspension,
)
from application.accounts.creation import CreateAccount, Created
from application.accounts.factor_reset import FactorReset, ResetSecondFactor
from application.accounts.keys import IssueKey, NewKey, NoteKeyUses, RevokeKey
from application.accounts.looks import NoteRead
from application.accounts.low_balance import ChooseLowBalance
from application.accounts.quiet_hours import ChooseQuietHours, Quiet
from application.accounts.sender_ids import (
    ChooseDefaultSender,
    DecideSenderId,
    RequestedSenderId,
    RequestSenderId,
)

__all__ = [
    "AccountLimits",
    "ChangeLimits",
    "ChangeRole",
    "ChooseDefaultSender",
    "ChooseLowBalance",
    "ChooseQuietHours",
    "CreateAccount",
    "Created",
    "DecideEntry",
    "DecideSenderId",
    "Decided",
    "Decision",
    "FactorReset",
    "IssueKey",
    "MoveCredits",
    "Moved",
    "NewKey",
    "NoteKeyUses",
    "NoteRead",
    "Quiet",
    "RequestSenderId",
    "RequestedSenderId",
    "ResetSecondFactor",
    "RevokeKey",
    "RoleChanged",
    "SetSuspension",
]
