"""Texts and numbers go when their time is over, and what is still to be sent stays."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from application.retention.erasure import MESSAGES_MAX, Retention, due_batches
from application.retention.housekeeping import Housekeeping
from application.system import System
from domain.contents import ContentKind
from domain.days import DAY_S
from domain.message import Extent, Message, message_id
from domain.message.options import Options
from domain.values import SECOND, Instant
from tests.application.sending import send
from tests.support.system import create_account, running_system
from tests.support.virtual import VirtualClock

TEXT = "Sesquipedalian"


def keep_house(system: System, *, days: float, retention: Retention | None = None) -> int:
    """Do a round as if so many days had passed."""
    reached = system.queries.reached(system.store.head(), timeout_s=10, projection="retention")
    assert reached
    clock = VirtualClock()
    clock.pass_s((system.clock.now() - clock.now()) // SECOND + round(days * DAY_S))
    return Housekeeping(
        queries=system.queries,
        committer=system.committer,
        clock=clock,
        retention=retention or system.terms.retention,
        pause=lambda _: False,
    ).step()


def ended(system: System, *, count: int = 1) -> int:
    """Send messages and take them back; give the first one's number."""
    account, key = create_account(system, name=f"A{count}", credits=count)
    now = system.clock.now()
    first = system.committer.execute(
        send(account, key[:8], at=now, count=count, text=TEXT)
    ).first_number
    for number in range(first, first + count):
        system.committer.execute(CancelMessage(number, account=None, actor=Actor("test"), at=now))
    return first


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def test_a_text_goes_after_its_days_and_the_number_later(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database_url") if kind == "postgresql" else None
    with running_system(tmp_path, database_url=url) as system:
        number = ended(system)
        assert keep_house(system, days=29.9) == 0
        assert keep_house(system, days=30.1) == 1
        row = system.store.content(ContentKind.MESSAGE, number)
        assert row is not None
        assert (row.body, row.folded) == (None, None)
        assert (row.msisdn, row.sender) == ("+260960000000", "Demo")
        assert keep_house(system, days=399) == 0
        assert keep_house(system, days=401) == 1
        assert system.store.content(ContentKind.MESSAGE, number) is None
        assert keep_house(system, days=4_000) == 0
        erased = [
            (event.what, event.actor, event.reason)
            for event in system.reader.events(message_id(number))
            if isinstance(event, Message.ContentErased)
        ]
        assert erased == [("text", "retention", None), ("all", "retention", None)]
        system.store.scrub(rewrite=True)
        if url is None:
            files = [tmp_path / "store.db", tmp_path / "store.db-wal"]
            assert not any(TEXT.encode() in path.read_bytes() for path in files)


def test_what_is_still_to_be_sent_stays_and_goes_once_it_ended(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        account, key = create_account(system, credits=1)
        command = send(account, key[:8], at=system.clock.now(), text=TEXT)
        number = system.committer.execute(command).first_number
        assert keep_house(system, days=1_000) == 0
        row = system.store.content(ContentKind.MESSAGE, number)
        assert row is not None
        assert row.body == TEXT
        at = system.clock.now()
        system.committer.execute(CancelMessage(number, account=None, actor=Actor("t"), at=at))
        assert keep_house(system, days=1_000) == 1
        assert system.store.content(ContentKind.MESSAGE, number) is None


def test_the_clients_reference_goes_with_the_text(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        account, key = create_account(system, credits=1)
        options = Options(client_reference="for Mr Banda")
        command = send(account, key[:8], at=system.clock.now(), options=options)
        number = system.committer.execute(command).first_number
        assert system.store.content(ContentKind.CLIENT_REFERENCE, number) is not None
        at = system.clock.now()
        system.committer.execute(CancelMessage(number, account=None, actor=Actor("t"), at=at))
        assert keep_house(system, days=31) == 1
        assert system.store.content(ContentKind.CLIENT_REFERENCE, number) is None
        assert system.store.content(ContentKind.MESSAGE, number) is not None


def test_zero_days_keep_and_numbers_take_their_texts_with_them(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        number = ended(system)
        assert keep_house(system, days=10_000, retention=Retention(0, 0)) == 0
        assert keep_house(system, days=10_000, retention=Retention(0, 400)) == 1
        assert system.store.content(ContentKind.MESSAGE, number) is None


def test_what_has_lost_both_dates_is_named_once(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        number = ended(system)
        assert system.queries.reached(system.store.head(), timeout_s=10, projection="retention")

        def due(days: int) -> list[tuple[Extent, Sequence[int]]]:
            now = Instant(system.clock.now() + days * DAY_S * SECOND)
            return list(due_batches(system.queries, Retention(30, 400), now, batches_max=9))

        assert due(29) == []
        assert due(31) == [(Extent.TEXT, [number])]
        assert due(401) == [(Extent.ALL, [number])]


@pytest.mark.slow
def test_a_round_goes_on_past_one_command_s_worth(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        ended(system, count=MESSAGES_MAX + 3)
        assert keep_house(system, days=31) == MESSAGES_MAX + 3
        assert keep_house(system, days=31) == 0
