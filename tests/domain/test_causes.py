"""Every cause has its class and its words, in its own table and in no other."""

import json
import re
from pathlib import Path

import pytest

from domain.causes import CAUSES, Meaning, OwnCause, RejectionClass, meaning_of

VECTORS = Path(__file__).parents[1] / "vectors"
SENTENCE = re.compile(r"[A-Z][^.]+\.( [A-Z][^.]+\.)?")
JARGON = re.compile(r"CM[SE]|[A-Z]+_|SMSC|TP-|PDU|\bS?ME\b|\bMS\b|IN DOUBT|[0-9]")


def test_the_cms_table_agrees_with_the_vectors() -> None:
    codes = json.loads((VECTORS / "cms_errors.json").read_text())["codes"]

    def as_vector(meaning: Meaning) -> dict[str, object]:
        limit_s = meaning.in_doubt_after_s
        known: dict[str, object] = {
            "class": meaning.rejection,
            "name": meaning.name,
            "in_doubt": limit_s is not None,
        }
        return known if limit_s is None else {**known, "in_doubt_after_s": limit_s}

    assert {code: as_vector(CAUSES[f"CMS_{code}"]) for code in codes} == codes


@pytest.mark.parametrize("cause", CAUSES)
def test_a_customer_reads_a_plain_sentence(cause: str) -> None:
    words = CAUSES[cause].words
    assert SENTENCE.fullmatch(words)
    assert not JARGON.search(words.replace("SIM", ""))


def test_every_cause_of_ours_has_words() -> None:
    assert set(OwnCause) <= set(CAUSES)


@pytest.mark.parametrize("cause", [cause for cause in CAUSES if cause[:4] in {"CMS_", "CME_"}])
def test_every_number_of_a_modem_has_a_class(cause: str) -> None:
    assert isinstance(CAUSES[cause].rejection, RejectionClass)


@pytest.mark.parametrize(
    ("one", "other"), [("CME_30", "CMS_331"), ("CME_10", "CMS_310"), ("CME_14", "CMS_314")]
)
def test_what_is_the_same_in_both_tables_has_the_same_words_and_class(one: str, other: str) -> None:
    assert CAUSES[one] == CAUSES[other]


def test_the_same_number_is_something_else_in_the_other_table() -> None:
    numbers = {cause[4:] for cause in CAUSES if f"CMS_{cause[4:]}" in CAUSES}
    both = [n for n in numbers if f"CME_{n}" in CAUSES]
    assert "30" in both
    assert all(CAUSES[f"CMS_{n}"].name != CAUSES[f"CME_{n}"].name for n in both)
    assert meaning_of("CME_30").words == "The SIM had no network service."
    assert meaning_of("CMS_30").words == "The network does not know the recipient."


def test_a_missing_or_locked_sim_is_never_the_messages_fault() -> None:
    for number in (10, 11, 12, 13, 15):
        assert CAUSES[f"CME_{number}"].rejection is RejectionClass.MODEM_OR_SIM


@pytest.mark.parametrize(
    ("cause", "name", "words"),
    [
        ("CMS_0", "a cause that 24.011 does not name", "The network refused it."),
        ("CMS_126", "a cause that 24.011 does not name", "The network refused it."),
        (
            "CMS_254",
            "a cause that 23.040 does not name",
            "The network's message centre refused it.",
        ),
        ("CMS_256", "an error that 27.005 does not name", "The modem could not send it."),
        ("CMS_511", "an error that 27.005 does not name", "The modem could not send it."),
        ("CMS_514", "manufacturer specific", "The modem could not send it."),
        ("CME_8765", "an error that our table of 27.007 lacks", "The modem could not send it."),
    ],
)
def test_a_number_that_its_table_lacks_is_told_by_its_range(
    cause: str, name: str, words: str
) -> None:
    assert meaning_of(cause) == Meaning(name, RejectionClass.TRANSIENT, words)


@pytest.mark.parametrize("text", ["", "no prompt in 8 s", "CMS_", "XYZ_30", "CMS_-1", "CME_3 0"])
def test_a_text_of_another_version_is_told_without_a_guess(text: str) -> None:
    assert meaning_of(text).words == "The reason is not known."
