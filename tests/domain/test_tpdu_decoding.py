"""What modems hand over: every vector, the odd cases of the standard, and any octets at all."""

import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tpdu import (
    AddressType,
    Concat,
    StatusClass,
    TpduError,
    decode_deliver,
    decode_status_report,
    decode_submit,
    status_class,
)

VECTORS = Path(__file__).parents[1] / "vectors"
CENTRE = bytes.fromhex("07916290070000F0")
HEAD = "040C91629066000020"  # an SMS-DELIVER from +260966000002
TIME = "62111221005080"  # 2026-11-21T12:00:05+02:00


def vectors(name: str) -> list[dict[str, Any]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        (VECTORS / f"{name}.json").read_text(encoding="utf-8")
    )
    return loaded["vectors"]


def deliver(dcs: int, user_data: str, *, header: bool = False, time: str = TIME) -> bytes:
    """Build an SMS-DELIVER with its service-centre octets."""
    head = HEAD.replace("04", "44", 1) if header else HEAD
    return CENTRE + bytes.fromhex(f"{head}00{dcs:02X}{time}{user_data}")


@pytest.mark.parametrize("vector", vectors("deliver"), ids=lambda vector: vector["id"])
def test_a_delivery_is_read_as_independent_decoders_read_it(vector: dict[str, Any]) -> None:
    pdu = bytes.fromhex(vector["pdu"])
    delivery = decode_deliver(pdu)
    concat = vector["concat"] and Concat(
        vector["concat"]["ref"],
        vector["concat"]["seq"],
        vector["concat"]["total"],
        vector["concat"]["ref_bits"],
    )

    assert (delivery.sender, delivery.text) == (vector["from"], vector["text"])
    assert delivery.sender_type is AddressType(vector["toa"] >> 4 & 7)
    assert delivery.service_centre_time == datetime.fromisoformat(vector["scts"])
    assert (delivery.dcs, delivery.concat, delivery.lossy) == (vector["dcs"], concat, False)
    assert len(pdu) - pdu[0] - 1 == vector["tpdu_length"]


@pytest.mark.parametrize("vector", vectors("status_report"), ids=lambda v: f"st{v['status']:02x}")
def test_a_report_is_read_as_independent_decoders_read_it(vector: dict[str, Any]) -> None:
    report = decode_status_report(bytes.fromhex(vector["pdu"]))

    assert report.message_reference == vector["mr"]
    assert (report.recipient, report.recipient_type) == (
        vector["recipient"],
        AddressType.INTERNATIONAL,
    )
    assert report.service_centre_time == datetime.fromisoformat(vector["scts"])
    assert report.discharge_time == datetime.fromisoformat(vector["discharge"])
    assert report.tp_status == vector["status"]
    assert status_class(report.tp_status) == vector["class"]


@pytest.mark.parametrize(
    ("first", "last", "meaning"),
    [
        (0x00, 0x1F, StatusClass.DELIVERED),
        (0x20, 0x3F, StatusClass.STILL_TRYING),
        (0x40, 0x5F, StatusClass.PERMANENT_FAILURE),
        (0x60, 0x7F, StatusClass.GAVE_UP),
        (0x80, 0xFF, StatusClass.GAVE_UP),
    ],
)
def test_every_status_has_a_class(first: int, last: int, meaning: StatusClass) -> None:
    assert {status_class(status) for status in range(first, last + 1)} == {meaning}


def test_a_zone_west_of_greenwich_is_read_with_its_sign() -> None:
    report = decode_deliver(deliver(0, "00", time="62111221005088"))

    assert report.service_centre_time == datetime.fromisoformat("2026-11-21T12:00:05-02:00")


@pytest.mark.parametrize("time", ["00" * 7, "FF" * 7, "62119921005080", "621112210050A0"])
def test_a_delivery_is_not_lost_because_its_time_is_no_time(time: str) -> None:
    delivery = decode_deliver(deliver(0, "0161", time=time))

    assert (delivery.service_centre_time, delivery.text) == (None, "a")


@pytest.mark.parametrize("element", ["240101", "250101"])
def test_a_text_in_a_national_table_is_kept_and_marked_as_lossy(element: str) -> None:
    delivery = decode_deliver(deliver(0, f"0703{element}62B219", header=True))

    assert delivery.lossy
    assert len(delivery.text) == 2


def test_a_text_in_eight_bit_data_is_none_and_marked_as_lossy() -> None:
    for dcs in (0x04, 0xF4, 0x20):
        delivery = decode_deliver(deliver(dcs, "03FF00AA"))
        assert (delivery.text, delivery.lossy) == ("", True)


@pytest.mark.parametrize("dcs", [0x00, 0x0C, 0x11, 0x40, 0x80, 0xC8, 0xD0, 0xF0])
def test_every_coding_scheme_for_the_default_alphabet_is_read_in_it(dcs: int) -> None:
    assert decode_deliver(deliver(dcs, "03E17018")).text == "aaa"


@pytest.mark.parametrize("dcs", [0x08, 0x18, 0x48, 0xE0])
def test_every_coding_scheme_for_ucs2_is_read_in_it(dcs: int) -> None:
    assert decode_deliver(deliver(dcs, "040041014B")).text == "Aŋ"


@pytest.mark.parametrize("user_data", ["02D83D", "040041DE00", "0300410A", "020000"])
def test_what_is_read_from_ucs2_can_always_be_stored(user_data: str) -> None:
    delivery = decode_deliver(deliver(8, user_data))

    assert delivery.lossy
    assert "\0" not in delivery.text
    assert delivery.text.encode("utf-8")


@pytest.mark.parametrize(
    ("user_data", "text", "lossy"),
    [
        ("021B0A", "^", False),
        ("029B0D", " ", True),  # an escape that is escaped
        ("029B30", "a", True),  # the extension table has nothing at 61
    ],
)
def test_an_escape_that_leads_to_no_character_is_marked_as_lossy(
    user_data: str, text: str, lossy: bool
) -> None:
    delivery = decode_deliver(deliver(0, user_data))

    assert (delivery.text, delivery.lossy) == (text, lossy)


def test_half_an_escape_pair_at_the_end_is_marked_as_lossy() -> None:
    delivery = decode_deliver(deliver(0, "02E10D"))

    assert (delivery.text, delivery.lossy) == ("a", True)


@pytest.mark.parametrize(
    ("header", "concat"),
    [
        ("050003A50201", Concat(0xA5, 1, 2)),
        ("050003A50203", None),  # part 3 of 2
        ("050003A50200", None),  # part 0
        ("050003A50001", None),  # of 0
        ("050004A50201", None),  # an element that ends after the header
        ("0400030102", None),
        ("060003A5020100", None),  # half an element at the end
        ("0A0003010201000302" + "0202", Concat(2, 2, 2)),  # the last one counts
        ("0A700400000000" + "00020102", None),
        ("0A050415811581" + "0002A502", None),
    ],
)
def test_a_header_that_does_not_add_up_never_costs_the_text(
    header: str, concat: Concat | None
) -> None:
    size = len(header) // 2
    delivery = decode_deliver(deliver(8, f"{size + 2:02X}{header}0041", header=True))

    assert delivery.concat == concat
    assert delivery.text == "A"


def test_the_digits_of_an_address_may_be_signs() -> None:
    pdu = CENTRE + bytes.fromhex("0405812A" + "C1FB" + "0000" + TIME + "00")

    assert decode_deliver(pdu).sender == "*21a#"


def test_a_fill_digit_counted_as_a_digit_is_left_out() -> None:
    pdu = CENTRE + bytes.fromhex("0406817070F2" + "0000" + TIME + "00")

    assert decode_deliver(pdu).sender == "07072"


def test_a_report_with_optional_fields_at_its_end_is_read_without_them() -> None:
    vector = vectors("status_report")[0]
    plain = bytes.fromhex(vector["pdu"])

    assert decode_status_report(plain + bytes.fromhex("0700000161")) == decode_status_report(plain)


@pytest.mark.parametrize(
    "pdu",
    [
        "",
        "00",
        "FF",
        "07916290",
        "00" + HEAD,
        "00" + HEAD + "0000" + TIME + "05E1",  # TP-UD is cut off
        "00" + HEAD + "0000" + TIME + "A1" + "00" * 141,  # more than 140 octets
        "00" + "44" + HEAD[2:] + "0000" + TIME + "00",  # a header where there is no TP-UD
        "00" + "44" + HEAD[2:] + "0008" + TIME + "020500",  # a header longer than TP-UD
        "00" + "04" + "1591" + "11" * 11 + "0000" + TIME + "00",  # 21 digits
        "00" + "04" + "04911F11" + "0000" + TIME + "00",  # a fill digit inside
        "0001000C9162907721436500000161",  # an SMS-SUBMIT
    ],
)
def test_octets_that_are_no_delivery_are_an_error(pdu: str) -> None:
    with pytest.raises(TpduError):
        decode_deliver(bytes.fromhex(pdu))


@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(lambda first, rest: bytes((0, first)) + rest, st.integers(0, 255), st.binary()),
        st.builds(
            lambda flags, dcs, rest: (
                bytes((0, flags))
                + bytes.fromhex("0C91629066000020" + "00")
                + bytes((dcs,))
                + bytes.fromhex(TIME)
                + rest
            ),
            st.sampled_from([0x04, 0x44]),
            st.sampled_from([0, 4, 8, 0x20]),
            st.binary(max_size=40),
        ),
    )
)
def test_any_octets_give_a_value_or_a_tpdu_error(octets: bytes) -> None:
    for decode in (decode_deliver, decode_status_report, decode_submit):
        with contextlib.suppress(TpduError):
            decode(octets)


@given(st.sampled_from(vectors("deliver") + vectors("status_report")), st.data())
def test_one_wrong_octet_in_real_ones_gives_a_value_or_a_tpdu_error(
    vector: dict[str, Any], data: st.DataObject
) -> None:
    octets = bytearray.fromhex(vector["pdu"])
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(octets)[: data.draw(st.integers(0, len(octets)))]

    for candidate in (bytes(octets), damaged):
        for decode in (decode_deliver, decode_status_report):
            with contextlib.suppress(TpduError):
                decode(candidate)
