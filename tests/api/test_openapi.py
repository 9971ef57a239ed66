"""The reference, /openapi.json: every route, and every answer that it gives."""

from typing import Any

import pytest

from api.routes import ROUTES
from tests.api.conftest import Gateway


@pytest.fixture
def reference(gateway: Gateway) -> dict[str, Any]:
    answer = gateway.http.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_every_route_is_described(gateway: Gateway, reference: dict[str, Any]) -> None:
    described = {
        (method.upper(), path)
        for path, operations in reference["paths"].items()
        for method in operations
    }
    routed = {(route.method, route.path) for route in ROUTES}
    assert described == routed | {("GET", "/openapi.json")}
    assert reference["openapi"].startswith("3.1")
    assert reference["info"]["title"] == "Ngoma"


def test_every_reference_leads_somewhere(reference: dict[str, Any]) -> None:
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(inner) for inner in value.values()))
        if isinstance(value, list):
            return set().union(*(references(inner) for inner in value))
        return set()

    found = references(reference)
    assert found
    for reference_ in found:
        assert (
            reference_.removeprefix("#/components/schemas/") in (reference["components"]["schemas"])
        )


def test_operation_ids_are_unique(reference: dict[str, Any]) -> None:
    ids = [
        operation["operationId"]
        for operations in reference["paths"].values()
        for operation in operations.values()
    ]
    assert len(ids) == len(set(ids))


def test_it_names_nothing_of_another_host(gateway: Gateway) -> None:
    text = gateway.http.get("/openapi.json").text
    assert "http://" not in text
    assert "https://" not in text
