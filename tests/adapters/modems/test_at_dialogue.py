"""However a modem's bytes are cut, mixed with reports or soiled, the same words are read."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.modems.at.dialogue import (
    MAX_LINE,
    AtCodec,
    Echo,
    Line,
    Prompt,
    Result,
    ResultKind,
    Token,
    Urc,
)
from adapters.modems.at.urcs import URC_TABLE, UrcKind
from adapters.modems.devices.registration_forms import status_in
from tests.adapters.modems.emulated import vector_pdus

REPORT = vector_pdus("status_report.json")[0]
MESSAGE = vector_pdus("deliver.json")[0]
OK = Result(ResultKind.OK)

URCS: dict[bytes, Urc] = {
    b"RING": Urc(UrcKind.OTHER, "RING"),
    b"^RSSI: 17": Urc(UrcKind.OTHER, "^RSSI: 17"),
    b"+CREG: 5": Urc(UrcKind.REGISTRATION, "+CREG: 5"),
    b'+CREG: 1,"00A1","1B2C"': Urc(UrcKind.REGISTRATION, '+CREG: 1,"00A1","1B2C"'),
    b'+CMTI: "SM",3': Urc(UrcKind.STORED, '+CMTI: "SM",3'),
    b"+CDS: 25\r\n" + REPORT.hex().encode(): Urc(UrcKind.STATUS_REPORT, "+CDS: 25", REPORT),
    b"+CMT: ,29\r\n" + MESSAGE.hex().upper().encode(): Urc(UrcKind.INBOUND, "+CMT: ,29", MESSAGE),
    b'+CUSD: 0,"Your balance\r\nis K 5",15': Urc(
        UrcKind.USSD, '+CUSD: 0,"Your balance\nis K 5",15'
    ),
    b"^BOOT:33803779,0,0,0,6": Urc(UrcKind.PERHAPS_REBOOT, "^BOOT:33803779,0,0,0,6"),
    b"RDY": Urc(UrcKind.REBOOT, "RDY"),
}


def read(data: bytes, *, asked: tuple[str, str | None] = ("AT", None)) -> list[Token]:
    codec = AtCodec()
    codec.asked(*asked)
    return codec.feed(data)


def read_in_pieces(
    data: bytes, cuts: Sequence[int], asked: tuple[str, str | None] = ("AT", None)
) -> list[Token]:
    codec = AtCodec()
    codec.asked(*asked)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    tokens: list[Token] = []
    for start, end in pairwise(places):
        tokens.extend(codec.feed(data[start:end]))
    return tokens


SEGMENT_DIALOGUE = (
    b"AT+CMGS=23\r\r\n> 0001000C91\r\n"
    b"\r\n+CDS: 25\r\n" + REPORT.hex().encode() + b"\r\n"
    b'\r\n+CUSD: 1,"Menu\r\n1. Balance\r\n> 2. Bundles",15\r\n'
    b"\r\n+CMGS: 17\r\n\r\nOK\r\n"
)


@given(cuts=st.lists(st.integers(0, 1_000), max_size=30))
def test_a_whole_dialogue_reads_the_same_however_it_is_cut(cuts: list[int]) -> None:
    asked = ("AT+CMGS=23", "+CMGS:")
    whole = read(SEGMENT_DIALOGUE, asked=asked)
    assert whole[:2] == [Echo(), Prompt()]
    assert whole.count(Prompt()) == 1  # the menu's line is none
    assert whole[-2:] == [Line("+CMGS: 17"), OK]
    assert read_in_pieces(SEGMENT_DIALOGUE, cuts, asked) == whole


@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=10))
def test_any_bytes_read_the_same_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    assert read_in_pieces(data, cuts) == read(data)


PIECES = st.sampled_from(
    [
        *(b"\r\n", b"\r\r\n", b"> ", b">", b" ", b"\x00", b'"'),
        *(b"AT", b"OK", b"ERROR", b"+CMS ERROR: 38", b"RDY"),
        *(b"+CDS: 25", b'+CUSD: 0,"a', REPORT.hex().encode(), b"x" * (MAX_LINE - 3)),
    ]
)


@given(pieces=st.lists(PIECES, max_size=25), cuts=st.lists(st.integers(0, 20_000), max_size=10))
def test_words_in_any_order_read_the_same_however_they_are_cut(
    pieces: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(pieces)
    assert read_in_pieces(data, cuts) == read(data)


@pytest.mark.parametrize("urc", URCS, ids=lambda urc: urc[:9].decode())
def test_a_report_between_any_two_lines_is_read_and_the_answer_too(urc: bytes) -> None:
    lines = [b"+CREG: 1,5", b"OK"]
    for place in range(3):
        mixed = [*lines[:place], urc, *lines[place:]]
        tokens = read(b"".join(b"\r\n%b\r\n" % line for line in mixed), asked=("AT", "+CREG:"))
        assert tokens.count(URCS[urc]) == 1
        assert [token for token in tokens if not isinstance(token, Urc)] == [Line("+CREG: 1,5"), OK]


@given(noise=st.lists(st.integers(0, 60), max_size=10))
def test_nul_and_0xff_bytes_anywhere_are_not_there(noise: list[int]) -> None:
    data = bytearray(b"\r\n> \r\n+CMGS: 5\r\n\r\nOK\r\n")
    for place in noise:
        data[place % len(data) : place % len(data)] = b"\xff\x00"
    assert read(bytes(data)) == [Prompt(), Line("+CMGS: 5"), OK]


def test_a_prompt_is_read_before_its_line_ends_and_in_two_pieces() -> None:
    codec = AtCodec()
    assert codec.feed(b"\r\n>") == []
    assert codec.feed(b" ") == [Prompt()]


def test_a_greater_than_sign_inside_a_line_is_no_prompt() -> None:
    assert read(b"\r\na > b\r\n") == [Line("a > b")]


def test_line_ends_of_every_kind_are_ends() -> None:
    assert read(b"\r\r\n+CSQ: 17,99\r\r\n\nOK\n") == [Line("+CSQ: 17,99"), OK]


def test_the_echo_of_the_command_is_told_apart_and_nothing_else() -> None:
    tokens = read(b"AT+CGMM\r\r\nAT&T modem\r\n\r\nOK\r\n", asked=("AT+CGMM", None))
    assert tokens == [Echo(), Line("AT&T modem"), OK]


def test_the_same_line_is_an_answer_when_asked_and_a_reboot_when_not() -> None:
    data = b"\r\n+CPIN: READY\r\n\r\nOK\r\n\r\n+CPIN: READY\r\n"
    assert read(data, asked=("AT+CPIN?", "+CPIN:")) == [
        Line("+CPIN: READY"),
        OK,
        Urc(UrcKind.REBOOT, "+CPIN: READY"),
    ]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("+CREG: 0,1", 1),
        ('+CREG: 2,5,"00A1","0000FFFF",7', 5),
        ("+CREG: 3", 3),
        ('+CREG: 1,"00A1","1B2C"', 1),
        ("+CREG: 1, 1", 1),
        ("+CEREG: 2,4", 4),
        ("+CREG: x", None),
        ("+CREG:", None),
    ],
)
def test_the_registration_status_is_found_in_answers_and_reports(
    line: str, status: int | None
) -> None:
    assert status_in(line) == status


def test_a_report_while_registration_is_asked_for_is_no_answer() -> None:
    data = b'\r\n+CREG: 2\r\n\r\n+CREG: 1,1,"00A1","1B2C"\r\n\r\nOK\r\n'
    assert read(data, asked=("AT+CREG?", "+CREG:")) == [
        Urc(UrcKind.REGISTRATION, "+CREG: 2"),
        Line('+CREG: 1,1,"00A1","1B2C"'),
        OK,
    ]


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("OK", OK),
        ("ERROR", Result(ResultKind.ERROR)),
        ("COMMAND NOT SUPPORT", Result(ResultKind.ERROR)),
        ("+CMS ERROR: 38", Result(ResultKind.CMS, 38)),
        ("+CMS ERROR:500", Result(ResultKind.CMS, 500)),
        ("+CME ERROR: SIM busy", Result(ResultKind.CME, 14)),
        ("+CMS ERROR: (U)SIM busy", Result(ResultKind.CMS, 314)),
        ("+CMS ERROR: NETWORK TIMEOUT", Result(ResultKind.CMS, 332)),
        ("+CMS ERROR: no idea", Result(ResultKind.CMS, None, is_in_words=True)),
        ("MODEM ERROR: 15", Result(ResultKind.ERROR)),
        ("ERROR: 38", Result(ResultKind.ERROR)),
        ("+CMS ERROR:", Result(ResultKind.CMS)),
    ],
)
def test_every_final_result_is_known(line: str, result: Result) -> None:
    assert read(f"\r\n{line}\r\n".encode()) == [result]


def test_a_two_line_report_survives_a_report_that_came_between() -> None:
    data = b"\r\n+CDS: 25\r\nRING\r\n" + REPORT.hex().encode() + b"\r\n"
    assert read(data) == [
        Urc(UrcKind.OTHER, "RING"),
        Urc(UrcKind.STATUS_REPORT, "+CDS: 25", REPORT),
    ]


def test_a_two_line_report_without_its_pdu_costs_no_answer() -> None:
    data = b"\r\n+CDS: 25\r\n\r\n862636021234567\r\n\r\nOK\r\n"
    assert read(data) == [Line("862636021234567"), OK]


def test_a_line_without_end_is_bounded() -> None:
    codec = AtCodec()
    for _ in range(100):
        assert codec.feed(b"x" * 1_000) == []
    assert codec.feed(b"\r\nOK\r\n") == [OK]


def test_a_ussd_text_that_never_closes_ends_at_the_next_answer() -> None:
    assert read(b'\r\n+CUSD: 0,"Dear\r\n\r\n+CMGS: 9\r\n\r\nOK\r\n') == [Line("+CMGS: 9"), OK]


def test_every_form_in_the_table_can_be_reached() -> None:
    for form in URC_TABLE:
        line = f"{form.start} 1" if form.start.endswith((":", "^")) else form.start
        data = f"\r\n{line}\r\n" + (REPORT.hex() + "\r\n" if form.has_pdu else "")
        (token,) = read(data.encode())
        assert isinstance(token, Urc)
        assert token.kind is form.kind
