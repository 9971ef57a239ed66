"""Reads from the OpenAPI document which calls a client library makes, and the types they need.

These are the calls of a customer's program: everything in the dialects and about money, and what
an account's own key may look after. What takes a session or is for staff is left out, and so are
forms and files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

TAGS: Final = ("wilcybertek", "feltech", "money")
MORE: Final = (
    "accounts_account",
    "accounts_change_account",
    "accounts_keys",
    "accounts_issue_key",
    "accounts_regenerate_key",
    "accounts_end_key",
)
"""What of the accounts a key may do."""
NAMES: Final = {
    "feltech_send": "feltech_send",
    "feltech_send_bulk": "feltech_send_bulk",
    "feltech_logs": "feltech_logs",
    "feltech_balance": "full_balance",
    "money_request": "request_top_up",
}
"""Names of calls that are not what the document's ``operationId`` says after the dialect."""
JSON: Final = "application/json"
OF_THE_CLIENT: Final = frozenset({"api_key", "format", "Idempotency-Key"})
"""What the client itself puts into a request; of two formats it reads JSON."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a type."""

    name: str
    schema: Schema
    needed: bool

    @property
    def words(self) -> str:
        """What the document says about it, in one line; may be empty."""
        found = self.schema.get("description") or next(
            (each["description"] for each in self.schema.get("anyOf", ()) if "description" in each),
            "",
        )
        return " ".join(found.split())


@dataclass(frozen=True, slots=True)
class Shape:
    """One named type: an object with fields, or (without any) whatever its schema says."""

    name: str
    words: str
    schema: Schema
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``fields`` names the types of its body or query, ``answers`` those of a success."""

    name: str
    method: str
    path: str
    words: str
    places: tuple[str, ...]
    fields: tuple[str, ...]
    optional: bool
    answers: tuple[str, ...]
    keyed: bool


class Calls:
    """The calls of a document, and the types that they need, by name."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.version: str = document["info"]["version"]
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self._paths: Mapping[str, Any] = document["paths"]
        self._queries: dict[str, Shape] = {}

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call, in the document's order.

        Raises:
            AssertionError: two would have one name.
        """
        made = [
            self._call(path, method, operation)
            for path, operations in self._paths.items()
            for method, operation in operations.items()
            if _is_for_clients(operation)
        ]
        names = [call.name for call in made]
        assert len(names) == len(set(names)), "give one of them another name in NAMES"
        return tuple(made)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """Every type that a call needs, those first that others need."""
        made: dict[str, Shape] = {}
        for call in self.calls:
            for name in (*call.fields, *call.answers):
                self._take(name, made)
        for name in self._event_types():
            self._take(name, made)
        return tuple(made.values())

    @cached_property
    def event_types(self) -> tuple[str, ...]:
        """The types of the feed's events, which webhooks tell too."""
        return tuple(self._event_types())

    def _event_types(self) -> Iterator[str]:
        items = self._schemas["Events"]["properties"]["data"]["items"]
        yield from (_name(each["$ref"]) for each in items["anyOf"])

    def _call(self, path: str, method: str, operation: Mapping[str, Any]) -> Call:
        name = NAMES.get(operation["operationId"], operation["operationId"].partition("_")[2])
        parameters = operation.get("parameters", ())
        query = tuple(
            Field(
                each["name"],
                each["schema"] | {"description": each["description"]},
                each.get("required", False),
            )
            for each in parameters
            if each["in"] == "query" and each["name"] not in OF_THE_CLIENT
        )
        if query:
            fields: tuple[str, ...] = (f"{_camel(name)}Query",)
            self._queries[fields[0]] = Shape(fields[0], f"What `{name}` may be asked.", {}, query)
            optional = not any(field.needed for field in query)
        else:
            body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
            fields = tuple(_names(body)) if body else ()
            optional = False
        return Call(
            name=name,
            method=method.upper(),
            path=path,
            words=operation["summary"],
            places=tuple(re.findall(r"\{(\w+)\}", path)),
            fields=fields,
            optional=optional,
            answers=tuple(self._answers(operation)),
            keyed=any(each["name"] == "Idempotency-Key" for each in parameters),
        )

    def _answers(self, operation: Mapping[str, Any]) -> Iterator[str]:
        for status, answer in operation["responses"].items():
            for name in _names(answer.get("content", {}).get(JSON, {}).get("schema", {})):
                queued = self._schemas[name].get("properties", {}).get("queued", {})
                if status.startswith("2") or queued.get("const") is True:
                    yield name

    def _take(self, name: str, made: dict[str, Shape]) -> None:
        if name in made:
            return
        shape = self._queries.get(name) or self._shape(name)
        for needed in _references(shape):
            self._take(needed, made)
        made[name] = shape

    def _shape(self, name: str) -> Shape:
        schema = self._schemas[name]
        needed = schema.get("required", ())
        fields = tuple(
            Field(field, inner, field in needed)
            for field, inner in schema.get("properties", {}).items()
            if not (field == "api_key" and "api_key" not in needed)
        )
        return Shape(name, " ".join(schema.get("description", "").split()), schema, fields)


def _is_for_clients(operation: Mapping[str, Any]) -> bool:
    """Whether it is a call that the libraries have: of those that bring or give JSON, no files."""
    body = operation.get("requestBody", {"content": {JSON: {}}})
    answers = [one for status, one in operation["responses"].items() if status.startswith("2")]
    is_asked = operation["tags"][0] in TAGS or operation["operationId"] in MORE
    gives = any(JSON in answer.get("content", {}) for answer in answers)
    return is_asked and JSON in body["content"] and gives


def _references(shape: Shape) -> Iterator[str]:
    for schema in [field.schema for field in shape.fields] or [shape.schema]:
        yield from _names(schema)


def _names(schema: Any) -> Iterator[str]:
    """Give the name of every component that a schema refers to."""
    if isinstance(schema, Mapping):
        for key, inner in schema.items():
            if key == "$ref":
                yield _name(inner)
            elif key != "discriminator":
                yield from _names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _names(inner)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
