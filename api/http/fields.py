"""Reads the fields of a request: JSON, urlencoded and multipart forms, and the query string.

A body that starts with ``{`` is JSON whatever its Content-Type (contract decision 13). A name
written ``to[]``, ``to[3]``, or given several times in a form, is a list. A charset that is
declared holds for the whole body, percent-encoded or not.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

import orjson
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from api.http.refusals import MissingFields
from api.http.wire import Call
from domain.errors import InvalidRequest
from domain.written import read_whole

FORM_FIELDS_MAX: Final = 2_000
"""Fields of a form: 500 recipients, and as many unknown ones as anybody could mean."""

Fields = dict[str, Any]

_HOLDERS: Final = frozenset({dict, list})
_UTF_8: Final = "utf_8"
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, _UTF_8),
    (codecs.BOM_UTF32_LE, "utf_32_le"),  # starts as the one of UTF-16 does
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
    (codecs.BOM_UTF32_BE, "utf_32_be"),
)
_CHARSETS: Final = frozenset({*aliases, *aliases.values(), "koi8_u"})
"""Those that are looked up: Python remembers each name that it was asked for, known or not."""
_LIST_NAME: Final = re.compile(r"(.*)\[[0-9]{0,6}\]")
_FORM_SIGNS: Final = "&=+%"
_SHIFTS: Final = re.compile(rb"[\x00\x1b]")
"""In UTF-16 and UTF-32, and where a charset changes its table: octets are no characters there."""


class Form(Fields):
    """The fields of a form, in which one value and a list of one look the same."""


class Exponential(float):
    """A JSON number that was written with an exponent, so that digits may be lost."""


def read_fields(call: Call) -> Fields:
    """Read the body's fields; an empty body has none.

    Raises:
        InvalidRequest: the body cannot be read.
    """
    body = call.body
    content_type = call.headers.get(b"content-type", b"").decode("latin-1")
    if body[:1] == b"{":
        declared = content_type.lower()
        fields = _fast_json(body) if "charset" not in declared or "utf-8" in declared else None
        if fields is not None:
            return fields
    media_type, options = parse_options_header(content_type)
    charset = options.get("charset", "")
    if media_type == "multipart/form-data" and body[:1] != b"{":
        return _form(_texts(_parts(body, options.get("boundary", "")), charset))
    content, codec = _unmarked(body, charset)
    if media_type.endswith("json") or _starts_with_brace(content, codec):
        return _json(_decode(content, codec)) if content else {}
    return _form(_pairs(content, codec))


def read_file(call: Call, name: str) -> tuple[Fields, bytes]:
    """Read a multipart form's fields, and the file that is its part ``name``.

    Raises:
        InvalidRequest: it is no such form, cannot be read, or has no such file.
    """
    media_type, options = parse_options_header(
        call.headers.get(b"content-type", b"").decode("latin-1")
    )
    if media_type != "multipart/form-data":
        msg = "A file is sent in a form of the type multipart/form-data."
        raise InvalidRequest(msg, field=name)
    parts = list(_parts(call.body, options.get("boundary", "")))
    fields = _form(_texts(parts, options.get("charset", "")))
    files = [
        body for segment, body in parts if segment.filename is not None and segment.name == name
    ]
    if not files or not files[-1]:
        raise MissingFields([name])
    return fields, bytes(files[-1])


def read_query(call: Call) -> dict[str, str]:
    """Read the query string; of a name given twice, the last counts.

    Raises:
        InvalidRequest: it cannot be read.
    """
    return dict(_pairs(call.query, _UTF_8)) if call.query else {}


def read_list(fields: Fields, name: str) -> list[Any] | None:
    """Read a field that should be a list; None when it is none.

    In JSON an object whose names are all whole numbers is the list of its values: PHP's array
    with a gap.
    """
    value = fields[name]
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and value and all(read_whole(key) is not None for key in value):
        return list(value.values())
    return [value] if isinstance(fields, Form) else None


# -- charsets ---------------------------------------------------------------------------------


def _unmarked(data: bytes, charset: str) -> tuple[bytes, str]:
    """Give what stands behind a byte order mark, and the codec that the mark or charset means."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :], codec
    return data, _codec(charset)


def _codec(charset: str) -> str:
    """Give the codec of a charset; UTF-8 where it is none for texts."""
    name = normalize_encoding(charset).lower()
    if name not in _CHARSETS:
        return _UTF_8
    try:
        "".encode(name)
    except (LookupError, ValueError):  # base64 and the like are codecs too
        return _UTF_8
    return name


def _decode(data: bytes, codec: str) -> str:
    """Decode by the codec; what does not fit it may still be UTF-8."""
    for name in (codec, _UTF_8):
        try:
            return data.decode(name)
        except UnicodeError:
            continue
    msg = "The request body is not text in its charset (UTF-8 unless it says otherwise)."
    raise InvalidRequest(msg)


def _starts_with_brace(data: bytes, codec: str) -> bool:
    return data.decode(codec, "ignore").lstrip().startswith("{")


# -- JSON -------------------------------------------------------------------------------------


def _fast_json(text: bytes | str) -> Fields | None:
    """Read JSON by the fast parser; None for what only the slow one can refuse, or tell apart."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict):
        return None
    kinds = set(map(type, fields.values()))
    if float in kinds or (kinds & _HOLDERS and any(map(_holds_float, fields.values()))):
        return None
    return fields


def _holds_float(value: object) -> bool:
    """Whether a list or an object holds one, also an object in a list."""
    if isinstance(value, dict):
        return float in map(type, value.values())
    if not isinstance(value, list):
        return False
    kinds = set(map(type, value))
    return float in kinds or (
        dict in kinds and any(_holds_float(each) for each in value if isinstance(each, dict))
    )


def _json(text: str) -> Fields:
    """Read JSON of any kind: half a surrogate pair is for its field to refuse."""
    fields = _fast_json(text)
    if fields is not None:
        return fields
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
    return Exponential(number) if "e" in digits.lower() else number


# -- forms ------------------------------------------------------------------------------------


def _pairs(form: bytes, codec: str) -> Iterator[tuple[str, str]]:
    """Give names and values of an urlencoded form, taken apart as octets and then decoded."""
    if _SHIFTS.search(form) or not (form.isascii() or _is_ascii_at_heart(codec)):
        form, codec = _decode(form, codec).encode("utf-8", "replace"), _UTF_8
    try:
        pairs = parse_qsl(
            form.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=FORM_FIELDS_MAX,
        )
    except ValueError as error:
        msg = f"The form has more than {FORM_FIELDS_MAX} fields."
        raise InvalidRequest(msg) from error
    for name, value in pairs:
        yield _decode(name.encode("latin-1"), codec), _decode(value.encode("latin-1"), codec)


def _is_ascii_at_heart(codec: str) -> bool:
    """Whether the signs that make a form are the octets that they are in ASCII."""
    return _FORM_SIGNS.encode(codec, "replace") == _FORM_SIGNS.encode()


def _parts(body: bytes, boundary: str) -> Iterator[tuple[MultipartSegment, bytearray]]:
    try:
        parser = PushMultipartParser(boundary, max_segment_count=FORM_FIELDS_MAX)
        segment, value = None, bytearray()
        with parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    segment, value = event, bytearray()
                elif event:
                    value += event
                elif segment is not None:
                    yield segment, value
    except MultipartError as error:
        msg = "The multipart body cannot be read."
        raise InvalidRequest(msg) from error


def _texts(
    parts: Iterable[tuple[MultipartSegment, bytearray]], charset: str
) -> Iterator[tuple[str, str]]:
    """Give names and values; the parts that are files are no fields of ours."""
    for segment, value in parts:
        if segment.filename is None:
            yield segment.name or "", _decode(*_unmarked(bytes(value), segment.charset or charset))


def _form(pairs: Iterable[tuple[str, str]]) -> Form:
    fields = Form()
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
