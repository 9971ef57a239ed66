"""A message that begins with a keyword is answered once, in the account's name, charged as any."""

import itertools
from contextlib import suppress
from typing import Final

import pytest

from application.books.actors import Actor
from application.books.commands import Command
from application.messages.keywords import DeleteKeyword, KeywordList, ShownKeyword
from application.messages.suppressing import Suppressible, SuppressNumber
from application.retention.erasure import EraseAccount
from domain.contents import ContentKind
from domain.errors import TooLate
from domain.keyword_answers import KeywordAnswers
from domain.keyword_rules import ANSWER_EVERY_S
from domain.keywords import Keywords
from tests.support.delivers import TAKEN, delivers
from tests.support.keywords import keyword_command
from tests.worker.gateway import Gateway, R
from tests.worker.inbox_bench import WRITER, Bench
from worker.timed_work import answering_in

ANSWER: Final = "Call 0977 123 456."
STAFF: Final = Actor("os:test@host")
OTHER: Final = "+260960000002"


class Shop:
    """An account that wrote to ``WRITER``, and has words answered."""

    def __init__(self, gw: Gateway, *words: str, credits: int = 10) -> None:
        self.gw = gw
        self.bench = Bench(gw)
        self.owner = gw.account("Shop", credits=credits)
        (self.began,) = gw.send(self.owner, "hello")
        gw.until(lambda: gw.events(self.began)[-1:] == ["Sent"], self.bench.sim)
        for word in words:
            self.set(word)
        self._seconds = itertools.count(5)

    def set(self, word: str, answer: str = ANSWER) -> None:
        self.gw.execute(keyword_command(self.gw.system, self.owner.account, word, answer))

    def delete(self, word: str) -> None:
        account, system = self.owner.account, self.gw.system
        rule = system.digests.keyword(account, word)
        self.gw.execute(DeleteKeyword(account, rule, actor=STAFF, at=self.gw.clock.now()))

    def listed(self) -> list[ShownKeyword]:
        system = self.gw.system
        return [*KeywordList(system.reader, system.digests, system.store).of(self.owner.account)]

    def bring(self, text: str, sender: str = WRITER) -> None:
        """Have a message come in, which the network took at a second of its own."""
        second = f"{next(self._seconds):02d}"[::-1]
        self.bench.bring(*delivers(sender, text, taken=f"{TAKEN[:10]}{second}80"))

    def hear(self, text: str, sender: str = WRITER) -> None:
        """Have a message come in, and be gathered."""
        self.bring(text, sender)
        self.bench.gather()

    def answers(self) -> list[tuple[str | None, str | None]]:
        """Give whom what was written after the message that began it."""
        numbers = range(self.began + 1, self.began + 60)
        rows = [self.gw.system.store.content(ContentKind.MESSAGE, number) for number in numbers]
        return [(row.msisdn, row.body) for row in rows if row is not None]


@pytest.mark.parametrize("text", ["help", "HELP", " Help!", "help me, please", "«help»\nnow"])
@pytest.mark.slow
def test_the_first_word_is_answered_charged_and_sent(gw: Gateway, text: str) -> None:
    shop = Shop(gw, "help", "open")
    shop.hear(text)
    assert shop.answers() == [(WRITER, ANSWER)]
    assert gw.available(shop.owner) == 8
    gw.until(lambda: len(gw.air.segments) == 2, shop.bench.sim)
    assert gw.air.segments[-1].recipient == WRITER


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("please help", WRITER),
        ("helper", WRITER),
        ("", WRITER),
        ("...", WRITER),
        ("stop", WRITER),
        ("help", OTHER),  # nobody's: no account wrote to it
        ("help", "70707"),
        ("help", "Airtel"),
        ("help", "+447700900123"),
    ],
)
@pytest.mark.slow
def test_what_no_rule_is_for_or_nobody_wrote_is_not_answered(
    gw: Gateway, text: str, sender: str
) -> None:
    shop = Shop(gw, "help")
    shop.hear(text, sender)
    assert shop.answers() == []
    assert gw.available(shop.owner) == 9


@pytest.mark.parametrize("sender", ["70707", "Airtel", "+447700900123", "+260211123456"])
def test_no_answer_is_found_for_machines_and_for_numbers_that_no_sim_reaches(
    gw: Gateway, sender: str
) -> None:
    shop = Shop(gw, "help")
    answering, account, at = answering_in(gw.system), shop.owner.account, gw.clock.now()
    assert answering.find(account, sender, "help", at=at) is None
    assert answering.find(account, WRITER, "help", at=at) is not None


def test_the_same_person_is_answered_once_in_an_hour_by_each_rule(gw: Gateway) -> None:
    shop = Shop(gw, "help", "open")
    for text in ("help", "help", "open", "Help again"):
        shop.hear(text)
    assert len(shop.answers()) == 2
    gw.clock.advance(ANSWER_EVERY_S - 30)
    shop.hear("help")
    assert len(shop.answers()) == 2
    gw.clock.advance(31)
    shop.hear("help")
    shop.hear("help")
    assert len(shop.answers()) == 3


def test_who_wants_no_promotions_is_answered_all_the_same(gw: Gateway) -> None:
    shop = Shop(gw, "help")
    whom = Suppressible.of(gw.system.digests, shop.owner.account, WRITER)
    gw.execute(SuppressNumber(whom, actor=STAFF, reason="asked", at=gw.clock.now()))
    shop.hear("help")
    assert shop.answers() == [(WRITER, ANSWER)]


def test_without_credits_nothing_is_answered_and_that_is_told_once_more_credits_help(
    gw: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(gw, "help", credits=1)
    shop.hear("help")
    assert shop.answers() == []
    assert [row.text for row in shop.bench.inbox()] == ["help"]
    (shown,) = shop.listed()
    assert shown.unanswered is not None
    assert shown.unanswered.cause == "InsufficientCredits"
    (said,) = [one.getMessage() for one in caplog.records if one.name == "ngoma.inbound"]
    assert said.endswith("InsufficientCredits")
    assert WRITER[1:] not in said
    shop.hear("help")  # the refusal was no answer: it is tried again
    assert shop.answers() == []
    shop.set("help", "short")
    (shown,) = shop.listed()
    assert shown.unanswered is None


def test_a_rule_that_changes_between_the_look_and_the_save_is_looked_at_again(gw: Gateway) -> None:
    shop = Shop(gw, "help")
    shop.bring("help")
    shop.bench.catch_up()
    (work,) = shop.bench.work()
    (ids,) = work.due(gw.clock.now(), 100)

    def late(command: Command[R]) -> R:
        shop.set("help", "another")
        return gw.execute(command)

    with pytest.raises(TooLate):
        work.handle(ids, late)
    assert shop.answers() == []
    shop.bench.gather()
    assert shop.answers() == [(WRITER, "another")]
    shop.delete("help")
    gw.clock.advance(ANSWER_EVERY_S + 1)
    shop.hear("help")
    assert len(shop.answers()) == 1


class Died(Exception):
    """The process ended."""


@pytest.mark.parametrize("ends", list(itertools.product(("before", "after", "beside"), repeat=2)))
@pytest.mark.slow
def test_whatever_ends_between_question_and_answer_there_is_one_answer(
    gw: Gateway, ends: tuple[str, ...]
) -> None:
    shop = Shop(gw, "help")
    shop.bring("help")
    shop.bench.catch_up()
    (ids,) = shop.bench.work()[0].due(gw.clock.now(), 100)
    for end in ends:
        (work,) = shop.bench.work()

        def execute(command: Command[R], end: str = end) -> R:
            if end == "beside":  # another process is first, from the same look
                (other,) = shop.bench.work()
                other.handle(ids, gw.execute)
            if end == "before":
                raise Died
            result = gw.execute(command)
            if end == "after":
                raise Died
            return result

        with suppress(Died):
            work.handle(ids, execute)
    shop.bench.gather()
    assert shop.answers() == [(WRITER, ANSWER)]
    assert gw.available(shop.owner) == 8


def test_an_answer_that_is_saved_though_the_database_went_is_one(gw: Gateway) -> None:
    shop = Shop(gw, "help")
    shop.bring("help")
    shop.bench.catch_up()
    gw.store.loses_answers = 1
    (work,) = shop.bench.work()
    (ids,) = work.due(gw.clock.now(), 100)
    with pytest.raises(Exception, match="database"):
        work.handle(ids, gw.execute)
    gw.store.is_down = False
    shop.bench.gather()
    assert shop.answers() == [(WRITER, ANSWER)]
    assert gw.available(shop.owner) == 8


def test_no_event_holds_a_word_a_number_or_an_answer(gw: Gateway) -> None:
    shop = Shop(gw, "zebra")
    shop.hear("zebra")
    shop.delete("zebra")
    events = (Keywords.Opened, Keywords.RuleSet, Keywords.RuleDeleted, KeywordAnswers.FirstGiven)
    stored = [each for _, each in gw.store.events_after(0, limit=500)]
    assert {event.TOPIC for event in events} <= {each.topic for each in stored}
    joined = b"".join(each.state for each in stored)
    assert [it for it in (b"zebra", b"60000001", ANSWER.encode()) if it in joined] == []
    assert gw.system.store.content(ContentKind.KEYWORD, 1) is None


def test_what_is_said_goes_with_its_account(gw: Gateway) -> None:
    shop = Shop(gw, "help", "open", credits=1)
    shop.set("open", "another")
    account, at = shop.owner.account, gw.clock.now()
    gw.execute(EraseAccount(account, sender_ids=(), actor=STAFF, reason="request", at=at))
    left = [gw.system.store.content(ContentKind.KEYWORD, number) for number in range(1, 10)]
    assert left == [None] * len(left)
    assert shop.listed() == []
