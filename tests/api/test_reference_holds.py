"""Calls that are generated from ``/openapi.json`` get no answer that it does not promise."""

import random
import warnings
from collections.abc import Callable
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.door import slowing
from domain.roles import Role
from tests.api.conftest import Gateway, renew_leases
from tests.support.counts import soak_count
from tests.support.staff import hire, open_session

pytestmark = pytest.mark.processes  # half a minute is too long for make check

CALLS: Final = soak_count(full=30_000, quick=300)
SHOWN_MAX: Final = 5
CALL_S: Final = 20
CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


def takes_something(operation: Any) -> bool:
    """Whether two calls of an operation can differ."""
    raw = operation.definition.raw
    return bool(raw["parameters"] or "requestBody" in raw)


class Prober:
    """Calls one operation after another, as whoever may ask it, and keeps what was not promised."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.http = requests.Session()
        self.url = str(gateway.http.base_url).rstrip("/")
        self.admin = hire(gateway.system, "Admin", Role.ADMIN)
        self.calls = 0
        self.violations: list[str] = []

    def probe(self, operation: Any, *, calls: int, number: int) -> None:
        """Call one operation so often, with what it takes and with what it does not."""
        renew_leases(self.gateway)
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for mode in modes if takes_something(operation) else modes[:1]:
            cases = operation.as_strategy(generation_mode=mode)

            @seed(number)
            @settings(
                max_examples=(calls + 1) // 2,
                phases=[Phase.generate],
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=cases)
            def call(case: Any) -> None:
                self.call(case)

            call()

    def call(self, case: Any) -> None:
        """Make one call and look at what came back."""
        token = self._token(case.operation.definition.raw["security"], case.path)
        if isinstance((case.query or {}).get("wait"), int):
            case.query["wait"] = 0  # what nothing comes of would wait half a minute each time
        self.calls += 1
        answer = case.call(
            base_url=self.url,
            session=self.http,
            headers={"Authorization": f"Bearer {token}"},
            timeout=CALL_S,
        )
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failures:
            self.violations += [
                f"{case.method} {case.formatted_path}: {answer.status_code} {failure}"
                for failure in failures.exceptions
            ]

    def _token(self, security: list[Any], path: str) -> str:
        if "/staff/" in path:
            return self.admin.token
        if security == [{"bearer": []}]:
            return open_session(self.gateway.system, self.gateway.account)
        return self.gateway.key


def test_no_generated_call_gets_what_the_reference_does_not_promise(
    own_gateway: Gateway, report_count: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slowing, "LONGEST_WAIT_S", 0.0)  # most of these passwords are wrong
    load_all_checks()
    schema = schemathesis.openapi.from_dict(own_gateway.http.get("/openapi.json").json())
    found = list(schema.get_all_operations())
    operations = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(operations) == len(found), "the reference holds an operation that cannot be read"
    each = -(-CALLS // sum(map(takes_something, operations)))
    number = random.SystemRandom().randrange(2**32)
    prober = Prober(own_gateway)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # hypothesis and schemathesis about each other
        for operation in operations:
            prober.probe(operation, calls=each, number=number)
    for violation in prober.violations[:SHOWN_MAX]:
        print(violation)
    report_count("calls from the reference", prober.calls, len(prober.violations), number)
    assert prober.calls >= CALLS * 0.9
