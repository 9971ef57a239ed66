"""Plots: a bar is as wide as it says, whatever its tone."""

import re
from typing import Final, get_args

import pytest

from api.pages.assets import assets
from api.pages.plots import HEIGHT, Plot, Series, Tone

STYLE: Final = assets()["app.css"].body.decode()


@pytest.mark.parametrize("tone", get_args(Tone))
def test_no_rule_of_the_layout_has_the_name_of_a_tone(tone: str) -> None:
    """A rule with a width would be a bar's: in SVG a width is a property as any other."""
    assert re.findall(rf"(?:^|[\s,}}])\.{tone}\s*[,{{]", STYLE) == []


def test_bars_of_a_stack_stand_on_each_other_with_one_width() -> None:
    series = [Series("delivered", [1, 0], "good"), Series("sent", [2, 3], "plain")]
    low, high, other = Plot("p", ["a", "b"], series).bars
    assert (low.x, low.width) == (high.x, high.width)
    assert high.y + high.height == low.y
    assert low.y + low.height == other.y + other.height == HEIGHT
    assert other.width == low.width
