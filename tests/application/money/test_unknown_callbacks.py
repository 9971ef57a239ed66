"""Callbacks about no payment of ours: kept once, so many a day, to be explained and erased."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from application.books.actors import Actor
from application.money.cases import NoteCase, UnknownCallback
from application.money.exceptions import ToExplain, money_exceptions
from application.money.unknown_callbacks import KeepUnknownCallback, show_callback
from application.retention.erasure import RETENTION, Erased, Retention
from application.retention.payers import ErasePayers, Payers, erase_due_payers
from application.system import System
from domain.days import DAY_S
from domain.errors import NotFound
from domain.unknown_callbacks import A_DAY_MAX, UnknownCallbacks
from domain.values import SECOND, Instant
from tests.support.invariants import violations_in
from tests.support.system import running_system

STAFF = Actor("os:finance@host")
SAID = '{"externalId":"stranger","payer":"260961234567"}'
DAY = DAY_S * SECOND


def keep(
    system: System, said: str, *, provider: str = "mtn", at: Instant | None = None
) -> int | None:
    command = KeepUnknownCallback(
        provider,
        said,
        payer="+260961234567",
        amount_ngwee=5_000,
        digest=system.digests.callback(provider, said),
        at=at or system.clock.now(),
    )
    return system.committer.execute(command)


def found(system: System, *, with_closed: bool = False) -> Sequence[ToExplain]:
    head = system.store.head()
    assert system.queries.reached(head, timeout_s=10, projection="receipts")
    now = Instant(system.clock.now() + 1)
    return money_exceptions(system.queries, now=now, with_closed=with_closed).found


def test_one_is_an_exception_that_is_noted_and_done_and_a_restart_forgets_none(
    tmp_path: Path,
) -> None:
    with running_system(tmp_path) as system:
        assert keep(system, SAID) == 1
    with running_system(tmp_path) as system:
        assert not keep(system, SAID), "the same again, after a restart"
        second = keep(system, SAID, provider="airtel")
        of_mtn, of_airtel = found(system)
        told = (of_mtn.kind, of_mtn.name, of_mtn.wallet, of_mtn.amount_ngwee)
        assert told == ("unknown_callback", "cb_1", "mtn/main", 5_000)
        assert (of_airtel.name, of_airtel.wallet) == (f"cb_{second}", "airtel/main")
        assert show_callback(system.store, 1) == {"callback": "cb_1", "said": SAID}
        note(system, 1, words="asked MTN", is_closed=False)
        assert [(one.note, one.noted_by) for one in found(system)] == [
            ("asked MTN", STAFF.name),
            (None, None),
        ]
        note(system, 1, words="a test of theirs", is_closed=True)
        assert [one.name for one in found(system)] == [f"cb_{second}"]
        assert [one.is_closed for one in found(system, with_closed=True)] == [True, False]
        with pytest.raises(NotFound):
            note(system, 999, words="which?", is_closed=False)
        assert violations_in(system.store) == []


def note(system: System, number: int, *, words: str, is_closed: bool) -> None:
    about = UnknownCallback(number)
    at = system.clock.now()
    system.committer.execute(
        NoteCase(about, owner=None, is_closed=is_closed, actor=STAFF, note=words, at=at)
    )


def test_what_one_said_is_erased_when_numbers_are_and_is_no_exception_any_more(
    tmp_path: Path,
) -> None:
    with running_system(tmp_path) as system:
        old = Instant(system.clock.now() - 401 * DAY)
        assert keep(system, SAID, at=old)
        assert keep(system, SAID + "\x00")
        assert [one.name for one in found(system)] == ["cb_1", "cb_2"]

        def run(payers: Payers) -> Erased:
            at = system.clock.now()
            return system.committer.execute(ErasePayers(payers, actor=RETENTION, at=at))

        due = erase_due_payers(
            system.queries,
            Retention(number_days=400),
            as_of=system.clock.now(),
            run=run,
            batches_max=9,
        )
        assert sum(one.erased for one in due) == 1
        assert [one.name for one in found(system)] == ["cb_2"]
        with pytest.raises(NotFound):
            show_callback(system.store, 1)
        assert "\x00" not in show_callback(system.store, 2)["said"]


def test_a_day_keeps_a_thousand() -> None:
    day = UnknownCallbacks.open(1, at=Instant(1))
    for number in range(A_DAY_MAX + 5):
        kept = day.keep(
            number,
            provider_account="mtn/main",
            amount_ngwee=None,
            digest=str(number),
            content="c",
            at=Instant(1),
        )
        assert kept is (number < 1_000)
