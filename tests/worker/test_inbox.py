"""Messages that come in are put together, belong to who wrote last, and STOP is heard."""

import pytest

from domain.gathering import PARTS_S
from domain.inbound import Inbound, Word
from domain.suppression import Suppression
from tests.adapters.modems.emulated import vector_pdus
from tests.support.delivers import delivers
from tests.worker.gateway import Gateway
from tests.worker.inbox_bench import WRITER, Bench

LONG = "a" * 153 + "b" * 153 + "c" * 40
UNREADABLE = b"\0\0" + b"\xff" * 28


@pytest.fixture
def bench(gw: Gateway) -> Bench:
    return Bench(gw)


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (WRITER, "hello @ {€}"),
        ("0960000001", "Muli shani? 😀"),
        ("70707", "Your balance is K5"),
        ("Airtel", "né" * 30),
        ("AirtelZ", LONG),
        (WRITER, "😀" * 80),
    ],
)
def test_a_message_is_shown_as_it_was_written(bench: Bench, sender: str, text: str) -> None:
    bench.bring(*delivers(sender, text))
    assert bench.gather() == 1
    (row,) = bench.inbox()
    whom = WRITER if sender.startswith("0") else sender
    assert (row.sender, row.text, row.is_exact, row.missing) == (whom, text, True, 0)
    assert (row.account, row.word, row.recipient) == (None, None, "+260966000009")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_parts_in_any_order_and_twice_are_one_message(bench: Bench, order: tuple[int, ...]) -> None:
    parts = delivers(WRITER, LONG)
    again = delivers(WRITER, LONG, taken="62111221104080")
    bench.bring(parts[order[0]], parts[order[1]])
    assert bench.gather() == 0
    bench.bring(again[order[0]], parts[order[1]], parts[order[2]])
    assert bench.gather() == 1
    bench.bring(again[order[2]])  # a repetition that comes when it is shown already
    assert bench.gather() == 1
    assert bench.texts() == [LONG]


def test_parts_of_two_messages_are_not_mixed(bench: Bench) -> None:
    ones, others = delivers(WRITER, LONG), delivers(WRITER, LONG.upper())
    elses = delivers("+260960000002", LONG.swapcase())
    next_one = delivers(WRITER, LONG + ".", reference=8)
    bench.bring(ones[0], elses[1], others[0], next_one[0], *ones[1:], *next_one[1:])
    bench.bring(elses[0], elses[2], *others[1:])
    assert bench.gather() == 4
    assert sorted(filter(None, bench.texts())) == sorted(
        [LONG, LONG.upper(), LONG.swapcase(), LONG + "."]
    )


def test_what_stays_incomplete_is_shown_after_its_time_and_a_late_part_is_put_in(
    gw: Gateway, bench: Bench
) -> None:
    parts = delivers(WRITER, LONG)
    bench.bring(parts[0], parts[2])
    gw.clock.advance(PARTS_S - 5)
    assert bench.gather() == 0
    gw.clock.advance(10)
    assert bench.gather() == 1
    (row,) = bench.inbox()
    assert (row.text, row.missing, row.is_exact) == (f"{'a' * 153}…{'c' * 40}", 1, False)
    bench.bring(parts[1])
    assert bench.gather() == 1
    (row,) = bench.inbox()
    assert (row.text, row.missing, row.is_exact) == (LONG, 0, True)


def test_what_cannot_be_read_is_listed_and_a_sign_that_is_no_message_is_not(bench: Bench) -> None:
    bench.bring(UNREADABLE, *delivers(WRITER, "silent", pid=0x40), vector_pdus("deliver.json")[0])
    assert bench.gather() == 2
    assert [(row.sender is None, row.text is None) for row in bench.inbox()] == [
        (False, False),
        (True, True),
    ]


def test_an_answer_is_whose_who_wrote_last_by_that_sim_within_a_week(
    gw: Gateway, bench: Bench
) -> None:
    first = bench.send("First")
    bench.bring(*delivers(WRITER, "to the first"))
    bench.gather()
    second = bench.send("Second")
    bench.bring(*delivers(WRITER, "to the second"), *delivers("+260960000002", "from a stranger"))
    bench.gather()
    gw.clock.advance(7 * 86_400 + 60)
    bench.bring(*delivers(WRITER, "to nobody any more"))
    bench.gather()
    assert [row.text for row in bench.inbox(first)] == ["to the first"]
    assert [row.text for row in bench.inbox(second)] == ["to the second"]
    assert {row.text for row in bench.inbox(unowned=True)} == {
        "from a stranger",
        "to nobody any more",
    }


def test_stop_and_start_hold_for_whose_message_it_answers(gw: Gateway, bench: Bench) -> None:
    account, other = bench.gw.account("Other").account, bench.send("Shop")
    bench.bring(*delivers(WRITER, "Stop."))
    bench.gather()
    bench.bring(*delivers(WRITER, "STOP", taken="62111221204080"))
    bench.gather()
    assert [row.word for row in bench.inbox(other)] == [Word.STOP, Word.STOP]
    assert (bench.suppressed(other), bench.suppressed(account)) == ([WRITER], [])
    bench.bring(*delivers(WRITER, "START"))
    bench.gather()
    assert bench.suppressed(other) == []
    bench.bring(*delivers(WRITER, "unsubscribe"))
    bench.gather()
    assert bench.suppressed(other) == [WRITER]


def test_stop_to_nobody_and_stop_of_a_name_or_in_a_sentence_change_nothing(bench: Bench) -> None:
    account = bench.send("Shop")
    bench.bring(*delivers(WRITER, "the bus will stop here"))
    bench.bring(*delivers("+260960000002", "STOP"), *delivers("Airtel", "STOP"))
    assert bench.gather() == 3
    assert bench.suppressed(account) == []


def test_no_event_holds_a_number_or_a_text(gw: Gateway, bench: Bench) -> None:
    bench.send("Shop")
    bench.bring(*delivers(WRITER, "STOP"), *delivers(WRITER, "a secret text"))
    bench.gather()
    topics = [event.TOPIC for event in (Inbound.Received, Inbound.Gathered, Suppression.Suppressed)]
    stored = [each.state for _, each in gw.store.events_after(0, limit=500, topics=topics)]
    assert len(stored) == 5
    joined = b"".join(stored)
    secrets = (b"60000001", b"secret text", delivers(WRITER, "STOP")[0].hex().encode())
    assert [secret for secret in secrets if secret in joined] == []


def test_messages_come_once_though_the_clock_and_the_process_change(
    gw: Gateway, bench: Bench
) -> None:
    pdus = delivers(WRITER, LONG)
    bench.bring(*pdus)
    bench.gather()
    gw.clock.advance(3)
    bench.bring(*pdus)
    assert bench.gather() == 0
    assert bench.texts() == [LONG]
