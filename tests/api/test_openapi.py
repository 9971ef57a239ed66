"""The reference, /openapi.json: every route, and every answer that it gives."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
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
    routed = {(route.method, route.path) for route in ROUTES if route.is_documented}
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
    for each in found:
        _, section, kind, name = each.split("/")
        assert name in reference[section][kind]


def test_operation_ids_are_unique(reference: dict[str, Any]) -> None:
    ids = [
        operation["operationId"]
        for operations in reference["paths"].values()
        for operation in operations.values()
    ]
    assert len(ids) == len(set(ids))


def operations_of(reference: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, operations in reference["paths"].items()
        for method, operation in operations.items()
    ]


@pytest.mark.slow
def test_a_body_is_json_or_a_file_with_an_example_that_its_schema_takes(
    reference: dict[str, Any],
) -> None:
    validator = jsonschema_rs.Draft202012Validator
    bodies = {
        name: operation["requestBody"]["content"]
        for name, operation in operations_of(reference)
        if "requestBody" in operation
    }
    files = {f"{route.method.lower()} {route.path}" for route in ROUTES if route.takes_file}
    assert files < set(bodies)
    for name, content in bodies.items():
        kind = "multipart/form-data" if name in files else "application/json"
        assert list(content) == [kind]
        schema = {**content[kind]["schema"], "components": reference["components"]}
        validator(schema).validate(content[kind]["example"])


def test_whoever_may_ask_is_said_of_every_operation(reference: dict[str, Any]) -> None:
    ways = {name: operation["security"] for name, operation in operations_of(reference)}
    assert ways["get /healthz"] == ways["post /api/v1/auth/login"] == []
    assert ways["post /api"] == [{"bearer": []}, {"header": []}, {"query": []}]
    assert reference["servers"][0]["url"] == "/"


def test_a_refusal_has_the_codes_of_its_status(reference: dict[str, Any]) -> None:
    schemas = reference["components"]["schemas"]
    responses = reference["paths"]["/api"]["post"]["responses"]
    codes = {}
    for status in ("400", "402", "413", "422", "500"):
        content = responses[status]["content"]["application/json"]["schema"]
        schema = schemas[content["$ref"].rpartition("/")[2]]
        assert {"status", "code", "message"} <= set(schema["required"])
        code = schema["properties"]["code"]
        codes[status] = code.get("enum") or [code["const"]]
    assert codes["402"] == ["INSUFFICIENT_CREDITS"]
    assert codes["413"] == ["PAYLOAD_TOO_LARGE"]
    assert codes["500"] == ["INTERNAL_ERROR"]
    assert codes["422"] == ["IDEMPOTENCY_CONFLICT", "MESSAGE_TOO_LONG", "SENDER_ID_NOT_APPROVED"]
    assert "MISSING_PARAMS" in codes["400"]


def test_the_headers_that_a_client_acts_on_are_described(reference: dict[str, Any]) -> None:
    single = reference["paths"]["/api"]["post"]["responses"]
    assert {"Idempotent-Replayed", "RateLimit"} <= set(single["200"]["headers"])
    assert "Idempotent-Replayed" in single["503"]["headers"]
    assert "Retry-After" not in single["503"]["headers"]  # it was accepted: nothing to repeat
    assert "Retry-After" in single["429"]["headers"]
    assert "WWW-Authenticate" in single["401"]["headers"]
    second = reference["paths"]["/api/v1/sms/send"]["post"]["responses"]
    assert "Retry-After" in second["503"]["headers"]


def test_what_has_one_value_is_a_const_and_no_word_is_marked_up_for_code(
    reference: dict[str, Any],
) -> None:
    def walk(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            yield value
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from walk(inner)

    for each in walk(reference):
        if isinstance(each.get("enum"), list):
            assert len(each["enum"]) > 1
        if isinstance(each.get("description"), str):
            assert "``" not in each["description"]
            assert "\n" not in each["description"]


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
