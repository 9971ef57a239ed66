"""The events that move neither credits nor money.

Whoever adds an event puts it here, or gives it a rule in ``domain/ledger/rules.py`` (a test asks
for one of the two). What happens to a payment or a receipt and stands here is posted by the
wallet's event of the same save, or by the line of a statement.
"""

from typing import Final

from domain.account import Account
from domain.allowance import Allowance
from domain.auditor_read import AuditorRead
from domain.case import Case
from domain.claim import Claim
from domain.closing import Closing
from domain.coverage import Coverage
from domain.doubted_times import DoubtedTimes
from domain.events import Event
from domain.inbound import Inbound
from domain.keyword_answers import KeywordAnswers
from domain.keywords import Keywords
from domain.ledger_seal import LedgerSeal
from domain.manual_entry import ManualEntry
from domain.message import Message
from domain.oddity import Oddity
from domain.payment import Payment
from domain.period import Period
from domain.phone import Phone
from domain.ported_number import PortedNumber
from domain.price_list import PriceList
from domain.receipt import Receipt
from domain.rehearsal import Rehearsal
from domain.sender_id import SenderId
from domain.sender_requests import SenderRequests
from domain.sim import Sim
from domain.statement import Statement
from domain.submission import Submission
from domain.suppression import Suppression
from domain.unknown_callbacks import UnknownCallbacks
from domain.upload.aggregate import Upload
from domain.wallet import CreditWallet
from domain.webhook import Webhook

MOVES_NOTHING: Final[frozenset[type[Event]]] = frozenset(
    {
        Account.Registered,
        Account.CredentialChanged,
        Account.RoleGranted,
        Account.RoleWithdrawn,
        Account.DefaultSenderChosen,
        Account.QuietHoursChosen,
        Account.ApiKeyIssued,
        Account.ApiKeyRevoked,
        Account.LimitsChanged,
        Account.Suspended,
        Account.Reinstated,
        Account.ContentErased,
        Account.RecoveryCodeUsed,
        Account.SecondFactorRemoved,
        Account.SecondFactorReset,
        Allowance.Opened,
        Allowance.Used,
        AuditorRead.Read,
        Case.Opened,
        Case.Noted,
        UnknownCallbacks.Opened,
        UnknownCallbacks.Kept,
        Claim.Taken,
        Closing.Opened,
        Closing.Moved,
        CreditWallet.Opened,
        CreditWallet.LowBalanceChosen,
        CreditWallet.FellLow,
        Inbound.Received,
        Inbound.Matched,
        Inbound.Forgotten,
        Inbound.Gathered,
        Inbound.Joined,
        Suppression.Suppressed,
        Suppression.Renewed,
        Suppression.Lifted,
        Keywords.Opened,
        Keywords.RuleSet,
        Keywords.RuleDeleted,
        Keywords.Unanswered,
        KeywordAnswers.FirstGiven,
        KeywordAnswers.Given,
        PortedNumber.Overridden,
        PortedNumber.Changed,
        PortedNumber.Lifted,
        LedgerSeal.ChapterBegun,
        LedgerSeal.KeyChanged,
        LedgerSeal.Sealed,
        DoubtedTimes.Opened,
        DoubtedTimes.Doubted,
        DoubtedTimes.Settled,
        ManualEntry.Prepared,
        ManualEntry.Approved,
        ManualEntry.Rejected,
        ManualEntry.Withdrawn,
        Message.Queued,
        Message.Redated,
        Message.Postponed,
        Message.AttemptStarted,
        Message.SegmentAccepted,
        Message.InDoubt,
        Message.AttemptFailed,
        Message.Failed,
        Message.Expired,
        Message.Cancelled,
        Message.Held,
        Message.Released,
        Message.SegmentReported,
        Message.Delivered,
        Message.Undelivered,
        Message.ReportedLate,
        Message.Resolved,
        Message.ContentErased,
        Oddity.Found,
        Payment.Requested,
        Payment.Initiated,
        Payment.Pending,
        Payment.Unknown,
        Payment.Confirmed,
        Payment.Held,
        Payment.Failed,
        Payment.Expired,
        Payment.RefundRequested,
        Payment.RefundRejected,
        Payment.RefundApproved,
        Payment.Reversed,
        Period.Opened,
        Period.Prepared,
        Period.SignedOff,
        Period.Locked,
        Period.Reopened,
        PriceList.Opened,
        PriceList.Published,
        PriceList.Withdrawn,
        Receipt.Opened,
        Receipt.SeenByApi,
        Receipt.Credited,
        Receipt.Assigned,
        Receipt.Covered,
        Receipt.Uncovered,
        Receipt.Reversed,
        Receipt.PaidBack,
        Rehearsal.Accepted,
        Rehearsal.Sent,
        Rehearsal.Delivered,
        Rehearsal.InDoubt,
        Rehearsal.Failed,
        Rehearsal.Cancelled,
        Rehearsal.ContentErased,
        SenderId.Requested,
        SenderId.Approved,
        SenderId.Rejected,
        SenderRequests.Opened,
        SenderRequests.Added,
        SenderRequests.Settled,
        Phone.Enrolled,
        Phone.Mapped,
        Phone.Revoked,
        Sim.Registered,
        Sim.CameOnline,
        Sim.WentOffline,
        Sim.Quarantined,
        Sim.Released,
        Sim.Superseded,
        Sim.AirtimeTold,
        Sim.AirtimeUntold,
        Statement.Opened,
        Statement.Imported,
        Statement.Discarded,
        Coverage.Opened,
        Coverage.Extended,
        Submission.Accepted,
        Submission.Renewed,
        Upload.Previewed,
        Upload.Started,
        Upload.PartAccepted,
        Upload.Paused,
        Upload.Cancelled,
        Upload.ContentErased,
        Webhook.Opened,
        Webhook.WebhookSet,
        Webhook.SecretRotated,
        Webhook.Replayed,
        Webhook.EndpointPaused,
        Webhook.EndpointResumed,
        Webhook.EndpointGone,
        Webhook.WebhookRemoved,
    }
)
