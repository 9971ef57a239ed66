"""What became of commands is counted by kind and outcome: each command once, a batch at a time."""

from collections import Counter
from collections.abc import Mapping

import pytest

from domain.errors import Overloaded
from tests.application.books.test_committer import granting
from tests.application.conftest import Account
from tests.support.virtual import Fault


@pytest.fixture
def told(account: Account) -> list[Mapping[tuple[str, str], int]]:
    """Give what the committer has counted, an entry for each time that it said so."""
    counted: list[Mapping[tuple[str, str], int]] = []
    account.gateway.system.committer.on_settled = counted.append
    return counted


def total(told: list[Mapping[tuple[str, str], int]]) -> Counter[tuple[str, str]]:
    return sum((Counter(each) for each in told), Counter[tuple[str, str]]())


def test_a_batch_is_counted_at_once(
    account: Account, told: list[Mapping[tuple[str, str], int]]
) -> None:
    for _ in range(3):
        account.submit(count=60)
    granting(account)
    while account.gateway.step():
        pass
    assert total(told) == {
        ("SendMessages", "done"): 1,
        ("SendMessages", "InsufficientCredits"): 2,
        ("Grant", "done"): 1,
    }
    assert len(told) < 4


def test_a_command_that_breaks_is_counted_by_its_error(
    account: Account, told: list[Mapping[tuple[str, str], int]]
) -> None:
    for place in ("prepare", "decide"):
        granting(account, fails_in={place: ValueError("x")})
        account.gateway.step()
    assert total(told) == {("Grant", "ValueError"): 2}


def test_what_an_outage_refused_is_counted_once_wherever_it_waited(
    account: Account, told: list[Mapping[tuple[str, str], int]]
) -> None:
    gateway = account.gateway
    gateway.store.faults.extend([Fault.DOWN] * 60)
    commands = [granting(account) for _ in range(1_005)]  # five more than one batch takes
    gateway.step()
    gateway.step()
    assert all(command.is_there for command in commands)
    assert sum(total(told).values()) == 1_005
    assert total(told)["Grant", "StoreDown"] >= 1_000


def test_a_command_that_finds_no_room_is_counted(
    account: Account, told: list[Mapping[tuple[str, str], int]]
) -> None:
    granting(account, weight=50_000)
    with pytest.raises(Overloaded):
        granting(account)
    assert total(told) == {("Grant", "Overloaded"): 1}
    account.gateway.step()
    assert total(told)["Grant", "done"] == 1


def test_a_counter_that_fails_keeps_nobody_from_an_answer(account: Account) -> None:
    def fail(_: object) -> None:
        raise OSError

    account.gateway.system.committer.on_settled = fail
    for _ in range(2):
        answer = granting(account)
        account.gateway.step()
        assert answer.is_there
