"""Whether a day of one of our wallets is closed, as whoever records something of it has to know."""

from application.books.books import Books
from domain.closing import Closing, closing_id
from domain.errors import TooLate
from domain.period import INSTEAD, Period, PeriodState, period_id
from domain.receipt import Receipt
from domain.sheet import periods_of
from domain.values import Instant


def locked_period(books: Books, provider_account: str, at: Instant) -> str | None:
    """Name the locked period, a day or a month, that a moment is in, or that closes it too.

    A sheet says what there is at the end of its period: with it all before is closed.
    """
    for name in periods_of(at):
        period = books.find(Period, period_id(provider_account, name))
        if period is not None and period.state == PeriodState.LOCKED:
            return name
    closing = books.find(Closing, closing_id(provider_account))
    return closing.period if closing is not None and closing.is_closed(at) else None


def require_open_line(books: Books, receipt: Receipt, *, is_into_open: bool) -> None:
    """Refuse to say by hand what a line of a closed day is, unless it is to count today.

    Raises:
        TooLate: it is closed; says what to do instead.
    """
    if receipt.happened_at is None or is_into_open:
        return
    wallet = receipt.provider_account
    period = locked_period(books, wallet, Instant(receipt.happened_at))
    if period is not None:
        msg = f"{period} of {wallet} is locked: {INSTEAD}"
        raise TooLate(msg)
