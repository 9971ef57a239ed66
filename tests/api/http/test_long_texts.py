"""Whatever stands in a query or a path is read or refused, however long or large it is."""

import pytest

from domain.message_text import MESSAGE_CHARACTERS_MAX
from tests.api.asking import ALL, WITH_KEY
from tests.api.conftest import Gateway

LONG = ["a" * 49_999, "\u00e9" * 9_000, "%" * 16_000, "_" * 49_999, "\u00df" * 9_000]
LARGE = [str(2**63 - 1), str(2**63), str(10**18), "9" * 4_000, "-" + "9" * 30, "MSG-1-ZZZZZZZZZZZZ"]
READS = [key for key in WITH_KEY if key[0] == "GET"]


@pytest.mark.parametrize("search", LONG)
def test_what_is_longer_than_any_text_is_not_found(gateway: Gateway, search: str) -> None:
    answer = gateway.get("/api/sms/logs", search=search)
    assert (answer.status_code, answer.json()["data"]["total"]) == (200, 0)


@pytest.mark.parametrize("character", ["%", "\u0390", "\U0001f600"])
def test_a_search_as_long_as_a_text_is_looked_for(gateway: Gateway, character: str) -> None:
    search = character * min(MESSAGE_CHARACTERS_MAX, 60_000 // (3 * len(character.encode())))
    answer = gateway.get("/api/sms/logs", search=search)
    assert (answer.status_code, answer.json()["data"]["total"]) == (200, 0)


@pytest.mark.parametrize("key", READS, ids=" ".join)
@pytest.mark.parametrize("value", [*LONG, *LARGE], ids=lambda value: value[:20])
@pytest.mark.slow
def test_no_value_of_a_query_or_path_is_a_fault(
    gateway: Gateway, key: tuple[str, str], value: str
) -> None:
    route = ALL[key]
    if "{" in route.path:
        path = route.path.split("{", maxsplit=1)[0] + value.replace("%", "%25")
        assert gateway.get(path).status_code < 500
        return
    for parameter in route.query:
        given = {"api_key": gateway.key, parameter.name: value}
        assert gateway.http.get(route.path, params=given).status_code < 500
