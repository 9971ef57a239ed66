"""The books of a batch: what a command reads is what the commands before it left."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.accounts.reveal import RevealMessage
from application.books.actors import Actor
from application.books.books import Books
from application.books.cache import Cache
from application.books.codec import event_mapper
from application.books.commands import Command
from application.messages.by_hand import CancelMessage
from application.ports import (
    ContentRow,
    CredentialRow,
    Lease,
    Repeatable,
    Save,
    SecretKind,
    SecretRow,
    Turn,
)
from application.retention.erasure import EraseMessages
from domain.contents import ContentKind
from domain.errors import TooLate
from domain.message import Extent
from domain.values import Instant
from tests.application.conftest import Account
from tests.support.virtual import START, Gateway

R = TypeVar("R")

ROW = ContentRow(
    ContentKind.REASON, 1, b"s" * 32, "+260971234567", "Mwapoleni", "SHOP", "mwapoleni"
)
LEASE = Lease(1, "mtn", "m1", "host", 1, Instant(START + 1), START)
SESSION = SecretRow(SecretKind.SESSION, "digest-1", 7, "{}", START)
REPEATABLE = Repeatable(b"1", 1, 3, START)
KEY = CredentialRow("KEY00001", 7, "first", "$argon2id$…", START)

CHANGES: dict[str, Callable[[Books], None]] = {
    "keep": lambda books: books.keep(ROW),
    "erase": lambda books: books.erase(ContentKind.REASON, 1),
    "erase_text": lambda books: books.erase_text(ContentKind.REASON, 1),
    "keep_repeatable": lambda books: books.keep_repeatable(REPEATABLE),
    "forget_repeatable": lambda books: books.forget_repeatable(1),
    "keep_credential": lambda books: books.keep_credential(KEY),
    "revoke_credential": lambda books: books.revoke_credential("KEY00001", START),
    "note_key_use": lambda books: books.note_key_use("KEY00001", START),
    "forget_key_names": lambda books: books.forget_key_names(7),
    "grant_lease": lambda books: books.grant_lease(LEASE),
    "keep_secret": lambda books: books.keep_secret(SESSION),
    "forget_secrets": lambda books: books.forget_secrets(SecretKind.SESSION, 7),
}
"""Each change that a command can ask for."""


class Doing(Command[None]):
    """Do something to the books, and refuse afterwards if told to."""

    def __init__(self, do: Callable[[Books], None], *, refuses: bool = False) -> None:
        self.at = START
        self._do = do
        self._refuses = refuses

    def touches(self) -> Iterable[UUID]:
        return ()

    def decide(self, books: Books) -> None:
        self._do(books)
        if self._refuses:
            raise TooLate("too late to refuse")


def in_a_batch(gateway: Gateway, look: Callable[[Books], R]) -> R:
    """Call ``look`` with books, and save what it did."""
    found: list[R] = []

    def decide(turn: Turn) -> Save:
        save = Save(uuid4(), START)
        books = Books(turn, Cache(), event_mapper(), save, writer=gateway.system.writer)
        found.append(look(books))
        return save

    gateway.system.store.transact(decide)
    return found[0]


@pytest.mark.parametrize("name", CHANGES)
def test_a_refusal_after_any_change_is_found_out(gateway: Gateway, name: str) -> None:
    with pytest.raises(RuntimeError, match="I12"):
        gateway.run(Doing(CHANGES[name], refuses=True))
    gateway.run(Doing(CHANGES[name]))


NUMBERS = st.integers(1, 2)
STEPS = st.lists(
    st.one_of(
        st.builds(
            lambda number, body: lambda books: books.keep(replace(ROW, number=number, body=body)),
            NUMBERS,
            st.sampled_from(["a", "b"]),
        ),
        st.builds(lambda number: lambda books: books.erase(ContentKind.REASON, number), NUMBERS),
        st.builds(
            lambda number: lambda books: books.erase_text(ContentKind.REASON, number), NUMBERS
        ),
        st.builds(lambda number: lambda books: books.content(ContentKind.REASON, number), NUMBERS),
        st.builds(
            lambda sim, fence: (
                lambda books: books.grant_lease(replace(LEASE, sim=sim, fence=fence))
            ),
            NUMBERS,
            NUMBERS,
        ),
        st.builds(lambda sim: lambda books: books.lease(sim), NUMBERS),
        st.builds(
            lambda digest, number: (
                lambda books: books.keep_repeatable(
                    replace(REPEATABLE, digest=digest, first_number=number)
                )
            ),
            st.sampled_from([b"1", b"2"]),
            st.sampled_from([1, 4]),
        ),
        st.builds(lambda number: lambda books: books.forget_repeatable(number), st.integers(1, 7)),
        st.builds(
            lambda key, account: (
                lambda books: books.keep_secret(replace(SESSION, key=key, account=account))
            ),
            st.sampled_from(["1", "2"]),
            NUMBERS,
        ),
        st.builds(
            lambda account, key: (
                lambda books: books.forget_secrets(SecretKind.SESSION, account, key)
            ),
            NUMBERS,
            st.sampled_from(["1", "2", None]),
        ),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(batches=st.lists(STEPS, min_size=1, max_size=3))
def test_within_a_batch_reads_as_after_it(
    gateway: Gateway, batches: list[list[Callable[[Books], object]]]
) -> None:
    def look(books: Books) -> list[object]:
        return [
            read
            for number in (1, 2)
            for read in (
                books.content(ContentKind.REASON, number),
                books.lease(number),
                books.secret(SecretKind.SESSION, str(number)),
                books.repeatable(b"%d" % number),
            )
        ]

    for steps in batches:

        def work(books: Books, steps: list[Callable[[Books], object]] = steps) -> list[object]:
            books.look_up_repeatables([b"1", b"2"])  # once a batch, before its commands
            for step in steps:
                step(books)
            return look(books)

        assert in_a_batch(gateway, work) == in_a_batch(gateway, partial(work, steps=[]))


def test_a_text_that_was_erased_is_shown_to_nobody_behind_in_the_line(
    gateway: Gateway, account: Account
) -> None:
    clerk, at = Actor("os:clerk@host"), gateway.clock.now()
    number = account.send().first_number
    gateway.run(CancelMessage(number, account=None, actor=clerk, at=at))

    def reveal() -> RevealMessage:
        return RevealMessage(number, actor=clerk, reason="a complaint", at=at)

    before = gateway.submit(reveal())
    gateway.submit(EraseMessages([number], what=Extent.TEXT, actor=clerk, reason=None, at=at))
    after = gateway.submit(reveal())
    assert gateway.step() == 3
    assert before.unwrap().text is not None
    assert after.unwrap().text is None
    assert after.unwrap().msisdn == before.unwrap().msisdn
