"""QR codes, drawn here: what is in them is nobody else's to see."""

from typing import Any


def drawn(text: str) -> Any:
    """Draw a text as a piece of a page."""
    import segno  # noqa: PLC0415 - the web starts without it
    from markupsafe import Markup  # noqa: PLC0415

    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, omitsize=True))  # noqa: S704 - drawn by us
