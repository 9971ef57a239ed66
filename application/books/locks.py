"""Whether a day of one of our wallets is locked, as whoever records something of it has to know."""

from application.books.books import Books
from domain.period import Period, PeriodState, period_id
from domain.receipt import Receipt
from domain.sheet import periods_of
from domain.values import Instant


def locked_period(books: Books, provider_account: str, at: Instant) -> Period | None:
    """Find the locked period, a day or a month, that a moment is in."""
    for name in periods_of(at):
        period = books.find(Period, period_id(provider_account, name))
        if period is not None and period.state == PeriodState.LOCKED:
            return period
    return None


def require_open_line(books: Books, receipt: Receipt, *, is_into_open: bool) -> None:
    """Refuse to say by hand what a line of a locked day is, unless it is to count today.

    Raises:
        TooLate: it is locked; says what to do instead.
    """
    if receipt.happened_at is None or is_into_open:
        return
    period = locked_period(books, receipt.provider_account, Instant(receipt.happened_at))
    if period is not None:
        period.require_open()
