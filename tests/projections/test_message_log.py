"""What an account reads in its message log."""

import threading
import time

import pytest
from sqlalchemy import event

from application.ports.queries import LogFilter, LogPage, TrafficRow
from domain.causes import OwnCause
from domain.contents import ContentKind
from domain.days import day_of
from domain.fates import Fate
from domain.message import State
from domain.rehearsal import Rehearsal
from domain.values import Network
from projections import searching
from tests.projections.history import accept, at, message, send, start, world
from tests.projections.truth import Truth
from tests.support.message_history import SAID_OF_BOTH
from tests.support.outcomes import cms


def numbers(page: LogPage) -> list[int]:
    return [entry.number for entry in page.entries]


def test_a_queued_message_shows_what_was_asked_and_charged(truth: Truth) -> None:
    position = truth.save(message(42, segments=2, encoding="UCS-2", batch=7, when=5))[0]
    truth.put_text(42, "+260977123456", "Hello", sender="SHOP")
    entry = truth.follow().log_entry(1, 42)
    assert entry is not None
    assert (entry.number, entry.position, entry.batch) == (42, position, 7)
    assert (entry.recipient, entry.text, entry.sender_id) == ("+260977123456", "Hello", "SHOP")
    assert (entry.network, entry.encoding, entry.segments) == (Network.MTN, "UCS-2", 2)
    assert (entry.credits, entry.credits_refunded) == (2, 0)
    assert (entry.state, entry.status, entry.delivery) == (State.QUEUED, "queued", None)
    assert (entry.queued_at, entry.sent_at, entry.delivered_at) == (at(5), None, None)
    assert (entry.sender_used, entry.failure_code) == (None, None)


def test_a_sent_message_shows_its_time_and_the_number_of_its_sim(truth: Truth) -> None:
    truth.save(*world(), send(message(1), sim=3, when=10))
    truth.put("sim", 3, {"iccid": "8926", "imsi": "645"}, msisdn="+260970000003")
    entry = truth.follow().log_entry(1, 1)
    assert entry is not None
    assert (entry.status, entry.sent_at) == ("sent", at(11))
    assert entry.sender_used == "+260970000003"


def test_reports_show_as_delivery_and_only_delivered_has_a_time(truth: Truth) -> None:
    delivered, undelivered = send(message(1)), send(message(2))
    delivered.report(delivered=True, tp_status=0, at=at(60))
    undelivered.report(delivered=False, tp_status=70, at=at(60))
    truth.save(*world(), delivered, undelivered)
    queries = truth.follow()
    first, second = queries.log_entry(1, 1), queries.log_entry(1, 2)
    assert first is not None
    assert second is not None
    assert (first.status, first.delivery, first.delivered_at) == ("sent", "delivered", at(60))
    assert (second.status, second.delivery, second.delivered_at) == ("sent", "undelivered", None)


def test_every_bad_end_shows_its_code_and_what_came_back(truth: Truth) -> None:
    failed, expired, cancelled = (message(n, segments=2) for n in (1, 2, 3))
    start(failed).fail(cause=cms(28), at=at(2))
    expired.expire(at=at(24 * 3600))
    cancelled.cancel(actor="account", at=at(3))
    truth.save(failed, expired, cancelled, message(4))
    page = truth.follow().log(1, LogFilter(status="failed"))
    assert page.total == 3
    assert [(e.number, e.failure_code, e.credits_refunded) for e in page.entries] == [
        (3, "CANCELLED", 2),
        (2, "EXPIRED", 2),
        (1, "CMS_28", 2),
    ]


def test_sending_and_doubt_are_still_queued_to_the_public(truth: Truth) -> None:
    sending, doubtful, retried = start(message(1)), start(message(2)), start(message(3))
    doubtful.doubt(cause=OwnCause.NO_ANSWER, at=at(2))
    retried.fail_attempt(cause=cms(42), retry_at=at(60), at=at(2))
    truth.save(sending, doubtful, retried)
    page = truth.follow().log(1, LogFilter(status="queued"))
    assert [entry.state for entry in page.entries] == ["queued", "in_doubt", "sending"]
    assert page.total == 3


def test_a_segment_accepted_late_makes_the_message_wait_for_the_next_one(truth: Truth) -> None:
    late, at_once = start(message(1, segments=2)), start(message(2, segments=2))
    late.doubt(cause=OwnCause.NO_ANSWER, at=at(2))
    truth.save(accept(late, 0, when=3), accept(at_once, 0, when=3))
    page = truth.follow().log(1, LogFilter())
    assert [entry.state for entry in page.entries] == ["sending", "queued"]


def test_erased_contents_read_as_none(truth: Truth) -> None:
    truth.save(*world(), send(message(1)))
    truth.put_text(1, "+260977123456", "Hello")
    queries = truth.follow()
    truth.erase(ContentKind.MESSAGE, 1)
    page = queries.log(1, LogFilter())
    assert [(e.recipient, e.text, e.sender_id) for e in page.entries] == [(None, None, None)]


def test_an_account_sees_nothing_of_another(truth: Truth) -> None:
    truth.save(message(1, account=1), message(2, account=2))
    truth.put_text(2, "+260977123456", "secret")
    queries = truth.follow()
    assert queries.log_entry(1, 2) is None
    assert numbers(queries.log(1, LogFilter())) == [1]
    assert queries.log(1, LogFilter(search="secret")) == LogPage(entries=(), total=0)
    assert queries.log(1, LogFilter(before=2)).entries == ()
    assert queries.log(3, LogFilter()) == LogPage(entries=(), total=0)


def test_the_log_is_newest_first_in_the_order_of_the_log_not_of_the_numbers(truth: Truth) -> None:
    truth.save(message(5), message(1_001), message(6))
    assert numbers(truth.follow().log(1, LogFilter())) == [6, 1_001, 5]


def test_pages_by_offset_end_in_an_empty_one_that_still_knows_the_total(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 8)))
    queries = truth.follow()
    pages = [queries.log(1, LogFilter(offset=offset, limit=3)) for offset in (0, 3, 6, 9)]
    assert [numbers(page) for page in pages] == [[7, 6, 5], [4, 3, 2], [1], []]
    assert {page.total for page in pages} == {7}


def test_paging_before_a_message_does_not_shift_when_new_ones_come(truth: Truth) -> None:
    truth.save(*(message(n) for n in range(1, 7)))
    first = truth.follow().log(1, LogFilter(limit=2))
    truth.save(*(message(n) for n in range(7, 10)))
    second = truth.follow().log(1, LogFilter(limit=2, before=first.entries[-1].number))
    third = truth.follow().log(1, LogFilter(limit=9, before=second.entries[-1].number))
    assert [numbers(page) for page in (first, second, third)] == [[6, 5], [4, 3], [2, 1]]
    assert second.total == 9


def test_before_an_unknown_message_is_nothing(truth: Truth) -> None:
    truth.save(message(1))
    assert truth.follow().log(1, LogFilter(before=99)).entries == ()


def test_totals_follow_every_change_of_status(truth: Truth) -> None:
    failing = start(message(3))
    failing.fail(cause=cms(28), at=at(2))
    truth.save(*world(), message(1), send(message(2)), failing, message(4, account=2))
    queries = truth.follow()
    totals = {
        status: queries.log(1, LogFilter(status=status)).total
        for status in (None, "queued", "sent", "failed", "nonsense")
    }
    assert totals == {None: 3, "queued": 1, "sent": 1, "failed": 1, "nonsense": 0}


def test_what_stands_how_is_counted_by_day_network_and_state(truth: Truth) -> None:
    delivered, sent, early = send(message(1)), send(message(2)), message(3)
    delivered.report(delivered=True, tp_status=0, at=at(60))
    other, failed = message(4, account=2), start(message(5))
    failed.fail(cause=cms(28), at=at(2))
    truth.save(*world(), delivered, sent, early, other, failed)
    today = day_of(at(0))
    queries = truth.follow()
    assert {(row.day, row.state, row.messages) for row in queries.activity(1, today)} == {
        *((today, "delivered", 1), (today, "sent", 1), (today, "queued", 1), (today, "failed", 1)),
    }
    early.cancel(actor="account", at=at(30))
    truth.save(early)
    queries = truth.follow()
    assert "queued" not in {row.state for row in queries.activity(1, today)}
    assert [(row.network, row.messages) for row in queries.activity(2, today)] == [("mtn", 1)]
    assert queries.activity(1, today + 1) == []


def rehearsed(number: int) -> Rehearsal:
    """Give a test message that counts as delivered."""
    (queued,) = message(number).collect_events()
    said = {name: getattr(queued, name) for name in SAID_OF_BOTH}
    test = Rehearsal.accept(at=at(0), fate=str(Fate.DELIVERED), due_at=at(1), **said)
    test.proceed(at=at(1))
    assert test.state == State.DELIVERED
    return test


def test_the_traffic_of_each_network_counts_every_end_once_and_tests_never(truth: Truth) -> None:
    delivered, undelivered, airtel = (
        send(message(1)),
        send(message(2)),
        message(3, network="airtel"),
    )
    delivered.report(delivered=True, tp_status=0, at=at(60))
    undelivered.report(delivered=False, tp_status=70, at=at(60))
    failed, expired, cancelled = (message(n, segments=2) for n in (4, 5, 6))
    start(failed).fail(cause=cms(28), at=at(70))
    expired.expire(at=at(24 * 3600))
    cancelled.cancel(actor="account", at=at(80))
    truth.save(*world(), delivered, undelivered, airtel, failed, expired, cancelled, rehearsed(7))
    mtn, other, zamtel = truth.follow().traffic()
    assert mtn == TrafficRow(Network.MTN, 5, 2, 1, 1, 1, 1, 1, credits_refunded=6)
    assert other == TrafficRow(Network.AIRTEL, 1, 0, 0, 0, 0, 0, 0, credits_refunded=0)
    assert zamtel == TrafficRow(Network.ZAMTEL, 0, 0, 0, 0, 0, 0, 0, credits_refunded=0)


@pytest.mark.parametrize("search", ["HELLO", "hello", "w_rld", "100%", "lo w", "émile", "ÉMILE"])
def test_search_ignores_case_and_takes_wildcards_literally(truth: Truth, search: str) -> None:
    texts = {
        1: "Hello w_rld, 100% off",
        2: "hello world, 100 off",
        3: "Bonjour Émile",
        4: "STRASSE",
        5: "nothing of it",
    }
    truth.save(*(message(number) for number in texts))
    for number, text in texts.items():
        truth.put_text(number, "+260977123456", text)
    found = truth.follow().log(1, LogFilter(search=search))
    expected = {"w_rld": [1], "100%": [1], "émile": [3], "ÉMILE": [3]}
    assert numbers(found) == expected.get(search, [2, 1])
    assert found.total == len(found.entries)


@pytest.mark.parametrize(
    "search", ["0977123456", "+260977123456", "260977123456", "0977 123 456", "00260977", "77123"]
)
def test_search_finds_a_number_by_any_of_its_written_forms(truth: Truth, search: str) -> None:
    truth.save(message(1), message(2))
    truth.put_text(1, "+260977123456", "one")
    truth.put_text(2, "+260955000000", "two")
    assert numbers(truth.follow().log(1, LogFilter(search=search))) == [1]


@pytest.mark.parametrize("search", ["\0", "a\0b", "\ud800", "/", "\\", "'", "x" * 2_000])
def test_no_search_text_breaks_the_query(truth: Truth, search: str) -> None:
    truth.save(message(1))
    truth.put_text(1, "+260977123456", "plain")
    assert truth.follow().log(1, LogFilter(search=search)) == LogPage(entries=(), total=0)


def test_search_status_and_paging_go_together(truth: Truth) -> None:
    truth.save(*world())
    for number in range(1, 7):
        truth.put_text(number, "+260977123456", f"parcel {number}")
    truth.save(*(send(message(n)) if n % 2 else message(n) for n in range(1, 7)))
    wanted = LogFilter(status="sent", search="PARCEL", limit=2)
    queries = truth.follow()
    first = queries.log(1, wanted)
    rest = queries.log(1, LogFilter(status="sent", search="PARCEL", before=3))
    assert (numbers(first), first.total) == ([5, 3], 3)
    assert (numbers(rest), rest.total) == ([1], 3)


@pytest.mark.slow
def test_a_search_goes_through_slices_and_finds_what_one_look_would(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth.save(*(message(n, account=1 + n % 2) for n in range(1, 42)))
    for number in range(1, 42):
        truth.put_text(number, "+260977123456", f"parcel {number}" if number % 3 else "nothing")
    queries = truth.follow()
    filters = [
        LogFilter(search="parcel", offset=offset, limit=4, before=before)
        for offset in (0, 4, 10, 90)
        for before in (None, 30, 1, 2, 999)
    ]
    at_once = [queries.log(1, wanted) for wanted in filters]
    for rows in (1, 2, 3, 20, 21):
        monkeypatch.setattr(searching, "SLICE", rows)
        assert [queries.log(1, wanted) for wanted in filters] == at_once
    assert numbers(at_once[0]) == [40, 38, 34, 32]
    assert {page.total for page in at_once} == {14}


def test_between_two_slices_of_a_search_no_moment_of_the_database_is_held(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth.save(*(message(n) for n in range(1, 21)))
    queries = truth.follow()
    monkeypatch.setattr(searching, "SLICE", 5)
    moments: list[str] = []
    for moment in ("begin", "rollback"):
        event.listen(truth.engines.reading, moment, lambda _, moment=moment: moments.append(moment))
    queries.log(1, LogFilter(search="x"))
    assert moments == ["begin", "rollback"] * (5 + 1)


def test_a_search_rests_for_as_long_as_others_are_at_work_beside_it() -> None:
    def work(for_s: float) -> None:
        while time.thread_time() < for_s:
            pass

    def look_beside(for_s: float) -> float:
        other = threading.Thread(target=work, args=[for_s])
        with searching.giving_way():
            other.start()
            other.join()
            looked_s = time.monotonic()
        return time.monotonic() - looked_s

    assert look_beside(0.0) < searching.REST_MAX_S
    assert look_beside(1.1 * searching.REST_MAX_S / searching.RESTS) >= searching.REST_MAX_S
