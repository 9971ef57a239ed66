"""Reads the fields of a request: JSON, urlencoded and multipart forms, and the query string.

A body that starts with ``{`` is JSON whatever its Content-Type (contract decision 13). A name
written ``to[]``, ``to[3]``, or given several times in a form, is a list.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

import orjson
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from api.http.wire import Call
from domain.errors import InvalidRequest

FORM_FIELDS_MAX: Final = 2_000
"""Fields of a form: 500 recipients, and as many unknown ones as anybody could mean."""

Fields = dict[str, Any]

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LIST_NAME: Final = re.compile(r"(.*)\[[0-9]{0,6}\]")


def read_fields(call: Call) -> Fields:
    """Read the body's fields; an empty body has none.

    Raises:
        InvalidRequest: the body cannot be read.
    """
    body = call.body
    if body[:1] == b"{":
        try:
            return orjson.loads(body)  # type: ignore[no-any-return]  # it starts with a brace
        except orjson.JSONDecodeError:
            pass  # the slower way below knows more forms, and what to say
    media_type, options = parse_options_header(call.header(b"content-type") or "")
    if media_type == "multipart/form-data" and body[:1] != b"{":
        return _fields_of(_multipart(body, options))
    text = _text(body, options.get("charset", ""))
    if text.lstrip().startswith("{") or media_type.endswith("json"):
        return _json(text) if text else {}
    return _fields_of(_pairs(text))


def read_query(call: Call) -> dict[str, str]:
    """Read the query string; of a name given twice, the last counts.

    Raises:
        InvalidRequest: it cannot be read.
    """
    if not call.query:
        return {}
    return dict(_pairs(call.query.decode("latin-1")))


def _text(body: bytes, charset: str) -> str:
    """Decode the body: by its byte order mark, as UTF-8, or as its charset says."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], codec)
    try:
        return body.decode()
    except UnicodeDecodeError:
        return _decode(body, _known(charset))


def _known(charset: str) -> str:
    """Give the charset when it is one for texts, else UTF-8."""
    try:
        "".encode(charset or "utf-8")
    except (LookupError, ValueError):
        return "utf-8"
    return charset or "utf-8"


def _decode(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeError as error:
        msg = "The request body is not text in its charset (UTF-8 unless it says otherwise)."
        raise InvalidRequest(msg) from error


def _json(text: str) -> Fields:
    """Read JSON that the fast parser refused: half a surrogate pair is for its field to refuse."""
    try:
        fields = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        msg = "The request body is not valid JSON."
        raise InvalidRequest(msg) from error
    if not isinstance(fields, dict):
        msg = "The request body must be a JSON object."
        raise InvalidRequest(msg)
    return fields


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        msg = "a number is too large"
        raise ValueError(msg)
    return number


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS_MAX
        )
    except ValueError as error:  # also a UnicodeDecodeError
        msg = "The form fields cannot be read: they must be UTF-8, and not too many."
        raise InvalidRequest(msg) from error


def _multipart(body: bytes, options: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give names and values; the parts that are files are no fields of ours."""
    boundary = options.get("boundary", "")
    try:
        parser = PushMultipartParser(boundary, max_segment_count=FORM_FIELDS_MAX)
        name, value = "", bytearray()
        is_field = False
        with parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    name, value = event.name or "", bytearray()
                    charset = event.charset or options.get("charset", "")
                    is_field = event.filename is None
                elif event:
                    value += event
                elif is_field:
                    yield name, _text(bytes(value), charset)
    except MultipartError as error:
        msg = "The multipart body cannot be read."
        raise InvalidRequest(msg) from error


def _fields_of(pairs: Iterable[tuple[str, str]]) -> Fields:
    fields: Fields = {}
    for written, value in pairs:
        match = _LIST_NAME.fullmatch(written)
        name = match[1] if match else written
        present = fields.get(name)
        if isinstance(present, list):
            present.append(value)
        elif match:
            fields[name] = [value] if present is None else [present, value]
        else:
            fields[name] = value if present is None else [present, value]
    return fields
