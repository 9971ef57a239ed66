"""Accounts, keys, wallets and sender IDs: commands of operators and of the account itself."""

from application.accounts.changes import ChangeLimits, MoveCredits, SetSuspension
from application.accounts.keys import IssueKey, NewKey, RevokeKey
from application.accounts.reasons import WithReason
from application.accounts.registration import CreateAccount, Created, email_digest
from application.accounts.sender_ids import DecideSenderId, RequestedSenderId, RequestSenderId

__all__ = [
    "ChangeLimits",
    "CreateAccount",
    "Created",
    "DecideSenderId",
    "IssueKey",
    "MoveCredits",
    "NewKey",
    "RequestSenderId",
    "RequestedSenderId",
    "RevokeKey",
    "SetSuspension",
    "WithReason",
    "email_digest",
]
