"""Folds accounts, their keys and their sender IDs."""

from typing import Final

from domain.account import Account
from domain.contents import reason_number
from domain.sender_id import SenderId
from domain.sender_id_rules import SenderIdStatus
from projections import catalogue
from projections.directory import ACCOUNTS, KEYS, SENDER_IDS
from projections.projection import Batch, Projection
from projections.rows import Row, Rows


class Directory(Projection):
    """Folds the events of accounts and sender IDs into ``directory_…``."""

    name, version = catalogue.DIRECTORY
    tables = (ACCOUNTS, KEYS, SENDER_IDS)
    events = frozenset(
        {
            Account.Registered,
            Account.ApiKeyIssued,
            Account.ApiKeyRevoked,
            Account.LimitsChanged,
            Account.Suspended,
            Account.Reinstated,
            Account.RoleGranted,
            Account.RoleWithdrawn,
            Account.SecondFactorReset,
            SenderId.Requested,
            SenderId.Approved,
            SenderId.Rejected,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of events of accounts and sender IDs."""
        accounts, keys, sender_ids = map(batch.rows, self.tables)
        events = [event for _, event in batch.events]
        accounts.load({e.number for e in events if type(e) in _CHANGES_ACCOUNT})
        keys.load({e.key_id for e in events if type(e) is Account.ApiKeyRevoked})
        sender_ids.load({e.number for e in events if type(e) in _DECIDES})
        for position, event in batch.events:
            match event:
                case Account.Event():
                    _of_account(position, event, accounts, keys)
                case SenderId.Event():
                    _of_sender_id(event, sender_ids)


_CHANGES_ACCOUNT: Final = {
    Account.LimitsChanged,
    Account.Suspended,
    Account.Reinstated,
    Account.RoleGranted,
    Account.RoleWithdrawn,
    Account.SecondFactorReset,
}


_DECIDES: Final = {SenderId.Approved, SenderId.Rejected}


def _of_account(position: int, event: Account.Event, accounts: Rows, keys: Rows) -> None:
    match event:
        case Account.Registered():
            accounts.add(
                {
                    "number": event.number,
                    "registered_at": event.at,
                    "suspended": False,
                    "single": None,
                    "bulk": None,
                    "read": None,
                    "daily_credits": None,
                    "roles": "",
                    "reset_alone_at": None,
                }
            )
        case Account.LimitsChanged():
            accounts[event.number].update(
                single=event.single,
                bulk=event.bulk,
                read=event.read,
                daily_credits=event.daily_credits,
            )
        case Account.RoleGranted():
            row = accounts[event.number]
            row["roles"] = " ".join([*row["roles"].split(), event.role])
        case Account.RoleWithdrawn():
            row = accounts[event.number]
            row["roles"] = " ".join(role for role in row["roles"].split() if role != event.role)
        case Account.SecondFactorReset() if event.approver is None:
            accounts[event.number]["reset_alone_at"] = event.at
        case Account.Suspended() | Account.Reinstated():
            accounts[event.number]["suspended"] = type(event) is Account.Suspended
        case Account.ApiKeyIssued():
            keys.add(_key_row(position, event))
        case Account.ApiKeyRevoked():
            keys[event.key_id]["revoked_at"] = event.at


def _key_row(position: int, event: Account.ApiKeyIssued) -> Row:
    return {
        "key_id": event.key_id,
        "account": event.number,
        "position": position,
        "issued_at": event.at,
        "revoked_at": None,
    }


def _of_sender_id(event: SenderId.Event, sender_ids: Rows) -> None:
    match event:
        case SenderId.Requested():
            sender_ids.add(
                {
                    "number": event.number,
                    "account": event.account,
                    "created_at": event.at,
                    "status": SenderIdStatus.PENDING.value,
                    "reason": None,
                }
            )
        case SenderId.Approved():
            sender_ids[event.number].update(status=SenderIdStatus.APPROVED.value, reason=None)
        case SenderId.Rejected():
            sender_ids[event.number].update(
                status=SenderIdStatus.REJECTED.value, reason=reason_number(event.reason)
            )
