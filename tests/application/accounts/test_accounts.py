"""What an account changes of itself: with a key that has ended meanwhile, nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.accounts import ChooseDefaultSender, IssueKey, RevokeKey
from application.books.actors import Actor
from application.books.commands import Command
from application.system import System
from domain.account import Account, account_id
from domain.errors import InvalidKey, NotFound
from tests.support.system import create_account, running_system


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with running_system(tmp_path) as running:
        yield running


def test_nothing_is_changed_with_a_key_that_was_revoked_meanwhile(system: System) -> None:
    number, key = create_account(system)
    at = system.clock.now()
    by_key = Actor.of(number, key_id=key[:8])
    execute = system.committer.execute
    _, another = system.keyring.make("another")
    execute(IssueKey(number, another, revoke=key[:8], actor=by_key, at=at))
    head = system.store.head()
    _, late = system.keyring.make("late")
    tried: list[Command[None]] = [
        IssueKey(number, late, revoke=None, actor=by_key, at=at),
        IssueKey(number, late, revoke=another.key_id, actor=by_key, at=at),
        RevokeKey(number, another.key_id, actor=by_key, at=at),
        ChooseDefaultSender(number, None, actor=by_key, at=at),
    ]
    for command in tried:
        with pytest.raises(InvalidKey):
            execute(command)
    assert system.store.head() == head
    execute(RevokeKey(number, another.key_id, actor=Actor.of(number), at=at))
    found = system.reader.find(Account, account_id(number))
    assert found is not None
    assert found.keys == []


def test_an_account_ends_no_key_of_another(system: System) -> None:
    number, _ = create_account(system)
    other, key = create_account(system, name="Other")
    at = system.clock.now()
    _, new = system.keyring.make("new")
    for command in (
        RevokeKey(number, key[:8], actor=Actor.of(number), at=at),
        IssueKey(number, new, revoke=key[:8], actor=Actor.of(number), at=at),
    ):
        with pytest.raises(NotFound):
            system.committer.execute(command)
    assert [row.key_id for row in system.store.credentials_of(other)] == [key[:8]]
