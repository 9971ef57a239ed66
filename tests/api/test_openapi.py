"""The reference, /openapi.json: every route, and every answer that it gives."""

from typing import Any

import pytest

from api.routes import ROUTES
from domain.bulk import RECIPIENTS_MAX
from domain.credits import CREDITS_MAX
from domain.message_text import MESSAGE_CHARACTERS_MAX
from domain.page_sizes import WILCYBERTEK_PAGE, WILCYBERTEK_PAGE_MAX
from domain.rate_limits import PER_MINUTE_MAX
from domain.reasons import REASON_CHARACTERS_MAX
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


def test_it_says_how_much_there_may_be(reference: dict[str, Any]) -> None:
    schemas = reference["components"]["schemas"]
    bulk = schemas["BulkRequest"]["properties"]
    assert (bulk["to"]["minItems"], bulk["to"]["maxItems"]) == (1, RECIPIENTS_MAX)
    assert bulk["message"]["maxLength"] == MESSAGE_CHARACTERS_MAX
    credits = schemas["CreditsRequest"]["properties"]["credits"]
    assert (credits["minimum"], credits["maximum"]) == (-CREDITS_MAX, CREDITS_MAX)
    assert schemas["RemarkRequest"]["properties"]["reason"]["maxLength"] == REASON_CHARACTERS_MAX
    limits = schemas["LimitsRequest"]["properties"]
    for name, most in (("single", PER_MINUTE_MAX), ("daily_credits", CREDITS_MAX)):
        number = next(each for each in limits[name]["anyOf"] if each["type"] == "integer")
        assert (number["minimum"], number["maximum"]) == (0, most)

    parameters = reference["paths"]["/api/logs"]["get"]["parameters"]
    limit = next(each for each in parameters if each["name"] == "limit")["schema"]
    assert limit == {
        "type": "integer",
        "minimum": 1,
        "maximum": WILCYBERTEK_PAGE_MAX,
        "default": WILCYBERTEK_PAGE,
    }
