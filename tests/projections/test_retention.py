"""What is kept of each message's content is known by age, until everything of it is erased."""

from application.ports.queries import Kept, Place
from domain.message import Extent, Message
from domain.values import Instant
from tests.projections.history import START, at, message, send, world
from tests.projections.truth import Truth

LATER = Instant(START + 10**12)


def erase(sent: Message, what: Extent, when: float) -> Message:
    sent.erase_content(what, actor="retention", reason=None, at=at(when))
    return sent


def test_contents_are_listed_by_age_and_by_what_is_kept(truth: Truth) -> None:
    messages = [send(message(number, when=when)) for number, when in ((7, 30), (8, 10), (9, 20))]
    truth.save(*world(), *messages)
    queries = truth.follow()

    def numbers(kept: Kept, before: Instant = LATER, after: Place | None = None) -> list[int]:
        found = queries.kept_contents(kept, before=before, after=after, limit=10)
        return [place.number for place in found]

    assert numbers(Kept.ALL) == [8, 9, 7]
    assert numbers(Kept.ALL, before=at(20)) == [8, 9]
    assert numbers(Kept.ALL, after=Place(at(10), 8)) == [9, 7]
    assert numbers(Kept.NUMBER) == []
    truth.save(erase(messages[1], Extent.TEXT, 50), erase(messages[2], Extent.ALL, 50))
    truth.follow()
    assert numbers(Kept.ALL) == [7]
    assert numbers(Kept.NUMBER) == [8]
    truth.save(erase(messages[1], Extent.ALL, 60))
    truth.follow()
    assert numbers(Kept.NUMBER) == []


def test_an_account_s_messages_are_listed_page_by_page(truth: Truth) -> None:
    truth.save(*world(), *(message(number) for number in (5, 6, 7)), message(8, account=2))
    queries = truth.follow()
    first = queries.messages_of(1, after=0, limit=2)
    assert [number for _, number in first] == [5, 6]
    rest = queries.messages_of(1, after=first[-1][0], limit=2)
    assert [number for _, number in rest] == [7]


def test_what_was_erased_is_counted_by_day_and_by_whom(truth: Truth) -> None:
    sent = [send(message(number, when=10)) for number in (5, 6, 7)]
    truth.save(*world(), *sent)
    truth.save(erase(sent[0], Extent.TEXT, 20))
    truth.follow()
    truth.save(erase(sent[1], Extent.TEXT, 30), erase(sent[0], Extent.ALL, 40))
    truth.save(erase(sent[2], Extent.TEXT, 200_000))
    queries = truth.follow()

    def rows(what: str | None = None, before: int = 10**6) -> list[tuple[str, str, int]]:
        found = queries.erased(what, before=before, limit=10)
        return [(row.what, row.actor, row.count) for row in found]

    newest, last, first = queries.erased(None, before=10**6, limit=10)
    assert newest.day - first.day == 2
    assert first.last_at == at(30)
    assert rows() == [("text", "retention", 1), ("all", "retention", 1), ("text", "retention", 2)]
    assert rows("all") == [("all", "retention", 1)]
    assert rows(before=last.place) == [("text", "retention", 2)]
