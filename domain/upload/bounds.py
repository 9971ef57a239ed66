"""How large an uploaded list may be."""

from typing import Final

from domain.bulk import RECIPIENTS_MAX
from domain.message_text import MESSAGE_CHARACTERS_MAX

UPLOAD_ROWS_MAX: Final = 100_000
"""Rows of one list, good and bad, without its headings."""
ROWS_A_PART: Final = RECIPIENTS_MAX
"""Rows that are kept together, and sent as one bulk."""
TEMPLATE_CHARACTERS_MAX: Final = 2 * MESSAGE_CHARACTERS_MAX
"""Of a template: its places are longer than what comes into them."""
PLACES_MAX: Final = 50
"""Places in a template."""
COLUMN_CHARACTERS_MAX: Final = 100
"""Of a column's name."""
KEPT_BYTES_MAX: Final = 64 << 20
"""What the rows of a list may come to: in a spreadsheet one text can be named by many rows."""
PREVIEWS_MAX: Final = 20
"""Lists of one account that wait to be started."""
UPLOAD_PAGE: Final = 50
"""Rows of a page of the preview, unless another number is asked for."""
UPLOAD_PAGE_MAX: Final = 500
UPLOAD_BAD_SHOWN: Final = 20
"""Bad rows that are told with the list itself; all of them are in its CSV."""
