"""Whether an answer is one that its route says it gives."""

import json

import httpx
import msgspec

from api.routes import ROUTES


def is_file(response: httpx.Response) -> bool:
    """Whether it is a file that its route says it answers with."""
    kind = response.headers["content-type"].partition(";")[0]
    path = response.request.url.path
    return response.status_code == 200 and any(
        kind in route.files for route in ROUTES if _leads_to(route.path, path)
    )


def _leads_to(route: str, path: str) -> bool:
    """Whether a path is one of a route's."""
    written, own = ([part for part in each.split("/") if part] for each in (route, path))
    return len(written) == len(own) and all(
        part[0] == "{" or part == given for given, part in zip(own, written, strict=True)
    )


def check_is_described(response: httpx.Response) -> None:
    """Check that the answer is one that ``/openapi.json`` promises, schema and all."""
    method = {"HEAD": "GET"}.get(response.request.method, response.request.method)
    for route in ROUTES:
        if route.method != method:
            continue
        if response.request.method == "HEAD" and not route.is_safe:
            continue
        if _leads_to(route.path, response.request.url.path):
            kinds = route.answers.get(response.status_code)
            assert kinds is not None, f"{route.path} does not describe {response.status_code}"
            if response.request.method != "HEAD":
                answered = response.content
                assert any(is_exactly(answered, kind) for kind in kinds), response.text


def is_exactly(content: bytes, kind: type[msgspec.Struct]) -> bool:
    """Whether JSON has the fields of a type, all of them and no others."""
    try:
        value = json.loads(content)
        if value.get("test") is True:  # whatever is answered to a key for tests says so
            del value["test"]
        read = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return bool(msgspec.to_builtins(read) == value)
