"""Texts and numbers of what came in go when their time is over, and a suppression stays."""

from pathlib import Path

import pytest

from application.books.actors import Actor
from application.messages.suppressing import Suppressible, SuppressNumber
from application.retention.housekeeping import Housekeeping
from application.retention.payers import ErasePayers, Payers
from domain.contents import ContentKind
from domain.errors import AlreadyExists
from domain.values import SECOND
from domain.written import NUMBER_MAX
from tests.support.incoming import receive
from tests.support.system import running_system
from tests.support.virtual import VirtualClock

DAY_S = 86_400


def test_a_text_goes_before_the_number_and_what_is_left_is_still_listed(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        receive(system, "+260971234567", "x" * 200, account=1)
        assert system.queries.reached(system.store.head(), timeout_s=5, projection="inbox")
        clock = VirtualClock()
        clock.pass_s((system.clock.now() - clock.now()) // SECOND + 1)
        house = Housekeeping(
            queries=system.queries,
            committer=system.committer,
            clock=clock,
            retention=system.terms.retention,
        )
        seen = []
        for days in (29, 2, 0, 370, 0):
            clock.pass_s(days * DAY_S)
            count = house.step()
            (row,) = system.queries.inbox(1, before=NUMBER_MAX, limit=9)
            seen.append((count, row.text is None, row.sender is None))
        assert seen == [
            (0, False, False),
            (2, True, False),
            (0, True, False),
            (2, True, True),
            (0, True, True),
        ]


def test_a_suppression_whose_number_was_erased_still_holds(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        whom = Suppressible.of(system.digests, 1, "+260971234567")
        at = system.clock.now()
        command = SuppressNumber(whom, actor=Actor("staff"), reason="r", at=at)
        number = system.committer.execute(command)
        row = system.store.content(ContentKind.SUPPRESSION, number)
        assert row is not None
        assert row.msisdn == "+260971234567"
        forgotten = Payers(ContentKind.SUPPRESSION, [number])
        system.committer.execute(ErasePayers(forgotten, actor=Actor("staff"), at=at))
        assert system.store.content(ContentKind.SUPPRESSION, number) is None
        again = SuppressNumber(whom, actor=Actor("staff"), reason="r", at=at)
        with pytest.raises(AlreadyExists):
            system.committer.execute(again)
