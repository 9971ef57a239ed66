"""Lists as forms and PHP write them, and bodies in the charset that they declare."""

import json
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import pytest

from tests.api.conftest import Gateway
from tests.api.people import register

URLENCODED = "application/x-www-form-urlencoded"
FIRST, SECOND = "0977000111", "0966000111"
BULKS = [("/api/bulk", "recipients"), ("/api/v1/sms/send-bulk", "to")]


def send_form(gateway: Gateway, path: str, form: Any, *, multipart: bool) -> httpx.Response:
    pairs = list(form)
    if multipart:
        parts = [(name, (None, value)) for name, value in pairs]
        return gateway.http.post(path, files=parts, headers=gateway.bearer)
    headers = {"Content-Type": URLENCODED, **gateway.bearer}
    return gateway.http.post(path, content=urlencode(pairs), headers=headers)


# -- lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "name"), BULKS)
@pytest.mark.parametrize("multipart", [False, True])
def test_one_value_of_a_form_is_a_list_of_one(
    gateway: Gateway, path: str, name: str, multipart: bool
) -> None:
    for written in (name, f"{name}[]", f"{name}[4]"):
        form = [(written, FIRST), ("message", "Hello")]
        answer = send_form(gateway, path, form, multipart=multipart)
        assert (answer.status_code, answer.json().get("queued")) == (200, 1), answer.text


@pytest.mark.parametrize(("path", "name"), BULKS)
def test_one_value_in_json_is_no_list(gateway: Gateway, path: str, name: str) -> None:
    answer = gateway.post(path, {name: FIRST, "message": "Hello"})
    assert answer.status_code in {400, 422}
    assert gateway.balance() == 1_000


@pytest.mark.parametrize(("path", "name"), BULKS)
@pytest.mark.parametrize("places", [("0", "2"), ("7", "3"), ("1",), ("-1", "0")])
def test_the_values_of_a_php_array_with_a_gap_are_a_list(
    gateway: Gateway, path: str, name: str, places: tuple[str, ...]
) -> None:
    entries = dict(zip(places, (FIRST, SECOND), strict=False))
    answer = gateway.post(path, {name: entries, "message": "Hello"})
    assert (answer.status_code, answer.json()["queued"]) == (200, len(places)), answer.text
    if path == "/api/bulk":
        assert [(m["index"], m["to"]) for m in answer.json()["messages"]] == list(
            enumerate(entries.values())
        )


def test_what_is_wrong_in_an_array_with_a_gap_is_counted_from_0(gateway: Gateway) -> None:
    entries = {"3": FIRST, "9": "nonsense", "11": SECOND}
    answer = gateway.bulk(entries)  # type: ignore[arg-type]  # as PHP writes it
    assert [entry["index"] for entry in answer.json()["messages"]] == [0, 2]
    assert [entry["index"] for entry in answer.json()["rejected"]] == [1]
    answer = gateway.post("/api/v1/sms/send-bulk", {"to": entries, "message": "Hello"})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"to.1"})


@pytest.mark.parametrize(("path", "name"), BULKS)
@pytest.mark.parametrize("names", [("a",), ("0", "x"), ("1.5",), ("\u0663",), (" 1",), ("",), ()])
def test_any_other_object_is_no_list(
    gateway: Gateway, path: str, name: str, names: tuple[str, ...]
) -> None:
    answer = gateway.post(path, {name: dict.fromkeys(names, FIRST), "message": "Hello"})
    assert answer.status_code in {400, 422}
    assert "must be an array" in answer.json()["message"]


def test_lists_of_a_key_are_read_in_the_same_ways(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    for scopes in (["send"], {"1": "send"}):
        answer = person.ask("POST", "/api/v1/keys", {"name": "till", "scopes": scopes})
        assert (answer.status_code, answer.json()["key"]["scopes"]) == (201, ["send"])
    headers = {"Authorization": f"Bearer {person.token}"}
    form = {"name": "till", "sources": "192.0.2.1"}
    answer = own_gateway.http.post("/api/v1/keys", data=form, headers=headers)
    assert answer.json()["key"]["sources"] == ["192.0.2.1"]


# -- charsets ---------------------------------------------------------------------------------

TEXTS = [
    ("iso-8859-1", "caf\u00e9 \u00c3\u00a9 50% & more = +1"),  # also valid, and other, in UTF-8
    ("windows-1252", "\u201cHi\u201d \u20ac5 & co"),
    ("koi8-r", "\u043f\u0440\u0438\u0432\u0435\u0442 + & ="),
    ("shift_jis", "\u30a2\u8868 A+B & C%41"),
    ("gb18030", "\u4e2d\u6587\u3400 & 100%"),
    ("iso-2022-jp", "\u65e5\u672c & +="),
    ("utf-7", "caf\u00e9 & +="),
    ("utf-16", "caf\u00e9 & \u20ac"),
    ("utf-16-le", "caf\u00e9 & \u20ac"),
    ("utf-32-be", "caf\u00e9 & \u20ac"),
    ("cp037", "caf\u00e9 & 1"),
    ("utf-8", "caf\u00e9 \u20ac \U0001f600"),
]


@pytest.mark.parametrize(("charset", "text"), TEXTS)
@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send"])
@pytest.mark.slow
def test_a_declared_charset_holds_for_every_kind_of_body(
    gateway: Gateway, charset: str, text: str, path: str
) -> None:
    fields = {"to": FIRST, "message": text}
    bodies = {
        f"application/json; charset={charset}": json.dumps(fields, ensure_ascii=False).encode(
            charset
        ),
        f"{URLENCODED}; charset={charset}": urlencode(fields, encoding=charset).encode(),
        "multipart/form-data; boundary=x": (
            f'--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n{FIRST}\r\n'
            f'--x\r\nContent-Disposition: form-data; name="message"\r\n'
            f"Content-Type: text/plain; charset={charset}\r\n\r\n"
        ).encode()
        + text.encode(charset)
        + b"\r\n--x--\r\n",
    }
    for content_type, body in bodies.items():
        headers = {"Content-Type": content_type, "X-API-Key": gateway.key}
        answer = gateway.http.post(path, content=body, headers=headers)
        assert answer.status_code == 200, (content_type, answer.text)
        assert gateway.logs()["logs"][0]["message"] == text, content_type


@pytest.mark.parametrize(("charset", "text"), [row for row in TEXTS if row[0] != "utf-7"])
def test_a_form_that_is_not_percent_encoded_is_read_in_its_charset_too(
    gateway: Gateway, charset: str, text: str
) -> None:
    text = text.replace("%", "").replace("&", "").replace("=", "").replace("+", "").strip()
    body = f"to={FIRST}&message={text.replace(' ', '+')}".encode(charset)
    headers = {"Content-Type": f"{URLENCODED}; charset={charset}", "X-API-Key": gateway.key}
    answer = gateway.http.post("/api", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert gateway.logs()["logs"][0]["message"] == text


def test_the_charset_of_a_multipart_body_is_that_of_its_parts(gateway: Gateway) -> None:
    body = (
        f'--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n{FIRST}\r\n'
        '--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n\u00c3\u00a9\r\n--x--'
    ).encode("latin-1")
    headers = {
        "Content-Type": "multipart/form-data; boundary=x; charset=iso-8859-1",
        "X-API-Key": gateway.key,
    }
    assert gateway.http.post("/api", content=body, headers=headers).status_code == 200
    assert gateway.logs()["logs"][0]["message"] == "\u00c3\u00a9"


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=nonsense", "; charset=hex"])
def test_without_a_charset_for_text_it_is_utf_8(gateway: Gateway, charset: str) -> None:
    headers = {"Content-Type": URLENCODED + charset, "X-API-Key": gateway.key}
    body = f"to={FIRST}&message=caf".encode()
    for good in (b"%C3%A9", b"\xc3\xa9"):
        assert gateway.http.post("/api", content=body + good, headers=headers).status_code == 200
        assert gateway.logs()["logs"][0]["message"] == "caf\u00e9"
    for bad in (b"%E9", b"\xe9"):
        refused = gateway.http.post("/api", content=body + bad, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_PARAMS")


def test_a_charset_that_does_not_fit_is_taken_for_utf_8(gateway: Gateway) -> None:
    text = "caf\u00e9 \u20ac"
    body = f"to={FIRST}&message={quote_plus(text)}"
    headers = {"Content-Type": f"{URLENCODED}; charset=us-ascii", "X-API-Key": gateway.key}
    assert gateway.http.post("/api", content=body, headers=headers).status_code == 200
    assert gateway.logs()["logs"][0]["message"] == text


# -- forms as common clients write them ----------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send"])
def test_a_plus_is_a_space_in_forms_and_queries(gateway: Gateway, path: str) -> None:
    headers = {"Content-Type": URLENCODED, "X-API-Key": gateway.key}
    body = "to=%2B260977000111&message=one+two%2Bthree"
    assert gateway.http.post(path, content=body, headers=headers).status_code == 200
    for query in ("one+two%2Bthree", "one%20two%2bthree"):
        found = gateway.http.get(f"/api/sms/logs?search={query}", headers=gateway.bearer)
        assert found.json()["data"]["total"] == 1


@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send"])
@pytest.mark.parametrize("name", ['"{name}"', "{name}"])  # PHP and Guzzle; .NET
def test_multipart_as_common_clients_write_it(gateway: Gateway, path: str, name: str) -> None:
    boundary = "----d7e0c4"
    parts = "".join(
        f"--{boundary}\r\n"
        f"Content-Disposition: form-data; name={name.format(name=field)}\r\n"
        f"Content-Length: {len(value)}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{value}\r\n"
        for field, value in {"to": FIRST, "message": "Hello there"}.items()
    )
    body = f"This is a preamble.\r\n{parts}--{boundary}--\r\nand an epilogue"
    headers = {
        "Content-Type": f'multipart/form-data; boundary="{boundary}"',
        "X-API-Key": gateway.key,
    }
    assert gateway.http.post(path, content=body, headers=headers).status_code == 200
    assert gateway.logs()["logs"][0]["message"] == "Hello there"
