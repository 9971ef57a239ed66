"""Keys that nobody was given: none is accepted, and none costs a slow hash."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from application.accounts.keyring import KeyRing
from domain.errors import InvalidKey
from domain.key_rules import KEY_ALPHABET, KEY_CHARACTERS
from tests.support.system import FastKeyHasher, create_account, running_system
from tests.support.virtual import SeededRandomness

COUNT = 10_000
SEED = 20_261_122


class CountingHasher(FastKeyHasher):
    """Counts what reaches it."""

    def __init__(self) -> None:
        self.verified = 0

    def verify(self, stored: str, secret: str) -> bool:
        self.verified += 1
        return super().verify(stored, secret)


def one_off(key: str, chance: random.Random) -> str:
    """Change one character of a key."""
    place = chance.randrange(KEY_CHARACTERS)
    other = chance.choice([letter for letter in KEY_ALPHABET if letter != key[place]])
    return key[:place] + other + key[place + 1 :]


def is_accepted(keys: KeyRing, key: str) -> bool:
    if keys.known(key) is not None:
        return True
    try:
        keys.verify(key)
    except InvalidKey:
        return False
    return True


def test_no_key_that_is_wrong_is_accepted_or_hashed(
    tmp_path: Path, report_count: Callable[..., None]
) -> None:
    chance, hasher = random.Random(SEED), CountingHasher()
    secret = tmp_path / "secret"
    secret.write_text("the same in every run, as the keys are")
    with running_system(
        tmp_path,
        hasher=hasher,
        randomness=SeededRandomness(SEED),
        server_secret=f"file:{secret}",
    ) as system:
        _, key = create_account(system)
        assert is_accepted(system.keyring, key)
        assert hasher.verified == 1
        random_keys = [
            "".join(chance.choices(KEY_ALPHABET, k=KEY_CHARACTERS)) for _ in range(COUNT)
        ]
        near_keys = [one_off(key, chance) for _ in range(COUNT)]
        for what, tried in (("random", random_keys), ("one character off", near_keys)):
            accepted = sum(is_accepted(system.keyring, wrong) for wrong in tried)
            report_count(f"keys accepted that are {what}", COUNT, accepted, SEED)
        report_count("wrong keys hashed slowly", 2 * COUNT, hasher.verified - 1, SEED)


def test_a_key_with_a_right_check_and_a_wrong_secret_is_hashed_and_refused(tmp_path: Path) -> None:
    """What the count above would miss, if keys with a right check were not hashed either."""
    hasher = CountingHasher()
    with running_system(tmp_path, hasher=hasher) as system:
        _, key = create_account(system)
        drawn = system.keyring.draw()
        assert system.keyring.looks_right(drawn)
        with pytest.raises(InvalidKey):
            system.keyring.verify(drawn)
        assert hasher.verified == 0, "nobody has its public id"
        assert is_accepted(system.keyring, key)
        assert hasher.verified == 1
