"""One password, however its characters are put together, and all of it."""

import unicodedata

import pytest

from application.accounts.passwords import SetPassword
from domain.password_rules import PASSWORD_CHARACTERS_MIN
from tests.api.conftest import Gateway
from tests.api.people import log_in, mailed_token, post, register

COMPOSED = "caf\u00e9 \u1e0d\u0307 na\u00efve"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.slow
def test_a_password_is_the_same_in_every_spelling_of_unicode(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    changed = {"current_password": "nshima and kapenta", "new_password": DECOMPOSED}
    assert person.ask("POST", "/api/v1/auth/password", changed).status_code == 200
    for typed in (COMPOSED, DECOMPOSED, unicodedata.normalize("NFC", COMPOSED)):
        answer = log_in(own_gateway, person.email, typed)
        assert answer.status_code == 200, typed
    for wrong in (COMPOSED.upper(), f" {COMPOSED}", "cafe naive", DECOMPOSED[:-1]):
        assert log_in(own_gateway, person.email, wrong).status_code == 401
    person.token = answer.json()["token"]
    changed = {"current_password": DECOMPOSED, "new_password": COMPOSED + "!"}
    assert person.ask("POST", "/api/v1/auth/password", changed).status_code == 200
    post(own_gateway, "reset", email=person.email)
    token = mailed_token(own_gateway.system)
    reset = post(own_gateway, "reset/confirm", token=f"{token}\n", password=DECOMPOSED)
    assert reset.status_code == 200, reset.text
    assert log_in(own_gateway, person.email.upper(), COMPOSED).status_code == 200


def test_a_registration_takes_any_spelling_and_counts_what_is_kept(own_gateway: Gateway) -> None:
    fields = {"name": "Mutale", "email": "mutale@example.test"}
    short = "e\u0301" * (PASSWORD_CHARACTERS_MIN - 1)
    assert post(own_gateway, "register", **fields, password=short).status_code == 422
    long = "e\u0301" * PASSWORD_CHARACTERS_MIN
    assert post(own_gateway, "register", **fields, password=long).status_code == 201
    typed = "\u00e9" * PASSWORD_CHARACTERS_MIN
    assert log_in(own_gateway, fields["email"], typed).status_code == 200


def test_a_hash_of_what_was_typed_before_stays_good(own_gateway: Gateway) -> None:
    person, system = register(own_gateway), own_gateway.system
    stored = system.logins.hasher.hash(DECOMPOSED)
    system.committer.execute(SetPassword(person.account, stored, at=system.clock.now()))
    assert log_in(own_gateway, person.email, DECOMPOSED).status_code == 200


def test_all_of_a_long_password_counts(own_gateway: Gateway) -> None:
    fields = {"name": "Mutale", "email": "mutale@example.test"}
    assert post(own_gateway, "register", **fields, password="a" * 72 + "b").status_code == 201
    assert log_in(own_gateway, fields["email"], "a" * 72 + "b").status_code == 200
    assert log_in(own_gateway, fields["email"], "a" * 72 + "c").status_code == 401
    assert log_in(own_gateway, fields["email"], "\u0315\u0300" * 60_000).status_code == 401
