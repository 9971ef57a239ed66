"""Codes on pages are drawn so that the camera of any phone reads them."""

import re

import pytest

from api.pages.qr import drawn

MODULES_MIN = 21
"""Of an ordinary QR code; a Micro QR code, which many readers do not know, has 17 at most."""
BORDER, SCALE = 2, 4


@pytest.mark.parametrize("text", ["482913", "K7Q2-88XM", "https://ngoma.example/api/mobile/v1"])
def test_however_short_it_is_no_micro_code(text: str) -> None:
    size = re.search(r'viewBox="0 0 (\d+) ', drawn(text))
    assert size
    assert int(size[1]) >= (MODULES_MIN + 2 * BORDER) * SCALE
