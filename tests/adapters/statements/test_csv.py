"""A provider's CSV file, as offices leave it, gives its lines exactly, or is refused in words."""

import tracemalloc
from pathlib import Path

import pytest

from adapters.statements.file import TOLD_EVERY, ReadFile, UnknownLayout, open_statement
from adapters.statements.templates import DateOrder, find_template
from application.ports import FileLine
from domain.errors import InvalidRequest
from domain.values import Instant

MTN = "Id,External id,Date,Status,From,From name,Amount,Fee,Balance"
AIRTEL = "Transaction ID,Transaction Date,MSISDN,Paid In,Withdrawn,Balance"
PAWAPAY = "Creation Date,MSISDN,Transaction ID,Amount,Currency,Country,MNO,Type"
NOON = Instant(1_769_940_000_000_000)
"""2026-02-01T10:00:00Z, which is noon in Lusaka."""


def written(folder: Path, data: str | bytes) -> Path:
    path = folder / "statement.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(folder: Path, *rows: str, order: DateOrder | None = None) -> ReadFile:
    return open_statement(written(folder, "\n".join(rows)), order=order)


def mtn(folder: Path, **cells: str) -> FileLine | str:
    """Read one row of MTN's file: its line, or why it is refused."""
    row = {"id": "77", "external": "", "date": "2026-02-01 12:00:00", "status": "Successful"}
    row |= {"payer": "260971234567", "name": "", "amount": "50", "fee": "0", "balance": ""}
    row |= cells
    good = "1,,2026-02-01 12:00:00,Successful,,,1,0,"
    file = read(folder, MTN, good, ",".join(f'"{cell}"' for cell in row.values()))
    if file.summary.refused_rows:
        assert [refused.row for refused in file.summary.refused_rows] == [3]
        return file.summary.refused_rows[0].reason
    return list(file.lines())[-1]


def test_a_line_says_what_moved_when_and_whose(tmp_path: Path) -> None:
    ours = "0b94c7a2-6d0c-4b6c-8f61-2f3f7b8a9c10"
    assert mtn(tmp_path, external=ours, name="Mwila", amount="1,250.50", fee="2.5") == FileLine(
        *(3, "77", 125_050, 250, NOON, "+260971234567", "Mwila", ours)
    )


@pytest.mark.parametrize(
    ("amount", "ngwee"),
    [
        ("50", 5_000),
        ("50.5", 5_050),
        ("50.500", 5_050),
        ("K50", 5_000),
        ("ZMW 50.00", 5_000),
        ("50.00 ZMW", 5_000),
        ("-K1,250.00", -125_000),
        ("K -50", -5_000),
        ("37 600.00", 3_760_000),
        ("37\u00a0600.00", 3_760_000),
        ("1,234,567.89", 123_456_789),
        ("\u221250", -5_000),
    ],
)
def test_an_amount_is_exact(tmp_path: Path, amount: str, ngwee: int) -> None:
    line = mtn(tmp_path, amount=amount)
    assert isinstance(line, FileLine)
    assert line.amount_ngwee == ngwee


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"amount": "50,00"}, "The column amount is no amount such as 1,250.00."),
        ({"amount": "50.004"}, "The column amount is no amount such as 1,250.00."),
        ({"amount": "1.5E3"}, "The column amount is no amount such as 1,250.00."),
        ({"amount": "NaN"}, "The column amount is no amount such as 1,250.00."),
        ({"amount": "(50.00)"}, "brackets or a minus behind it"),
        ({"amount": "50-"}, "brackets or a minus behind it"),
        ({"amount": ""}, "The row has no amount."),
        ({"amount": "0"}, "The row moves nothing"),
        ({"fee": "-1"}, "a fee below nothing"),
        ({"id": ""}, "The column id is no transaction id."),
        ({"id": "1.23457E+11"}, "The column id was kept as a number and has lost digits"),
        ({"id": "1"}, "An earlier row shows the same transaction."),
        ({"payer": "2.60971E+11"}, "The column payer was kept as a number and has lost digits"),
        ({"date": "46054"}, "The column date is no date, year first"),
        ({"date": "01/02/2026"}, "The column date is no date, year first"),
        ({"date": "1900-01-01 12:30"}, "The column date is of a year before mobile money."),
        ({"date": "2026-02-30"}, "The column date is no date, year first"),
        ({"status": "Odd"}, "The column status holds a word that is not known."),
        ({"name": "Mw\x00ila"}, "The column words holds characters that an export has damaged."),
        ({"name": "Mw\ufffdla"}, "The column words holds characters that an export has damaged."),
    ],
)
def test_a_row_that_cannot_be_read_is_listed_with_its_reason(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    assert reason in str(mtn(tmp_path, **cells))


@pytest.mark.parametrize(
    ("payer", "number"),
    [
        ("0971234567", "+260971234567"),
        ("'0971234567", "+260971234567"),
        ("971234567", "+260971234567"),
        ("2.60971234567E+11", "+260971234567"),
        ("FRI:260971234567/MSISDN", "+260971234567"),
        ("Shop 12", None),
        ("", None),
    ],
)
def test_a_phone_number_is_mended_where_all_of_it_is_there(
    tmp_path: Path, payer: str, number: str | None
) -> None:
    line = mtn(tmp_path, payer=payer)
    assert isinstance(line, FileLine)
    assert line.msisdn == number


def test_a_lost_zero_is_told(tmp_path: Path) -> None:
    file = read(tmp_path, MTN, "1,,2026-02-01 12:00:00,Successful,971234567,,1,0,")
    assert file.summary.notes == ["1 phone numbers had lost their zero and were given 260."]


def test_preamble_failed_rows_totals_and_empty_rows_are_no_lines(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        "Statement of Ngoma Ltd",
        "Opening balance,100.00",
        "",
        MTN,
        "1,,2026-02-01 12:00:00,Successful,,,50,1,149",
        ",,,,,,,,",
        "2,,2026-02-01 12:00:01,Failed,,,9,0,",
        "Total,,,,,,50.00,1,",
        "Closing balance,,,,,,,,149.00",
        "Printed by the portal",
    )
    assert [line.row for line in file.lines()] == [5]
    summary = file.summary
    assert (summary.opening_ngwee, summary.total_ngwee, summary.closing_ngwee) == (
        *(10_000, 4_900),
        14_900,
    )
    assert summary.refused == 0
    assert summary.notes == [
        "1 rows of failed transactions were left aside.",
        "1 rows without date and amount were left aside.",
    ]


@pytest.mark.parametrize("word", ["Total", ""])
@pytest.mark.parametrize(("amount", "is_listed"), [("60", True), ("50", False)])
def test_a_total_that_its_lines_do_not_come_to_is_listed(
    tmp_path: Path, word: str, amount: str, *, is_listed: bool
) -> None:
    file = read(tmp_path, MTN, "1,,2026-02-01,Successful,,,50,0,", f"{word},,,,,,{amount},,")
    assert [str(one.reason) for one in file.summary.refused_rows] == [
        "The total is not what the rows above it add up to."
    ] * is_listed


def test_a_line_that_lost_its_id_is_no_total(tmp_path: Path) -> None:
    file = read(
        tmp_path, MTN, "1,,2026-02-01,Successful,,,50,0,", ",,2026-02-01,Successful,,,50,0,"
    )
    assert [one.reason for one in file.summary.refused_rows] == [
        "The column id is no transaction id."
    ]


def test_names_that_may_have_lost_a_letter_are_told(tmp_path: Path) -> None:
    lines = [
        f"{number},,2026-02-0{number},Successful,,{name},50,0,"
        for number, name in enumerate(["K?mba", "?andu Phiri", "Who?", "Mwila"], start=1)
    ]
    assert read(tmp_path, MTN, *lines).summary.notes == [
        "2 names hold a question mark where a letter may have been."
    ]


@pytest.mark.parametrize("is_backwards", [False, True])
def test_balances_of_the_lines_give_opening_and_closing_in_either_order(
    tmp_path: Path, is_backwards: bool
) -> None:
    rows = [
        "PP1,13/02/2026 10:00,0971234567,50.00,,150.00",
        "PP2,13/02/2026 10:05,0971234567,,(20.00),130.00",
    ]
    file = read(tmp_path, AIRTEL, *(reversed(rows) if is_backwards else rows))
    assert (file.summary.opening_ngwee, file.summary.closing_ngwee) == (10_000, 13_000)


def test_types_say_what_leaves_and_what_is_a_fee(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        PAWAPAY,
        "2026-02-01T10:00:00Z,260971234567,a1,50.00,ZMW,ZMB,MTN,Deposit",
        "2026-02-01T10:00:00Z,260971234567,a1,1.50,ZMW,ZMB,MTN,Fees",
        "2026-02-01T10:00:00Z,260971234567,a2,30.00,ZMW,ZMB,MTN,Payout",
        "2026-02-01T10:00:00Z,260971234567,a3,30.00,USD,ZMB,MTN,Deposit",
    )
    assert [line[1:5] for line in file.lines()] == [
        ("a1", 5_000, 0, NOON),
        ("a1/fee", 0, 150, NOON),
        ("a2", -3_000, 0, NOON),
    ]
    assert [(one.row, one.reason) for one in file.summary.refused_rows] == [
        (5, "The column currency names another than ZMW.")
    ]


# -- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "order", "is_refused"),
    [
        (["01/02/2026", "02/02/2026"], None, True),
        (["01/02/2026", "02/02/2026"], "dmy", False),
        (["01/02/2026", "02/02/2026"], "mdy", False),
        (["01/02/2026", "13/02/2026"], None, False),
        (["02/02/2026"], None, False),
        (["02/01/2026", "02/13/2026"], None, True),
    ],
)
def test_a_file_whose_days_and_months_swap_waits_for_a_person(
    tmp_path: Path, dates: list[str], order: DateOrder | None, is_refused: bool
) -> None:
    rows = [f"PP{n},{date},0971234567,50.00,,," for n, date in enumerate(dates)]
    if is_refused:
        with pytest.raises(InvalidRequest, match="--date-format") as refusal:
            read(tmp_path, AIRTEL, *rows, order=order)
        assert refusal.value.field == "date_format"
    else:
        assert read(tmp_path, AIRTEL, *rows, order=order).summary.refused == 0


def test_a_persons_choice_reads_the_other_date(tmp_path: Path) -> None:
    row = "PP1,02/01/2026 12:00,0971234567,50.00,,"
    assert [line.happened_at for line in read(tmp_path, AIRTEL, row, order="mdy").lines()] == [NOON]


@pytest.mark.parametrize(
    "date",
    ["2026-02-01T10:00:00Z", "2026-02-01 12:00 CAT", "2026-02-01 12:00:00.000 PM",
     "2026-02-01T12:00:00+02:00", "2026/02/01 12:00"],
)  # fmt: skip
def test_a_time_that_names_its_zone_is_of_it(tmp_path: Path, date: str) -> None:
    line = mtn(tmp_path, date=date)
    assert isinstance(line, FileLine)
    assert line.happened_at == NOON


# -- bytes ----------------------------------------------------------------------------------------

ROW = "1;;2026-02-01 12:00:00;Successful;;Chaîne \N{EN DASH} Été;50;0;"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("head", ["", "sep=;\r\n"])
def test_encodings_and_delimiters_are_found_by_rule(
    tmp_path: Path, encoding: str, head: str
) -> None:
    text = head + MTN.replace(",", ";") + "\r\n" + ROW + "\r\n"
    file = open_statement(written(tmp_path, text.encode(encoding)))
    assert [line.words for line in file.lines()] == ["Chaîne \N{EN DASH} Été"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x81\x8d not text", "UTF-8 or Windows-1252"),
        (f'{MTN}\n1,"a"b,c'.encode(), "Row 2 of the file is no CSV"),
        (b"", "No template fits this file. It holds no table."),
        (MTN.encode(), "No line of the file can be read."),
        (f"{MTN}\n1,,soon,Successful,,,50,0,".encode(), "Row 2: The column date is no date"),
        (f"{MTN},Amount\n".encode(), "Row 1 has two columns named amount"),
        (f"{MTN}\n1,,2026-02-01,Successful,,,50,".encode() + b"x" * 200_000, "is no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        open_statement(written(tmp_path, data))


def test_a_file_of_another_layout_is_refused_with_the_headings_found(tmp_path: Path) -> None:
    path = written(tmp_path, "A report\nWhen;What;How much\n1;2;3\n")
    with pytest.raises(UnknownLayout) as refusal:
        open_statement(path)
    assert (refusal.value.row, refusal.value.headings) == (2, ["When", "What", "How much"])


def test_only_the_template_that_is_named_is_tried(tmp_path: Path) -> None:
    path = written(tmp_path, AIRTEL + "\nPP1,13/02/2026,0971234567,50.00,,")
    with pytest.raises(UnknownLayout):
        open_statement(path, templates=[find_template("mtn")])
    with pytest.raises(InvalidRequest, match="there are mtn, airtel"):
        find_template("other")


@pytest.mark.slow
def test_a_long_file_is_read_a_line_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write(MTN + "\n")
        for number in range(5_000):
            file.write(f"{number},,2026-02-01 12:00:00,Successful,260971234567,M,50,0,\n")
    tracemalloc.start()
    try:
        opened = open_statement(path)
        assert sum(line.amount_ngwee for line in opened.lines()) == opened.summary.total_ngwee
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert opened.summary.lines == 5_000
    # The ids that were seen, and little else: 300,000 lines are 120 MiB.
    assert peak_bytes < 3 << 19


def test_the_first_look_at_a_long_file_says_how_far_it_is(tmp_path: Path) -> None:
    rows = (f"{n},,2026-02-01 12:00:00,Successful,,,1,0," for n in range(2 * TOLD_EVERY))
    told: list[int] = []
    open_statement(written(tmp_path, "\n".join((MTN, *rows))), on_rows=told.append)
    assert told == [TOLD_EVERY, 2 * TOLD_EVERY]
