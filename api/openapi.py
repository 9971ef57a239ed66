"""The machine-readable reference, made from the routes: ``/openapi.json``."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from api.routing.errors import wilcybertek_error
from api.routing.route import Endpoint, Route
from api.schemas import Reference
from domain.idempotency import IDEMPOTENCY_KEPT_S, IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_CHARACTERS_MAX

BODY_TYPES: Final = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
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
_REF: Final = "#/components/schemas/{name}"


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
    references, components = msgspec.json.schema_components(types, ref_template=_REF)
    schemas = dict(zip(types, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operations = paths.setdefault(route.path, {})
        operations[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ngoma", "version": version, "description": DESCRIPTION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


def _types(routes: Iterable[Route]) -> list[type[msgspec.Struct]]:
    answered = [kind for route in routes for kinds in route.answers.values() for kind in kinds]
    asked = [route.request for route in routes if route.request is not None]
    return list(dict.fromkeys((*answered, *asked)))


def _operation(route: Route, schemas: dict[type[msgspec.Struct], Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.tag}_{route.endpoint.__name__}",
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": _parameters(route),
        "responses": {
            str(status): _response(status, [schemas[kind] for kind in kinds])
            for status, kinds in sorted(route.answers.items())
        },
    }
    if route.access != "anyone":
        ways = ["bearer"] if route.access == "session" else SECURITY
        operation["security"] = [{name: []} for name in ways]
    if route.request is not None:
        schema = {"schema": schemas[route.request]}
        operation["requestBody"] = {
            "required": True,
            "content": dict.fromkeys(BODY_TYPES, schema),
        }
    return operation


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


def _response(status: int, schemas: list[Any]) -> dict[str, Any]:
    if not schemas:
        content: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        content = {"application/json": {"schema": schema}}
    return {"description": HTTPStatus(status).phrase, "content": content}
