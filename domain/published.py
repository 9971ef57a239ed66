"""The numbers that clients and staff go by: both published documents', and our own.

Each stands here once. What reads a request, a command line or a setting, and what describes them
(``/openapi.json``, the help), takes it from here; a tidy test looks for those that do not.
"""

from typing import Final

# -- messages -----------------------------------------------------------------------------------

MESSAGE_CHARACTERS_MAX: Final = 1_600
"""Unicode code points in one message (contract decision 5)."""
MESSAGE_SEGMENTS_MAX: Final = 11
"""Segments in one message: 11, so that 1,600 GSM-7 characters pass (contract decision 5)."""
RECIPIENTS_MAX: Final = 500
"""Entries in the list of one bulk."""
VALIDITY_S: Final = 24 * 3600
"""How long a message may wait to be sent."""
OTP_VALIDITY_S: Final = 10 * 60
"""The same in the lane of one-time passwords."""
IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255
IDEMPOTENCY_KEPT_S: Final = 24 * 3600
"""How long the answer under an idempotency key is kept (contract decision 7)."""
REPEATS_KEPT_S: Final = 10 * 60
"""How long after its last 503 a request is known again in any case (contract decision 8)."""
SENDER_ID_CHARACTERS_MAX: Final = 11
"""What an alphanumeric address can hold (3GPP 23.040 9.1.2.5)."""
USE_CASE_CHARACTERS_MAX: Final = 1_000
"""What an account may say of the sender ID that it asks for."""
PENDING_SENDER_IDS_MAX: Final = 20
"""Sender IDs of one account that may wait for a decision."""

# -- requests a minute, unless the settings say otherwise (contract decision 10) ------------------

SINGLE_PER_MINUTE: Final = 120
BULK_PER_MINUTE: Final = 10
READ_PER_MINUTE: Final = 300
ADDRESS_PER_MINUTE: Final = 60
SITE_PER_MINUTE: Final = 600
"""For all of an IPv6 /48, which holds 65,536 times what counts as one client."""
AUTH_PER_MINUTE: Final = 5
FAILED_ADDRESS_PER_MINUTE: Final = 20
FAILED_KEY_PER_MINUTE: Final = 5

# -- pages --------------------------------------------------------------------------------------

WILCYBERTEK_PAGE: Final = 50
WILCYBERTEK_PAGE_MAX: Final = 100
FELTECH_PAGE: Final = 20
LIST_PAGE: Final = 100
"""Of the lists that staff look at."""
LIST_PAGE_MAX: Final = 1_000
STATEMENT_PAGE: Final = 50
STATEMENT_PAGE_MAX: Final = 10_000

# -- people and their keys ------------------------------------------------------------------------

NAME_CHARACTERS_MAX: Final = 100
"""Of an account or of a key."""
EMAIL_CHARACTERS_MAX: Final = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
EMAIL_LOCAL_CHARACTERS_MAX: Final = 64
PASSWORD_CHARACTERS_MIN: Final = 10
PASSWORD_CHARACTERS_MAX: Final = 128
"""A longer password would only cost time: it is hashed slowly."""
CODE_CHARACTERS_MAX: Final = 20
"""What may stand for the six digits of a second factor, spaces and all."""
RESET_S: Final = 30 * 60
"""How long the token of a reset works."""
KEY_CHARACTERS: Final = 32
KEY_ID_CHARACTERS: Final = 8
"""The part of an API key that is no secret, at its beginning."""
KEYS_MAX: Final = 50
"""Working keys of one account."""
SOURCES_MAX: Final = 20
"""Addresses and networks that one key may be bound to."""
SOURCE_CHARACTERS_MAX: Final = 50

# -- what staff give ------------------------------------------------------------------------------

NUMBER_MAX: Final = 2**63 - 1
"""The largest number that both stores hold."""
CREDITS_MAX: Final = 10**12
"""Credits that one movement, or a day's limit, can name."""
PER_MINUTE_MAX: Final = 1_000_000
"""The highest limit of an account's own; none is 0."""
REASON_CHARACTERS_MAX: Final = 1_000
