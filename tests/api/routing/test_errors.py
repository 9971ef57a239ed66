"""The one table from errors to HTTP, and both envelopes over it."""

import inspect
import json
from collections.abc import Iterator

import pytest

from adapters.statements.file import UnknownLayout
from api.http import refusals
from api.http.wire import Call
from api.routing.errors import (
    TABLE,
    feltech_error,
    row_of,
    wilcybertek_error,
    wilcybertek_send_error,
)
from domain import errors
from domain.errors import NgomaError

CALL = Call(headers={}, request_id="r-1")

DOCUMENTED = {
    "MISSING_PARAMS": 400,
    "INVALID_KEY": 401,
    "INSUFFICIENT_CREDITS": 402,
    "INVALID_RECIPIENT": 400,
    "MESSAGE_TOO_LONG": 422,
    "RATE_LIMITED": 429,
    "INTERNAL_ERROR": 500,
    "INVALID_PARAMS": 400,
    "TOO_MANY_RECIPIENTS": 400,
    "ACCOUNT_SUSPENDED": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "IDEMPOTENCY_IN_PROGRESS": 409,
    "IDEMPOTENCY_CONFLICT": 422,
    "PAYLOAD_TOO_LARGE": 413,
}


def leaves(kind: type[NgomaError]) -> Iterator[type[NgomaError]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for each in below:
        yield from leaves(each)


EXAMPLES: dict[type[NgomaError], NgomaError] = {
    errors.MessageTooLong: errors.MessageTooLong("Too long.", characters=1_700, segments=12),
    errors.InsufficientCredits: errors.InsufficientCredits(required=2, available=1),
    errors.RateLimited: errors.RateLimited(retry_after_s=7),
    errors.Overloaded: errors.Overloaded(retry_after_s=7),
    refusals.PayloadTooLarge: refusals.PayloadTooLarge(),
    refusals.MethodNotAllowed: refusals.MethodNotAllowed(["GET"]),
    refusals.MissingFields: refusals.MissingFields(["to"]),
    refusals.InvalidEntries: refusals.InvalidEntries({3: "What is wrong."}),
    UnknownLayout: UnknownLayout(3, ["Date", "Amount"]),
}


def example(kind: type[NgomaError]) -> NgomaError:
    return EXAMPLES.get(kind) or kind("What went wrong.")


LEAVES = sorted(set(leaves(NgomaError)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", LEAVES)
def test_every_leaf_of_the_tree_is_in_the_table(kind: type[NgomaError]) -> None:
    assert any(issubclass(kind, row.error) for row in TABLE), kind.__name__


@pytest.mark.parametrize("name", [name for name, _ in inspect.getmembers(errors, inspect.isclass)])
def test_no_class_of_the_tree_is_forgotten(name: str) -> None:
    kind = getattr(errors, name)
    families = {errors.NgomaError, errors.Refused, errors.Unavailable}
    assert kind in families or any(row.error is kind for row in TABLE)


def test_the_narrower_class_stands_above_the_wider() -> None:
    for place, row in enumerate(TABLE):
        for earlier in TABLE[:place]:
            assert not issubclass(row.error, earlier.error), (row.error, earlier.error)


@pytest.mark.parametrize("kind", LEAVES)
def test_both_envelopes_answer_every_error(kind: type[NgomaError]) -> None:
    error = example(kind)
    row = row_of(error)
    for envelope in (wilcybertek_error, wilcybertek_send_error):
        answer = envelope(CALL, error)
        body = json.loads(answer.body)
        assert answer.status == row.status
        assert (body["status"], body["code"]) == ("error", row.code)
        assert body["message"]
        assert body.get("request_id") == ("r-1" if answer.status >= 500 else None)
    answer = feltech_error(CALL, error)
    body = json.loads(answer.body)
    assert answer.status == row.feltech_status
    assert body["message"]
    assert body.get("request_id") == ("r-1" if answer.status >= 500 else None)
    assert ("errors" in body) == (answer.status == 422)


def test_the_codes_are_the_documented_ones() -> None:
    documented = {row.code: row.status for row in TABLE if row.code in DOCUMENTED}
    assert documented == DOCUMENTED


def test_503_means_queued_in_one_dialect_and_refused_in_the_other() -> None:
    assert all(row.status != 503 for row in TABLE)
    for kind in LEAVES:
        answer = feltech_error(CALL, example(kind))
        retry = dict(answer.headers).get(b"retry-after")
        assert (answer.status == 503) == (issubclass(kind, errors.Unavailable))
        assert answer.status != 503 or retry is not None


@pytest.mark.parametrize("kind", [errors.RateLimited, errors.Overloaded])
def test_429_says_when_to_come_back(kind: type[NgomaError]) -> None:
    answer = wilcybertek_error(CALL, example(kind))
    assert (answer.status, answer.headers) == (429, ((b"retry-after", b"7"),))


def test_an_entry_of_a_list_is_blamed_by_its_place() -> None:
    body = json.loads(feltech_error(CALL, refusals.InvalidEntries({3: "a", 7: "b"})).body)
    assert body["errors"] == {"to.3": ["a"], "to.7": ["b"]}


def test_what_nobody_foresaw_is_500_without_details() -> None:
    for envelope in (wilcybertek_error, wilcybertek_send_error, feltech_error):
        answer = envelope(CALL, ValueError("secret 4711"))
        assert answer.status == 500
        assert b"4711" not in answer.body
