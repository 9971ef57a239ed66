"""What a text costs: every vector, the limits around it, and what holds for any text."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRequest, MessageTooLong
from domain.message_text import (
    MESSAGE_CHARACTERS_MAX,
    MESSAGE_SEGMENTS_MAX,
    check_length,
    is_blank,
    is_within_limits,
)
from domain.segments import (
    ESCAPE,
    GSM7_BASIC,
    GSM7_EXTENSION,
    PART_LIMIT,
    SINGLE_LIMIT,
    Text,
    encoding_of,
    non_gsm_characters,
    segment,
)
from domain.values import Encoding
from domain.written import check_words

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "segmentation.json").read_text(encoding="utf-8")
)["vectors"]
NAMES = {"GSM7": Encoding.GSM7, "UCS2": Encoding.UCS2}

gsm7_texts = st.text(st.sampled_from(GSM7_BASIC.replace(ESCAPE, "") + "".join(GSM7_EXTENSION)))
long_texts = st.builds(
    lambda text, times: text * times,
    st.one_of(gsm7_texts, st.text(), st.text("ab{€😀ш", min_size=20)),
    st.integers(1, 40),
)


def units_of(text: str, encoding: Encoding) -> int:
    """Count again, the plain way: two for each extension or astral character."""
    if encoding is Encoding.GSM7:
        return sum(2 if character in GSM7_EXTENSION else 1 for character in text)
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_text_is_cut_as_independent_implementations_cut_it(vector: dict[str, Any]) -> None:
    segmented = segment(vector["text"])

    assert segmented.text.encoding is NAMES[vector["encoding"]]
    assert segmented.units == vector["units"]
    assert segmented.text.segments == vector["segments"]
    assert [units_of(part, segmented.text.encoding) for part in segmented.parts] == vector[
        "segment_units"
    ]
    if vector["segment_texts"] is not None:
        assert list(segmented.parts) == vector["segment_texts"]
    assert Text.measured(vector["text"]) == segmented.text


def test_the_default_alphabet_has_128_different_characters() -> None:
    assert len(set(GSM7_BASIC)) == 128
    assert GSM7_BASIC[0x1B] == ESCAPE
    assert not set(GSM7_BASIC) & set(GSM7_EXTENSION)


def test_the_empty_text_is_one_segment_of_nothing() -> None:
    segmented = segment("")

    assert (segmented.text.encoding, segmented.units, segmented.parts) == (Encoding.GSM7, 0, ("",))
    assert segmented.remaining_in_segment == 160
    assert Text.measured("") == Text("", Encoding.GSM7, 1)


@pytest.mark.parametrize(
    ("text", "remaining"),
    [
        ("a" * 160, 0),
        ("a" * 161, 153 - 8),
        ("a" * 159 + "€", 153 - 8),
        ("a" * 152 + "€" * 5, 153 - 10),  # the pair that does not fit leaves a place empty
        ("ш" * 70, 0),
        ("ш" * 71, 67 - 4),
        ("😀", 68),
        ("😀" * 36, 67 - 6),
    ],
)
def test_the_places_left_are_those_of_the_last_segment(text: str, remaining: int) -> None:
    assert segment(text).remaining_in_segment == remaining


@given(long_texts)
def test_counting_and_cutting_agree_on_any_text(text: str) -> None:
    segmented = segment(text)

    assert Text.measured(text) == segmented.text
    assert encoding_of(text) is segmented.text.encoding
    assert segmented.units == units_of(text, segmented.text.encoding)


@given(long_texts)
def test_the_parts_are_the_text_and_each_is_as_full_as_it_can_be(text: str) -> None:
    segmented = segment(text)
    limit = SINGLE_LIMIT if segmented.text.segments == 1 else PART_LIMIT
    units = [units_of(part, segmented.text.encoding) for part in segmented.parts]

    assert "".join(segmented.parts) == text
    assert max(units) <= limit[segmented.text.encoding]
    assert segmented.remaining_in_segment == limit[segmented.text.encoding] - units[-1]
    for part, following in zip(segmented.parts, segmented.parts[1:], strict=False):
        grown = units_of(part + following[0], segmented.text.encoding)
        assert grown > limit[segmented.text.encoding]


@given(st.text(st.characters(codec=None, categories=["Cs", "Lu", "So"]), max_size=300))
def test_lone_surrogates_are_counted_and_never_raise(text: str) -> None:
    assert Text.measured(text) == segment(text).text


@given(st.text())
def test_a_text_is_ucs2_exactly_when_some_character_makes_it_so(text: str) -> None:
    assert (encoding_of(text) is Encoding.UCS2) == bool(non_gsm_characters(text))


def test_the_characters_that_force_ucs2_are_named_once_in_order_of_appearance() -> None:
    assert non_gsm_characters("“Mwaŋo” \u2013 ç“ŋ€") == ("“", "ŋ", "”", "\u2013", "ç")
    assert non_gsm_characters("[€] {all} GSM-7") == ()


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\ud83d", "\ude00é", "\0", "😀\udc00"])
def test_a_text_with_nul_escape_or_half_a_pair_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check_words(text, "message")
    assert refusal.value.field == "message"


@pytest.mark.parametrize("text", ["", "Hello", "tab\there", "😀 é ŋ", "\r\n\f"])
def test_any_other_text_is_sent_as_given(text: str) -> None:
    assert check_words(text, "message") == text


@pytest.mark.parametrize("text", ["a" * 1_600, "ш" * (11 * 67), "€" * 800])
def test_a_text_at_a_limit_is_accepted(text: str) -> None:
    measured = Text.measured(text)
    assert is_within_limits(measured)
    check_length(measured)


@pytest.mark.parametrize(
    ("text", "segments"),
    [("a" * 1_601, 11), ("ш" * (11 * 67 + 1), 12), ("€" * 837, 12), ("a" * 5_000, 33)],
)
def test_a_text_above_a_limit_is_refused_with_both_counts(text: str, segments: int) -> None:
    measured = Text.measured(text)
    assert (measured.segments, is_within_limits(measured)) == (segments, False)
    with pytest.raises(MessageTooLong) as refusal:
        check_length(measured)
    assert (refusal.value.characters, refusal.value.segments) == (len(text), segments)


def test_the_limits_are_those_of_the_contract() -> None:
    assert (MESSAGE_CHARACTERS_MAX, MESSAGE_SEGMENTS_MAX) == (1_600, 11)


def test_a_text_of_white_space_is_blank() -> None:
    assert all(is_blank(text) for text in ["", " ", "\r\n\t", "\u00a0\u2003"])
    assert not any(is_blank(text) for text in ["a", " . ", "\0"])
