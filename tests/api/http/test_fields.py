"""Reading bodies and queries: whatever comes is read or refused, never a fault."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.http.fields import read_fields, read_query
from api.http.wire import Call
from domain.errors import InvalidRequest

CONTENT_TYPES = [
    b"",
    b"application/json",
    b"application/json; charset=utf-16",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
    b"text/plain; charset=\xff",
]
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def read(body: bytes, content_type: bytes = b"") -> dict[str, Any]:
    return read_fields(Call(headers={b"content-type": content_type}, body=body))


@given(
    st.binary(max_size=200), st.sampled_from(CONTENT_TYPES), st.sampled_from([b"", b"{", b"--x"])
)
@example(b'"a":"\\ud800"}', b"application/json", b"{")
@example(b"[" * 100_000, b"", b"{")
@example(b"\xff\xfe\x00", b"", b"")
@example(b"a[]=1&a=2&a[1]=3", b"application/x-www-form-urlencoded", b"")
def test_any_body_is_read_or_refused(body: bytes, content_type: bytes, start: bytes) -> None:
    with suppress(InvalidRequest):
        assert isinstance(read(start + body, content_type), dict)


@given(st.dictionaries(st.text(), JSON_VALUES))
@pytest.mark.slow
def test_json_comes_back_as_it_was(fields: dict[str, Any]) -> None:
    assert read(json.dumps(fields).encode()) == json.loads(json.dumps(fields))


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_form_value_comes_back_as_it_was(text: str) -> None:
    assert read(f"message={quote_plus(text)}".encode()) == {"message": text}


@given(st.binary(max_size=100))
def test_any_query_is_read_or_refused(query: bytes) -> None:
    with suppress(InvalidRequest):
        assert isinstance(read_query(Call(headers={}, query=query)), dict)


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (b"", {}),
        (b"to=", {"to": ""}),
        (b"to", {"to": ""}),
        (b"to[]=1", {"to": ["1"]}),
        (b"to%5B%5D=1&to%5B%5D=2", {"to": ["1", "2"]}),
        (b"to%5B0%5D=1&to%5B1%5D=2", {"to": ["1", "2"]}),
        (b"to=1&to=2", {"to": ["1", "2"]}),
        (b"to=1&to[]=2&to[7]=3", {"to": ["1", "2", "3"]}),
        (b"a=1+2%263", {"a": "1 2&3"}),
        (b"a[b]=1", {"a[b]": "1"}),
    ],
)
def test_forms(form: bytes, fields: dict[str, Any]) -> None:
    assert read(form, b"application/x-www-form-urlencoded") == fields


def test_a_file_in_a_form_is_no_field() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="message"; filename="a.txt"\r\n\r\nhi\r\n'
        b'--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n0977\r\n--x--\r\n'
    )
    assert read(body, b"multipart/form-data; boundary=x") == {"to": "0977"}


def test_of_a_parameter_given_twice_the_last_counts() -> None:
    assert read_query(Call(headers={}, query=b"page=1&page=2")) == {"page": "2"}
