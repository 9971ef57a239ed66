"""Routes of other kinds than the API's own: pages, which redirect, and files, which are kept."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.http.refusals import MethodNotAllowed
from api.http.wire import Answer, Call
from api.routes import ROUTES
from api.routing.front import Front
from api.routing.route import Route
from domain.errors import InvalidKey
from tests.api.conftest import Client, served
from tests.support.system import running_system

KEPT = b"public, max-age=3600"


def to_login(call: Call, error: Exception) -> Answer:
    """Send whoever may not see a page to the login, and back to it from there."""
    assert isinstance(error, InvalidKey | MethodNotAllowed)
    to = call.params["page"].encode()
    return Answer(303, b"", headers=((b"location", b"/login?to=%s" % to),))


async def page(front: Front, call: Call) -> Answer:
    raise InvalidKey("Nobody is logged in.")


async def drum(front: Front, call: Call) -> Answer:
    return Answer(200, b"<svg/>", content_type=b"image/svg+xml", cache_control=KEPT)


PAGE = Route(
    method="GET",
    path="/pages/{page}",
    endpoint=page,
    envelope=to_login,
    summary="A page that needs a login",
    answers={},
    tag="operations",
    access="anyone",
    is_documented=False,
)
FILE = Route(
    method="GET",
    path="/static/drum.svg",
    endpoint=drum,
    envelope=to_login,
    summary="A picture",
    answers={},
    tag="operations",
    access="anyone",
    is_documented=False,
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("web")
    with (
        running_system(folder) as system,
        served(create_app(system, [*ROUTES, PAGE, FILE]), system) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


@pytest.mark.slow
def test_a_page_may_answer_an_error_by_a_redirect_that_knows_the_request(web: httpx.Client) -> None:
    answer = web.get("/pages/messages")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?to=messages")
    assert answer.headers["cache-control"] == "no-store"


def test_a_method_that_a_page_does_not_have_is_refused_in_its_own_way(web: httpx.Client) -> None:
    answer = web.post("/pages/messages")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?to=messages")


def test_a_file_may_be_kept(web: httpx.Client) -> None:
    for answer in (web.get("/static/drum.svg"), web.head("/static/drum.svg")):
        assert answer.status_code == 200
        assert answer.headers.get_list("cache-control") == [KEPT.decode()]
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["x-request-id"]


@pytest.mark.slow
def test_what_is_not_documented_is_not_in_the_reference(web: httpx.Client) -> None:
    paths = web.get("/openapi.json").json()["paths"]
    assert {route.path for route in ROUTES if route.is_documented} < set(paths)
    assert not {PAGE.path, FILE.path} & set(paths)


def test_the_rest_is_as_it_was(web: httpx.Client) -> None:
    with Client(str(web.base_url)) as client:  # it looks at what holds for every other answer
        assert client.get("/healthz").status_code == 200
        assert client.post("/healthz").status_code == 405
        assert client.get("/api/balance").status_code == 400
        assert client.get("/nowhere").status_code == 404
