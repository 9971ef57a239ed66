"""Submissions: every vector byte for byte, and what holds for any text."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.segments import ESCAPE, GSM7_BASIC, GSM7_EXTENSION, segment
from domain.tpdu import (
    LONGEST_VALIDITY_MINUTES,
    Concat,
    TpduError,
    decode_submit,
    encode_segment,
    encode_submit,
    validity_in_minutes,
)
from domain.values import Encoding

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "submit_pdu.json").read_text(encoding="utf-8")
)["vectors"]
RECIPIENT = "+260977123456"

texts = st.one_of(
    st.text(st.sampled_from(GSM7_BASIC.replace(ESCAPE, "") + "".join(GSM7_EXTENSION))),
    st.text(),
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_submission_has_the_octets_that_independent_encoders_give(vector: dict[str, Any]) -> None:
    segmented = segment(vector["text"])

    tpdus = encode_submit(
        vector["to"], segmented.parts, segmented.text.encoding, concat_ref=vector["concat_ref"]
    )

    assert ["00" + tpdu.hex().upper() for tpdu in tpdus] == vector["pdus"]
    assert [len(tpdu) for tpdu in tpdus] == vector["tpdu_lengths"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_submission_reads_back_as_what_was_sent(vector: dict[str, Any]) -> None:
    submits = [decode_submit(bytes.fromhex(pdu)) for pdu in vector["pdus"]]
    of = len(submits)

    assert "".join(submit.text for submit in submits) == vector["text"]
    assert {submit.recipient for submit in submits} == {vector["to"]}
    assert [submit.concat for submit in submits] == (
        [None] if of == 1 else [Concat(vector["concat_ref"], part + 1, of) for part in range(of)]
    )
    assert not any(submit.status_report or submit.validity for submit in submits)


@given(
    texts,
    st.integers(0, 255),
    st.one_of(st.none(), st.integers(0, 10**6)),
    st.booleans(),
    st.from_regex(r"\+[0-9]{1,20}", fullmatch=True),
)
def test_any_text_reads_back_as_what_was_encoded(
    text: str, reference: int, validity: int | None, report: bool, recipient: str
) -> None:
    segmented = segment(text)
    tpdus = encode_submit(
        recipient,
        segmented.parts,
        segmented.text.encoding,
        concat_ref=reference,
        validity_minutes=validity,
        status_report=report,
    )
    submits = [decode_submit(b"\x00" + tpdu) for tpdu in tpdus]

    assert tuple(submit.text for submit in submits) == segmented.parts
    for part, submit in enumerate(submits, start=1):
        assert submit.recipient == recipient
        assert submit.status_report == report
        assert len(submit.validity) == (0 if validity is None else 1)
        expected = None if len(submits) == 1 else Concat(reference, part, len(submits))
        assert submit.concat == expected


@pytest.mark.parametrize("text", ["a" * 400, "€" * 200, "ш😀" * 100])
def test_one_segment_alone_is_encoded_as_it_is_among_the_others(text: str) -> None:
    parts, encoding = segment(text).parts, segment(text).text.encoding
    together = encode_submit(RECIPIENT, parts, encoding, concat_ref=7)

    alone = [
        encode_segment(RECIPIENT, parts, index, encoding, concat_ref=7)
        for index in range(len(parts))
    ]

    assert tuple(alone) == together


@pytest.mark.parametrize(
    ("minutes", "octet"),
    [
        (0, 0),
        (1, 0),
        (5, 0),
        (6, 1),
        (10, 1),
        (720, 143),
        (721, 144),
        (750, 144),
        (751, 145),
        (1440, 167),
        (1441, 168),
        (2880, 168),
        (4320, 169),
        (43_200, 196),
        (43_201, 197),
        (50_400, 197),
        (50_401, 198),
        (LONGEST_VALIDITY_MINUTES, 255),
        (10**9, 255),
    ],
)
def test_a_validity_is_rounded_up_to_what_the_octet_can_say(minutes: int, octet: int) -> None:
    (tpdu,) = encode_submit(
        RECIPIENT, ("a",), Encoding.GSM7, concat_ref=None, validity_minutes=minutes
    )

    assert tpdu[0] == 0x11
    assert decode_submit(b"\x00" + tpdu).validity == bytes((octet,))


@given(st.integers(0, LONGEST_VALIDITY_MINUTES))
def test_a_validity_is_the_shortest_that_is_long_enough(minutes: int) -> None:
    (tpdu,) = encode_submit(
        RECIPIENT, ("a",), Encoding.GSM7, concat_ref=None, validity_minutes=minutes
    )
    octet = decode_submit(b"\x00" + tpdu).validity[0]

    assert validity_in_minutes(octet) >= minutes
    assert octet == 0 or validity_in_minutes(octet - 1) < minutes


def test_a_relative_validity_grows_with_its_octet() -> None:
    lengths = [validity_in_minutes(octet) for octet in range(256)]

    assert lengths == sorted(set(lengths))
    assert lengths[-1] == LONGEST_VALIDITY_MINUTES


def test_a_status_report_is_asked_for_in_the_first_octet() -> None:
    parts = segment("a" * 161).parts
    first, second = encode_submit(
        RECIPIENT, parts, Encoding.GSM7, concat_ref=1, status_report=True, validity_minutes=60
    )

    assert first[0] == second[0] == 0x01 | 0x10 | 0x20 | 0x40
    assert decode_submit(b"\x00" + second).status_report


@pytest.mark.parametrize(
    ("recipient", "parts", "encoding", "reference", "validity"),
    [
        ("260977123456", ("a",), Encoding.GSM7, None, None),
        ("+", ("a",), Encoding.GSM7, None, None),
        ("+26097712345x", ("a",), Encoding.GSM7, None, None),
        ("+" + "1" * 21, ("a",), Encoding.GSM7, None, None),
        (RECIPIENT, ("a" * 161,), Encoding.GSM7, None, None),
        (RECIPIENT, ("ш" * 71,), Encoding.UCS2, None, None),
        (RECIPIENT, ("a" * 154, "b"), Encoding.GSM7, 1, None),
        (RECIPIENT, ("ш" * 68, "b"), Encoding.UCS2, 1, None),
        (RECIPIENT, ("a", "b"), Encoding.GSM7, None, None),
        (RECIPIENT, ("a", "b"), Encoding.GSM7, 256, None),
        (RECIPIENT, ("a",) * 256, Encoding.GSM7, 1, None),
        (RECIPIENT, ("ш",), Encoding.GSM7, None, None),
        (RECIPIENT, ("`",), Encoding.GSM7, None, None),
        (RECIPIENT, ("ç",), Encoding.GSM7, None, None),
        (RECIPIENT, ("\x1b",), Encoding.GSM7, None, None),
        (RECIPIENT, ("\x00",), Encoding.GSM7, None, None),
        (RECIPIENT, ("\ud83d",), Encoding.UCS2, None, None),
        (RECIPIENT, ("a",), Encoding.GSM7, None, -1),
    ],
)
def test_what_does_not_fit_is_an_error_and_no_octets(
    recipient: str,
    parts: tuple[str, ...],
    encoding: Encoding,
    reference: int | None,
    validity: int | None,
) -> None:
    with pytest.raises(TpduError):
        encode_submit(recipient, parts, encoding, concat_ref=reference, validity_minutes=validity)


def test_octets_after_a_submission_are_an_error() -> None:
    (tpdu,) = encode_submit(RECIPIENT, ("a",), Encoding.GSM7, concat_ref=None)

    with pytest.raises(TpduError, match="1 octets follow"):
        decode_submit(b"\x00" + tpdu + b"\x00")


@pytest.mark.parametrize(("flags", "size"), [(0x01, 0), (0x11, 1), (0x09, 7), (0x19, 7)])
def test_each_form_of_validity_has_its_own_size(flags: int, size: int) -> None:
    pdu = bytes.fromhex(f"00{flags:02X}4D04910621" + "0000" + "AA" * size + "0161")
    submit = decode_submit(pdu)

    assert submit.validity == b"\xaa" * size
    assert (submit.recipient, submit.text, submit.message_reference) == ("+6012", "a", 0x4D)
