"""One transaction of a provider, as the API and as statements tell of it: credited at most once."""

from domain.receipt.aggregate import Receipt, receipt_id
from domain.receipt.events import FROM_CLEARING, FROM_HELD, FROM_LINE

__all__ = ["FROM_CLEARING", "FROM_HELD", "FROM_LINE", "Receipt", "receipt_id"]
