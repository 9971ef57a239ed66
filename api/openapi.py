"""The machine-readable reference, made from the routes: ``/openapi.json``."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from api.routing.errors import FAULT_FROM, codes_of, wilcybertek_error
from api.routing.route import Endpoint, Route
from api.schemas import FeltechError, Reference, WilcybertekError
from domain.idempotency import IDEMPOTENCY_KEPT_S, IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_CHARACTERS_MAX

BODY_TYPE: Final = "application/json"
"""Forms are read too, for clients that send them; a generator would take them for another body."""
FILE_TYPE: Final = "multipart/form-data"
SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "api_key"},
}
DESCRIPTION: Final = (
    "Two published dialects over one gateway: `wilcybertek` under /api, `feltech` under /api/v1, "
    "/api/sms and /api/sender-ids. A key works in either. What an account may look at or manage, "
    "it may with a session's token as Bearer too; sends take a key."
)
SERVERS: Final = ({"url": "/", "description": "The gateway that this was read from"},)
LICENSE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
TAGS: Final = {
    "wilcybertek": "The dialect under /api",
    "feltech": "The dialect under /api/v1, /api/sms and /api/sender-ids, and what goes beyond both",
    "accounts": "People, their sessions and their keys",
    "money": "What credits cost, and paying for them by phone",
    "staff": "What members of staff may look at and decide",
    "operations": "Whether the gateway works, and this document",
}
_REF: Final = "#/components/schemas/{name}"
_NOT_QUEUED: Final = {
    # Not a const: openapi-python-client 0.29 writes no Python for one that may be absent.
    "type": "boolean",
    "description": "Always false where it stands: it is certain that nothing was accepted.",
}
_OF_TESTS: Final = {
    "type": "boolean",
    "description": "Always true where it stands: the key is for tests, and nothing of it is real.",
}
_SECONDS: Final = {"type": "integer", "minimum": 1}
HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Retry-After": {"description": "Seconds after which to ask again.", "schema": _SECONDS},
    "WWW-Authenticate": {"description": "How to show a key.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "This is the answer that the request got when it was first accepted.",
        "schema": {"const": "true"},
    },
    "RateLimit": {
        "description": "By limit: r requests are left, one more becomes free in t seconds.",
        "schema": {"type": "string", "examples": ['"single";r=99;t=1']},
    },
    "RateLimit-Policy": {
        "description": "By limit: q requests are allowed in w seconds.",
        "schema": {"type": "string", "examples": ['"single";q=100;w=60']},
    },
}
"""Headers of answers; none is there always: who has no limit reads of none."""


def route(endpoint: Endpoint) -> Route:
    """Give the route of the document itself."""
    return Route(
        method="GET",
        path="/openapi.json",
        endpoint=endpoint,
        envelope=wilcybertek_error,
        summary="This reference",
        answers={200: (Reference,)},
        tag="operations",
        access="anyone",
    )


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document of the routes that are documented."""
    routes = [route for route in routes if route.is_documented]
    types = _types(routes)
    references, made = msgspec.json.schema_components(types, ref_template=_REF)
    components = {name: _plain(schema) for name, schema in made.items()}
    for name in _with_keys(routes):
        components[name] = {
            **components[name],
            "properties": {**components[name]["properties"], "test": _OF_TESTS},
        }
    schemas = dict(zip(types, references, strict=True))
    for status in sorted(_refusals(routes)):
        components[_refusal_name(status)] = _refusal(components[WilcybertekError.__name__], status)
    del components[WilcybertekError.__name__]
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operations = paths.setdefault(route.path, {})
        operations[route.method.lower()] = _operation(route, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ngoma",
            "version": version,
            "description": DESCRIPTION,
            "license": LICENSE,
        },
        "servers": SERVERS,
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": HEADERS,
            "securitySchemes": SECURITY,
        },
    }


def _types(routes: Iterable[Route]) -> list[type[msgspec.Struct]]:
    answered = [kind for route in routes for kinds in route.answers.values() for kind in kinds]
    asked = [
        kind for route in routes for kind in (route.request, route.request_too) if kind is not None
    ]
    return list(dict.fromkeys((*answered, *asked)))


def _with_keys(routes: Iterable[Route]) -> set[str]:
    """Name the schemas of answers to those who come with a key."""
    return {
        kind.__name__
        for route in routes
        if route.access in {"key", "account"}
        for kinds in route.answers.values()
        for kind in kinds
    }


def _refusals(routes: Iterable[Route]) -> set[int]:
    return {
        status
        for route in routes
        for status, kinds in route.answers.items()
        if WilcybertekError in kinds
    }


def _refusal_name(status: int) -> str:
    return f"{WilcybertekError.__name__}{status}"


def _refusal(schema: Mapping[str, Any], status: int) -> dict[str, Any]:
    """Give the schema of a refusal with the fields and the codes that this status may have."""
    codes = {"type": "string", "enum": codes_of(status)}
    fields = {**schema["properties"], "code": _plain(codes), "queued": _NOT_QUEUED}
    needed = [
        *schema["required"],
        *(("required", "available") if status == 402 else ()),
        *(("request_id",) if status >= FAULT_FROM else ()),
    ]
    allowed = {
        *(*needed, "test"),
        *(("top_up_url",) if status == 402 else ()),
        *(("queued",) if status in {429, 500} else ()),
    }
    return {
        **schema,
        "title": _refusal_name(status),
        "properties": {name: field for name, field in fields.items() if name in allowed},
        "required": needed,
    }


def _plain(schema: Any) -> Any:
    """Give a schema as generators read it best.

    What can have one value only is a ``const``: several generators drop an enum of a boolean.
    A field with a default is one that answers always have. Descriptions are Markdown, on a line.
    """
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items() if name != "default"}
    if isinstance(plain.get("enum"), list) and len(plain["enum"]) == 1:
        plain["const"] = plain.pop("enum")[0]
    if isinstance(plain.get("description"), str):
        plain["description"] = " ".join(plain["description"].replace("``", "`").split())
    if isinstance(plain.get("properties"), dict):
        needed = schema.get("required", [])
        always = [
            name
            for name, value in schema["properties"].items()
            if name in needed or "default" in value
        ]
        if always:
            plain["required"] = always
    return plain


def _operation(
    route: Route, schemas: Mapping[type[msgspec.Struct], Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.tag}_{route.endpoint.__name__}",
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": _parameters(route),
        "responses": {
            str(status): _response(
                route, status, [_schema(kind, status, schemas) for kind in kinds]
            )
            for status, kinds in sorted(route.answers.items())
        },
        "security": [{name: []} for name in _ways_in(route)],
    }
    if route.request is not None:
        schema = schemas[route.request]
        if route.request_too is not None:
            schema = {"anyOf": [schema, schemas[route.request_too]]}
        example = _example(components[route.request.__name__], components)
        content = {"schema": schema, "example": example}
        operation["requestBody"] = {
            "required": True,
            "content": {FILE_TYPE if route.takes_file else BODY_TYPE: content},
        }
    return operation


def _ways_in(route: Route) -> Iterable[str]:
    if route.access == "anyone":
        return ()
    return ("bearer",) if route.access == "session" else SECURITY


def _schema(
    kind: type[msgspec.Struct], status: int, schemas: Mapping[type[msgspec.Struct], Any]
) -> Any:
    if kind is WilcybertekError:
        return {"$ref": _REF.format(name=_refusal_name(status))}
    return schemas[kind]


def _example(schema: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """Give a body of the fields that must be there, each as its own schema shows it."""
    needed = schema.get("required", ())
    return {name: _shown(schema["properties"][name], components) for name in needed}


def _shown(field: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    if "$ref" in field:
        return _shown(components[field["$ref"].rpartition("/")[2]], components)
    if "examples" in field:
        return field["examples"][0]
    if "enum" in field:
        return field["enum"][0]
    if "items" in field:
        return [_shown(field["items"], components)]
    return _shown(field["anyOf"][0], components)


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in route.path.split("/")
        if part.startswith("{")
    ]
    parameters += [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": parameter.schema,
        }
        for parameter in route.query
    ]
    if route.is_idempotent:
        parameters.append(
            {
                "name": IDEMPOTENCY_KEY,
                "in": "header",
                "description": "The same request under the same key is accepted once in "
                f"{IDEMPOTENCY_KEPT_S // 3600} hours.",
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": IDEMPOTENCY_KEY_CHARACTERS_MAX,
                },
            }
        )
    return parameters


def _response(route: Route, status: int, schemas: list[Any]) -> dict[str, Any]:
    if not schemas:
        content: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        content = {"application/json": {"schema": schema}}
        if route.is_csv_too and status == 200:
            content["text/csv"] = {"schema": {"type": "string"}}
    if route.files and status == 200:
        content = {kind: {"schema": {"type": "string"}} for kind in route.files}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _headers(route, status)}
    return {"description": HTTPStatus(status).phrase, "headers": headers, "content": content}


def _headers(route: Route, status: int) -> Iterable[str]:
    is_refusal = {FeltechError, WilcybertekError}.intersection(route.answers[status])
    if status == 401:
        yield "WWW-Authenticate"
    if status == 429 or (status == 503 and is_refusal):
        yield "Retry-After"
    if route.is_idempotent and status in {200, 503} and not is_refusal:
        yield "Idempotent-Replayed"
    if route.tag != "operations":
        yield "RateLimit"
        yield "RateLimit-Policy"
