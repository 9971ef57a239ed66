"""Stored answers are found when, and only when, they may be deleted."""

from typing import Any

from domain.contents import ContentKind
from domain.submission import Submission
from domain.values import Instant
from tests.projections.history import DAY, START, at
from tests.projections.truth import Truth


def kept(first_number: int) -> dict[str, Any]:
    return {"fingerprint": "f", "first_number": first_number, "count": 1, "answer": "a"}


def test_an_answer_is_listed_once_its_day_is_over(truth: Truth) -> None:
    for number, second in ((5, 0), (9, 60)):
        truth.save(Submission.accept(f"key{number}", account=1, at=at(second), **kept(number)))
        truth.put("submission", number, {"status": "queued"})
    queries = truth.follow()
    assert queries.expired_answers(Instant(START + DAY - 1), limit=10) == []
    assert queries.expired_answers(Instant(START + DAY), limit=10) == [5]
    assert queries.expired_answers(Instant(START + 2 * DAY), limit=10) == [5, 9]
    assert queries.expired_answers(Instant(START + 2 * DAY), limit=1) == [5]


def test_a_deleted_answer_is_not_listed_again(truth: Truth) -> None:
    truth.save(Submission.accept("key", account=1, at=START, **kept(5)))
    truth.put("submission", 5, {"status": "queued"})
    queries = truth.follow()
    truth.erase(ContentKind.SUBMISSION, 5)
    assert queries.expired_answers(Instant(START + 2 * DAY), limit=10) == []


def test_the_old_answer_of_a_renewed_key_is_still_found(truth: Truth) -> None:
    submission = Submission.accept("key", account=1, at=START, **kept(5))
    submission.renew(at=Instant(START + DAY), **kept(77))
    truth.save(submission)
    truth.put("submission", 5, {"status": "queued"})
    truth.put("submission", 77, {"status": "queued"})
    queries = truth.follow()
    assert queries.expired_answers(Instant(START + DAY + 1), limit=10) == [5]
    assert queries.expired_answers(Instant(START + 2 * DAY), limit=10) == [5, 77]
