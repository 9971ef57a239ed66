"""Bodies are written in the one form that every store holds, and read back from it."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contents import CardNote, ContentKind, Details, Person, SenderIdRequest

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

STORED: list[tuple[Details, ContentKind, str]] = [
    (
        Person('Mwila\'s "Shop"', "mwila@example.com"),
        ContentKind.ACCOUNT,
        '{"name":"Mwila\'s \\"Shop\\"","email":"mwila@example.com"}',
    ),
    (SenderIdRequest("SHOP", ""), ContentKind.SENDER_ID, '{"name":"SHOP","use_case":""}'),
    (
        SenderIdRequest("CAFÉ", "reçus ₭\n"),
        ContentKind.SENDER_ID,
        '{"name":"CAFÉ","use_case":"reçus ₭\\n"}',
    ),
    (
        CardNote(None, "645021234567890"),
        ContentKind.SIM,
        '{"iccid":null,"imsi":"645021234567890"}',
    ),
]


@pytest.mark.parametrize(("details", "kind", "body"), STORED)
def test_a_body_is_stored_in_the_form_that_seals_were_made_of(
    details: Details, kind: ContentKind, body: str
) -> None:
    assert details.kind is kind
    assert details.written() == body
    assert type(details).read(body) == details


@given(name=TEXTS, use_case=TEXTS)
def test_whatever_was_typed_is_read_as_it_was_written(
    name: str | None, use_case: str | None
) -> None:
    written = SenderIdRequest(name, use_case).written()
    assert written == orjson.dumps({"name": name, "use_case": use_case}).decode()
    assert SenderIdRequest.read(written) == SenderIdRequest(name, use_case)


@pytest.mark.parametrize("form", [Person, SenderIdRequest, CardNote])
def test_of_an_erased_body_nothing_is_left(form: type[Details]) -> None:
    assert form.read(None) == form()


def test_a_body_of_another_version_gives_what_both_know() -> None:
    assert Person.read('{"name":"Mwila","born":1990}') == Person("Mwila")
