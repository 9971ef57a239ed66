"""Takes secrets and phone numbers out of what is kept of the wire."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

BLANK: Final = "***"
KEPT_BYTES: Final = 4_096
"""Of a body; what is longer is cut."""
HEADERS_SHOWN: Final = frozenset(
    {"content-type", "content-length", "date", "x-callback-url", "x-country", "x-currency"}
    | {"x-reference-id", "x-request-id", "x-target-environment", "content-digest", "retry-after"}
    | {"signature-date", "signature-input", "server"}
)
_SECRET_FIELDS: Final = re.compile(
    r'("(?:access_token|refresh_token|client_secret|apiKey|pin|password|hash)"\s*:\s*)"[^"]*"',
    re.IGNORECASE,
)
_SECRET_PARAMETERS: Final = re.compile(
    r"([?&](?:password|credential|identifier)=)[^&\s]*", re.IGNORECASE
)
_CALLBACK_TOKEN: Final = re.compile(r"(/callbacks/[^/\s\"]{1,64}/)[^/?\s\"]+")
"""Who knows one can have a payment looked at."""
_NUMBER: Final = re.compile(
    r"""(?P<before>(?<![0-9A-Za-z-])(?:\+?260|0) | "msisdn"\s*:\s*"? | \bmsisdn=)
    (?P<first>[579][0-9]) [0-9]{5} (?P<last>[0-9]{2}) (?![0-9A-Za-z-])""",
    re.IGNORECASE | re.VERBOSE,
)
"""Only where it surely is one: nine digits alone may be the id of a transaction."""


class Blanking:
    """Knows one provider's secrets, and blanks them wherever they stand."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for one in secrets if one for form in (one, quote(one), quote_plus(one))}
        self._forms = sorted(forms, key=len, reverse=True)

    def blank(self, text: str) -> str:
        """Give a text without secrets, and with phone numbers masked."""
        for form in self._forms:
            text = text.replace(form, BLANK)
        text = _SECRET_FIELDS.sub(rf'\1"{BLANK}"', text)
        text = _SECRET_PARAMETERS.sub(rf"\1{BLANK}", text)
        text = _CALLBACK_TOKEN.sub(rf"\1{BLANK}", text)
        return _NUMBER.sub(r"\g<before>\g<first>*****\g<last>", text)

    def body(self, body: bytes) -> str:
        """Give a body as it is kept."""
        text = self.blank(body.decode("utf-8", "replace"))
        return text if len(text) <= KEPT_BYTES else f"{text[:KEPT_BYTES]}…"

    def headers(self, headers: Mapping[str, str]) -> list[str]:
        """Give the headers as they are kept: known ones with their values, others by name."""
        return [
            f"{name}: {self.blank(value) if name.lower() in HEADERS_SHOWN else BLANK}"
            for name, value in headers.items()
        ]
