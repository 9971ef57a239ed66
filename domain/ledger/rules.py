"""What each event posts; those that move nothing stand in ``domain/ledger/nothing.py``."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.events import Event
from domain.ledger import chart
from domain.ledger.lots import Holdings, Lot
from domain.ledger.posting import Posting, credits, moved, ngwee, turned
from domain.message import Message
from domain.payment import Payment
from domain.receipt import FROM_HELD, Receipt
from domain.wallet import CreditWallet

Lines = list[Posting]
Rule = Callable[[int, Any, Holdings], Lines]
"""Gives an event's postings, from its log position, itself, and the holdings of its account, which
it changes. Events that are about no account get holdings of nobody."""


def postings(
    position: int, event: Event, holdings: Holdings, *, rules: Mapping[type[Event], Rule]
) -> Lines:
    """Give what an event posts, and take the lots that it takes from ``holdings``."""
    rule = rules.get(type(event))
    return [] if rule is None else rule(position, event, holdings)


# -- credits come in ----------------------------------------------------------------------------


def _topped_up(position: int, event: Any, holdings: Holdings) -> Lines:
    place = chart.unallocated if event.source == FROM_HELD else chart.clearing
    net = event.value_ngwee - event.vat_ngwee
    return moved(
        ngwee(place(event.provider_account), event.value_ngwee),
        ngwee(chart.VAT, -event.vat_ngwee),
        credits(chart.ISSUED, event.credits),
        credits(chart.available(event.account), -event.credits),
        *_new_lot(holdings, event.account, Lot(position, event.receipt, event.credits, net)),
    )


def _granted(position: int, event: Any, holdings: Holdings) -> Lines:
    return _without_payment(chart.GRANTED, position, event, holdings)


def _adjusted(position: int, event: Any, holdings: Holdings) -> Lines:
    if event.credits > 0:
        return _without_payment(chart.ADJUSTED, position, event, holdings)
    value = holdings.take(-event.credits)
    return moved(
        credits(chart.available(event.account), -event.credits),
        credits(chart.ADJUSTED, event.credits),
        ngwee(chart.prepaid(event.account), value),
        ngwee(chart.ADJUSTMENTS, -value),
    )


def _without_payment(place: str, position: int, event: Any, holdings: Holdings) -> Lines:
    return moved(
        credits(place, event.credits),
        credits(chart.available(event.account), -event.credits),
        *_new_lot(holdings, event.account, Lot(position, None, event.credits, 0)),
    )


def _new_lot(holdings: Holdings, account: int, lot: Lot) -> Lines:
    """Put a lot in: what it pays of a debt is not prepaid any more."""
    paid = holdings.add(lot)
    return [
        ngwee(chart.prepaid(account), paid - lot.value_ngwee),
        *_owed(holdings, account, -paid),
    ]


def _owed(holdings: Holdings, account: int, change: int) -> Lines:
    owed, forgotten = holdings.owe(change)
    return [ngwee(chart.receivable(account), owed), ngwee(chart.ADJUSTMENTS, forgotten)]


# -- messages -----------------------------------------------------------------------------------


def _reserved(_position: int, event: Any, _holdings: Holdings) -> Lines:
    return [
        credits(chart.available(event.account), event.credits),
        credits(chart.reserved(event.account), -event.credits),
    ]


def _refunded(position: int, event: Any, holdings: Holdings) -> Lines:
    return turned(_reserved(position, event, holdings))


def _sent(_position: int, event: Any, holdings: Holdings) -> Lines:
    lines = [
        credits(chart.reserved(event.account), event.credits),
        credits(chart.CONSUMED, -event.credits),
    ]
    value = holdings.take(event.credits)
    if value:
        lines.append(ngwee(chart.prepaid(event.account), value))
        lines.append(ngwee(chart.sms_income(event.network), -value))
    return lines


# -- credits go ---------------------------------------------------------------------------------


def _expired(_position: int, event: Any, holdings: Holdings) -> Lines:
    value = sum(holdings.take_of(holdings.lots.get(event.lot), event.credits))
    return moved(
        credits(chart.available(event.account), event.credits),
        credits(chart.EXPIRED, -event.credits),
        ngwee(chart.prepaid(event.account), value),
        ngwee(chart.BREAKAGE, -value),
    )


def _clawed_back(_position: int, event: Any, holdings: Holdings) -> Lines:
    unused, others = holdings.take_of(holdings.bought_by(event.receipt), event.credits)
    spent = event.value_ngwee - event.vat_ngwee - unused
    return moved(
        credits(chart.available(event.account), event.credits),
        credits(chart.ISSUED, -event.credits),
        ngwee(chart.prepaid(event.account), unused + others),
        ngwee(chart.VAT, event.vat_ngwee),
        ngwee(chart.clearing(event.provider_account), -event.value_ngwee),
        *_owed(holdings, event.account, spent - others),
    )


def _cashed_out(_position: int, event: Any, holdings: Holdings) -> Lines:
    value = sum(holdings.take_of(holdings.bought_by(event.receipt), event.credits))
    return moved(
        credits(chart.available(event.account), event.credits),
        credits(chart.ISSUED, -event.credits),
        ngwee(chart.prepaid(event.account), value),
        ngwee(chart.VAT, event.vat_ngwee),
        ngwee(chart.refunds_payable(event.account), -event.value_ngwee),
        # Nothing, while what goes back is what the credits were bought for.
        ngwee(chart.ADJUSTMENTS, event.value_ngwee - event.vat_ngwee - value),
    )


def _paid_out(_position: int, event: Any, _holdings: Holdings) -> Lines:
    return moved(
        ngwee(chart.refunds_payable(event.account), event.amount_ngwee),
        ngwee(chart.clearing(event.provider_account), -event.amount_ngwee),
    )


# -- statements: only their lines touch MobileMoney ----------------------------------------------


def _line(event: Any, place: str) -> Lines:
    return moved(
        ngwee(chart.mobile_money(event.provider_account), event.amount_ngwee - event.fee_ngwee),
        ngwee(chart.fees(event.provider_account), event.fee_ngwee),
        ngwee(place, -event.amount_ngwee),
    )


def _held(_position: int, event: Any, _holdings: Holdings) -> Lines:
    return _line(event, chart.unallocated(event.provider_account)) if event.posts else []


def _seen(_position: int, event: Any, _holdings: Holdings) -> Lines:
    return _line(event, chart.unallocated(event.provider_account)) if event.posts_held else []


def _matched(_position: int, event: Any, _holdings: Holdings) -> Lines:
    place = chart.clearing(event.provider_account)
    if event.source != FROM_HELD:
        return _line(event, place)
    held = chart.unallocated(event.provider_account)
    return moved(ngwee(held, event.amount_ngwee), ngwee(place, -event.amount_ngwee))


def _unmatched(position: int, event: Any, holdings: Holdings) -> Lines:
    return turned(_matched(position, event, holdings))


def _settled(_position: int, event: Any, _holdings: Holdings) -> Lines:
    return _line(event, chart.in_transit(event.provider_account))


def _written_off(_position: int, event: Any, _holdings: Holdings) -> Lines:
    is_held = event.source == FROM_HELD
    place = chart.unallocated if is_held else chart.clearing
    lost = -event.amount_ngwee if is_held else event.amount_ngwee
    return moved(
        ngwee(place(event.provider_account), -lost),
        ngwee(chart.RECON_LOSS if lost > 0 else chart.RECON_GAIN, lost),
    )


RULES: Final[Mapping[type[Event], Rule]] = {
    CreditWallet.TopUp: _topped_up,
    CreditWallet.Granted: _granted,
    CreditWallet.Adjusted: _adjusted,
    CreditWallet.Reserved: _reserved,
    CreditWallet.Refunded: _refunded,
    CreditWallet.CreditsExpired: _expired,
    CreditWallet.ClawedBack: _clawed_back,
    CreditWallet.CashedOut: _cashed_out,
    Message.Sent: _sent,
    Payment.Refunded: _paid_out,
    Receipt.SeenOnStatement: _seen,
    Receipt.Held: _held,
    Receipt.Matched: _matched,
    Receipt.Unmatched: _unmatched,
    Receipt.Settled: _settled,
    Receipt.WrittenOff: _written_off,
}

TAKES_LOTS: Final = frozenset(
    {
        CreditWallet.TopUp,
        CreditWallet.Granted,
        CreditWallet.Adjusted,
        CreditWallet.CreditsExpired,
        CreditWallet.ClawedBack,
        CreditWallet.CashedOut,
        Message.Sent,
    }
)
"""Of those, whose rule needs the holdings of their account."""
