"""``/``, ``/docs`` and the reference: what this is, and how programs speak to it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api import openapi
from api.dialects import feltech
from api.pages.everyone.samples import samples, send_command
from api.pages.page import Page, View, Who
from api.pages.visit import Visit
from api.routes import ROUTES
from api.routing.errors import TABLE


async def home(visit: Visit) -> View:
    """Say what this is, and show a send that works."""
    return View("home.html", {"curl": send_command(visit)})


async def docs(visit: Visit) -> View:
    """Show the calls that most programs need, with the reader's own sender ID in them."""
    sender_id = None
    if visit.somebody is not None:
        found = (await visit.ask(feltech.sender_ids))["data"]
        sender_id = next((row["name"] for row in found if row["status"] == "Approved"), None)
    codes = sorted({(row.status, row.code) for row in TABLE})
    return View("docs.html", {"parts_shown": samples(visit, sender_id), "codes": codes})


async def reference(visit: Visit) -> View:  # noqa: ARG001 - the same for everybody
    """Show every call of the API, with its fields."""
    document = openapi.document([route for route in ROUTES if route.is_documented], "")
    operations = [
        _operation(document, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return View("reference.html", {"operations": operations})


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]
) -> Mapping[str, Any]:
    fields = [
        {
            "name": each["name"],
            "place": each["in"],
            "required": each.get("required", False),
            "words": each.get("description", ""),
        }
        for each in operation.get("parameters", ())
        if each["in"] in {"path", "query"}
    ]
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "fields": [*fields, *_body_fields(document, operation)],
        "statuses": list(operation["responses"]),
    }


def _body_fields(
    document: Mapping[str, Any], operation: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    found: dict[str, Mapping[str, Any]] = {}
    for media in content.values():
        for schema in _alternatives(document, media["schema"]):
            required = schema.get("required", ())
            for name, field in schema.get("properties", {}).items():
                words = field.get("description", "")
                is_required = name in required
                found.setdefault(
                    name,
                    {"name": name, "place": "body", "required": is_required, "words": words},
                )
    return list(found.values())


def _alternatives(
    document: Mapping[str, Any], schema: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _alternatives(document, document["components"]["schemas"][name])
    among = schema.get("anyOf") or schema.get("oneOf")
    if among:
        return [found for each in among for found in _alternatives(document, each)]
    return [schema]


FRONT_DOOR: Final = (
    Page(path="/", name="home", who=Who.ANYONE, show=home),
    Page(path="/docs", name="docs", who=Who.ANYONE, show=docs),
    Page(path="/docs/reference", name="reference", who=Who.ANYONE, show=reference),
)
