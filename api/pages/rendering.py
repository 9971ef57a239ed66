"""Templates become HTML: escaped whatever is in it, in words of a language file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.http.wire import Answer, Headers
from api.pages.assets import asset
from api.pages.words import LANGUAGE, has_words, say
from api.pages.written import day, kwacha, moment, number

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates"
HTML: Final = b"text/html; charset=utf-8"

POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE: Final[Headers] = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""On every page: nothing is loaded from elsewhere, and nothing runs that stands in the page."""
ONLY_BY_TLS: Final = (b"strict-transport-security", b"max-age=31536000")
"""For a page that came by TLS alone (RFC 6797, 7.2): for a year the browser asks by TLS at once."""


def html(
    template: str, values: Mapping[str, Any], *, status: int = 200, headers: Headers = ()
) -> Answer:
    """Answer with a template, filled in."""
    body = _environment().get_template(template).render(values).encode("utf-8", "replace")
    return Answer(status, body, (*SAFE, *headers), content_type=HTML)


@cache
def _environment() -> "Environment":
    """Make the environment once somebody looks at a page: its import is no part of a start."""
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415

    from api.pages.templating import Templates, cell, cells  # noqa: PLC0415

    made = Templates(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"say": say, "has_words": has_words, "asset": asset, "language": LANGUAGE}
    made.globals |= {"cell": cell, "cells": cells}
    made.filters |= {
        "pair": lambda name: (name, name),
        "network": lambda name: (name, say(f"networks.{name}")),
    }
    made.filters |= {"number": number, "kwacha": kwacha, "moment": moment, "day": day}
    return made
