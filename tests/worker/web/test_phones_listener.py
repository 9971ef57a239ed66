"""The phones' own listener answers what their app calls, and nothing else."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from adapters.settings import Settings
from api.app import create_phones_app
from api.phones.routes import PHONES
from api.routes import ROUTES
from api.routing.phones import open_phones
from tests.api.conftest import Gateway
from tests.support.phone import BASE, code_for_phone
from worker.web.phones import listening_for_phones, phones_served


@pytest.fixture
def phones(gateway: Gateway) -> Iterator[httpx.Client]:
    system = gateway.system
    with listening_for_phones(Settings(phones_listen="127.0.0.1:0")) as (listener, settings):
        assert listener is not None
        assert settings.phones_reached_at == listener.url
        app = create_phones_app(system, open_phones(system))
        with (
            phones_served(listener, system, settings, app, certificate=None),
            closing(httpx.Client(base_url=listener.url, timeout=20)) as client,
        ):
            yield client


def enrol(gateway: Gateway, client: httpx.Client) -> str:
    """Let a phone in; give its token."""
    code = code_for_phone(gateway.system)
    answer = client.post(f"{BASE}/device", json={}, headers={"Authorization": f"Code {code}"})
    token: str = answer.json()["token"]
    return token


def test_a_phone_is_let_in_there_and_pulls_there_and_at_the_address_for_all(
    gateway: Gateway, phones: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {enrol(gateway, phones)}"}
    for url in (phones.base_url, gateway.http.base_url):
        assert httpx.get(url.join(f"{BASE}/message"), headers=headers).status_code == 200


def test_no_key_and_no_page_is_taken_there(gateway: Gateway, phones: httpx.Client) -> None:
    own = {route.path for route in PHONES}
    paths = {route.path for route in ROUTES} - own | {"/", "/login", "/app", "/openapi.json"}
    bearer = {"Authorization": f"Bearer {gateway.key}"}
    for path in sorted(paths):
        asked = path.replace("{", "").replace("}", "")
        assert phones.get(asked, headers=bearer).status_code == 404, path
        assert phones.post(asked, headers=bearer, json={}).status_code == 404, path
    assert "/api/v1/sms/send" in paths
