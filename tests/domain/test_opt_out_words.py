"""STOP and its variants are known however they are typed, and a sentence is left to people."""

import pytest

from domain.inbound import Word
from domain.opt_out_words import TEXT_MAX, WORDS, word_in

STOPS = [
    *("STOP", "stop", " Stop. ", "STOP!!", "“stop”", "sTop", "Stop all", "STOPALL", "opt-out"),
    *("OPT OUT", "unsubscribe", "Please stop", "pls stop sending me messages", "STOP SMS"),
    *("\uff33\uff34\uff2f\uff30", "stop\r\n", "STOP STOP", "Leka", "lekeni napapata", "Tuhela"),
]
STARTS = ["START", "unstop", "Opt in", "subscribe please", "Yamba", "tampa"]
NEITHER = [
    *("", "   ", "!", "stop start", "do not stop", "The bus will stop at 5", "I cannot come"),
    *("stopped", "please", "please send the messages", "weekend", "x" * 200, "stop " * 20),
]


@pytest.mark.parametrize("text", STOPS)
def test_a_word_that_asks_for_no_more_is_known(text: str) -> None:
    assert word_in(text) is Word.STOP


@pytest.mark.parametrize("text", STARTS)
def test_a_word_that_asks_for_them_again_is_known(text: str) -> None:
    assert word_in(text) is Word.START


@pytest.mark.parametrize("text", NEITHER)
def test_what_says_anything_else_asks_for_nothing(text: str) -> None:
    assert word_in(text) is None


def test_every_word_of_the_list_is_known_as_it_stands() -> None:
    assert all(word_in(word) is asked for word, asked in WORDS.items())
    assert max(map(len, WORDS)) < TEXT_MAX
