"""Stored answers are forgotten once nobody can replay them."""

from pathlib import Path

from application.retention.housekeeping import GRACE_S, Housekeeping
from domain.published import IDEMPOTENCY_KEPT_S
from domain.values import SECOND
from domain.wallet import wallet_id
from tests.application.sending import send
from tests.support.system import create_account, running_system
from tests.support.virtual import VirtualClock


def test_a_stored_answer_is_kept_for_its_day_and_then_forgotten(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        account, key = create_account(system, credits=1)
        now = system.clock.now()
        accepted = system.committer.execute(send(account, key[:8], at=now, idempotency_key="k"))
        position = system.store.position_of(wallet_id(account))
        assert system.queries.reached(position + 2, timeout_s=5, projection="idempotency")

        def keep_house(after_s: int) -> int:
            clock = VirtualClock()
            clock.pass_s((now - clock.now()) // SECOND + after_s + 1)
            return Housekeeping(
                queries=system.queries,
                committer=system.committer,
                clock=clock,
                retention=system.terms.retention,
            ).step()

        assert keep_house(IDEMPOTENCY_KEPT_S + GRACE_S - 60) == 0
        assert system.store.content("submission", accepted.first_number) is not None
        assert keep_house(IDEMPOTENCY_KEPT_S + GRACE_S) == 1
        assert system.store.content("submission", accepted.first_number) is None
        assert system.store.content("message", accepted.first_number) is not None
        assert keep_house(IDEMPOTENCY_KEPT_S + GRACE_S) == 0
