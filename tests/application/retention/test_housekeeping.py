"""Stored answers and requests are forgotten once nobody can ask for them again."""

from pathlib import Path
from uuid import uuid4

import pytest

from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from application.ports import Save, Turn
from application.retention.housekeeping import GRACE_S, Housekeeping
from application.system import System
from domain.contents import ContentKind
from domain.idempotency import IDEMPOTENCY_KEPT_S
from domain.repeats import REPEATS_KEPT_S
from domain.values import SECOND, Instant, Network
from domain.wallet import wallet_id
from tests.application import sending
from tests.support.system import create_account, running_system
from tests.support.virtual import VirtualClock


def keep_house(system: System, at: Instant) -> int:
    """Do a round as if it were a second past ``at``."""
    clock = VirtualClock()
    clock.pass_s((at - clock.now()) // SECOND + 1)
    return Housekeeping(
        queries=system.queries,
        committer=system.committer,
        clock=clock,
        retention=system.terms.retention,
    ).step()


def test_a_stored_answer_is_kept_for_its_day_and_then_forgotten(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        account, key = create_account(system, credits=1)
        now = system.clock.now()
        accepted = system.committer.execute(
            sending.send(account, key[:8], at=now, idempotency_key="k")
        )
        position = system.store.position_of(wallet_id(account))
        assert system.queries.reached(position + 2, timeout_s=5, projection="idempotency")

        def after(seconds: int) -> Instant:
            return Instant(now + seconds * SECOND)

        assert keep_house(system, after(IDEMPOTENCY_KEPT_S + GRACE_S - 60)) == 0
        assert system.store.content(ContentKind.SUBMISSION, accepted.first_number) is not None
        assert keep_house(system, after(IDEMPOTENCY_KEPT_S + GRACE_S)) == 1
        assert system.store.content(ContentKind.SUBMISSION, accepted.first_number) is None
        assert system.store.content(ContentKind.MESSAGE, accepted.first_number) is not None
        assert keep_house(system, after(IDEMPOTENCY_KEPT_S + GRACE_S)) == 0


def is_known(system: System, digest: bytes | None) -> bool:
    """Whether the store knows a request."""
    found: list[bool] = []

    def look(turn: Turn) -> Save:
        found.append(bool(turn.repeatables([digest or b""])))
        return Save(uuid4(), system.clock.now())

    system.store.transact(look)
    return found[0]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def test_a_request_is_forgotten_ten_minutes_after_its_503_unless_a_message_is_open(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database_url") if kind == "postgresql" else None
    with running_system(tmp_path, database_url=url) as system:
        account, key = create_account(system, credits=10)
        now = system.clock.now()
        ended, open_ = (
            sending.repeatable(
                account, key[:8], at=now, count=3, text=text, offline=frozenset(Network)
            )
            for text in ("ended", "open")
        )
        first = [system.committer.execute(command).first_number for command in (ended, open_)]
        for number in range(first[0], first[1] + 2):  # the last one stays open
            system.committer.execute(
                CancelMessage(number, account=None, actor=Actor("test"), at=now)
            )
        digests = [command._sending.digest for command in (ended, open_)]
        kept_until = Instant(now + REPEATS_KEPT_S * SECOND)
        assert keep_house(system, Instant(kept_until - 2 * SECOND)) == 0
        assert [is_known(system, digest) for digest in digests] == [True, True]
        assert keep_house(system, kept_until) == 1
        assert [is_known(system, digest) for digest in digests] == [False, True]
        assert keep_house(system, Instant(kept_until + 20 * 3600 * SECOND)) == 0


@pytest.mark.slow
def test_no_request_is_forgotten_while_its_messages_have_not_been_seen(tmp_path: Path) -> None:
    with running_system(tmp_path, follows=False) as system:
        account, key = create_account(system, credits=1)
        now = system.clock.now()
        command = sending.repeatable(account, key[:8], at=now, offline=frozenset(Network))
        system.committer.execute(command)
        assert keep_house(system, Instant(now + 2 * REPEATS_KEPT_S * SECOND)) == 0
        assert is_known(system, command._sending.digest)
