"""What is typed into any field turns up nowhere but in the contents beside the log.

Every field of every route, and every option of every command, is classed in
``planted_fields.py``. A field that is
not classed makes the test fail: whoever adds one says what may become of it.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, get_type_hints

import click
import msgspec
import pytest

from api.routes import ROUTES
from api.routing.route import Route
from domain.roles import Role
from tests.end_to_end.client import Answer, Client
from tests.end_to_end.fleet import Fleet, Modem, NewAccount, Scaled, Served
from tests.end_to_end.gateway import UNLIMITED
from tests.end_to_end.planted_fields import (
    CALLS,
    FIELDS,
    HEADERS,
    KEPT,
    NOT_CALLED,
    PARAMETERS,
    PATH,
    QUERY,
)
from tests.end_to_end.planted_secrets import planted_secrets
from tests.end_to_end.planting import BESIDE, Markers, metrics_of, overheard, plain, tables_of
from tests.end_to_end.waiting import wait_until
from tests.support.databases import TemplateDatabases
from tests.support.servers import ThrowawayRedis
from tests.support.staff import hire, open_session
from tests.worker.cli.commands import Cli
from worker.cli import main
from worker.cli.gateway import opened
from worker.cli.options import Place

pytestmark = [pytest.mark.processes]

SEED: Final = 20261122
PIN: Final = "48215973"

# -- the gateway -------------------------------------------------------------------------------


class PinnedModem(Modem):
    """A modem whose SIM has a PIN, which the settings know by reference."""

    def __init__(self, network: str, folder: Path) -> None:
        super().__init__(network, folder)
        self._pin = folder / "pin"
        self.arguments += ["--pin", PIN]

    @property
    def settings_entry(self) -> str:
        """Its entry, with the PIN by reference."""
        self._pin.write_text(PIN)
        self._pin.chmod(0o600)
        return f'{super().settings_entry}pin = "file:{self._pin}"\n'


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("planted")
    settings = {**UNLIMITED, "NGOMA_LOG_LEVEL": "debug"}
    with ExitStack() as stack:
        fleet: Fleet
        if request.param == "sqlite":
            fleet = Served(folder, settings=settings)
        else:
            databases: TemplateDatabases = request.getfixturevalue("databases")
            server = stack.enter_context(ThrowawayRedis())
            url = databases.fresh_database()
            stack.callback(databases.drop, url)
            fleet = Scaled(
                folder, database_url=url, redis_url=server.url, apis=1, settings=settings
            )
        fleet.modems["zamtel"] = PinnedModem("zamtel", folder / "modems")
        yield stack.enter_context(fleet)


def _client(gateway: Fleet, account: NewAccount) -> Client:
    if isinstance(gateway, Served):
        return gateway.client(account)
    assert isinstance(gateway, Scaled)
    return gateway.clients(account)[0]


def _sinks(gateway: Fleet, heard: list[bytes]) -> dict[str, bytes]:
    """Give everything in which no marker may be found, by name, and what stands beside the log."""
    url = gateway.settings.get("NGOMA_DATABASE_URL")
    logs = {path.name: path.read_bytes() for path in gateway.folder.glob("*.log")}
    assert any(logs.values())
    return {
        **tables_of(gateway.folder, url),
        **logs,
        "metrics": metrics_of(gateway.folder),
        "redis": b"\n".join(heard),
    }


# -- HTTP --------------------------------------------------------------------------------------


def test_every_field_of_every_route_is_classed() -> None:
    unclassed = []
    for route in ROUTES:
        names = [f.name for kind in _forms(route) for f in msgspec.structs.fields(kind)]
        unclassed += [f"{route.path}: {field}" for field in names if field not in FIELDS]
        unclassed += [f"{route.path}?{q.name}" for q in route.query if q.name not in QUERY]
        in_path = re.findall(r"{(\w+)}", route.path)
        unclassed += [f"{route.path}: {field}" for field in in_path if field not in PATH]
    assert unclassed == []


def test_what_clients_type_is_found_nowhere_but_in_the_contents(gateway: Fleet) -> None:
    markers = Markers(SEED)
    account, other = (gateway.create_account(credits=1_000) for _ in range(2))
    client = _client(gateway, account)
    # Wrong passwords slow down whoever asks from the same address.
    elsewhere = Client(client.base_url, account.api_key, from_host="127.0.0.9")
    staff, last = _staff_sessions(gateway)
    answers: list[tuple[str, Answer]] = []

    def ask(
        route: Route,
        body: Mapping[str, Any] | bytes | None,
        *,
        key: str | None,
        number: int | None = None,
    ) -> None:
        """Make a request with markers in its path, query and headers too; keep its answer.

        With ``number`` the path names something that is there.
        """
        path = route.path if number is None else route.path.replace("{number}", str(number))
        path = re.sub(r"{(\w+)}", lambda found: PATH[found[1]](markers, found[1]), path)
        query = "&".join(f"{q.name}={plain(QUERY[q.name](markers, q.name))}" for q in route.query)
        headers = {header: markers.word(header) for header in HEADERS}
        request_id = markers.word("X-Request-Id")
        markers.logged.add(request_id.lower())
        headers |= {"X-Request-Id": request_id, "Content-Type": "application/json"}
        if key is not None:
            headers |= {"Authorization": f"Bearer {key}", "X-API-Key": key}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        asking = elsewhere if _asks_who(route) else client
        answer = asking.call(
            route.method, f"{path}?{query}&odd={markers.word('odd')}", body=content, headers=headers
        )
        answers.append((f"{route.method} {route.path}", answer))

    with overheard(gateway.settings.get("NGOMA_REDIS_URL")) as heard:
        for route in ROUTES:
            for place, body in enumerate(_bodies(route, markers, account.api_key)):
                ask(route, body, key=account.api_key)
                ask(route, body, key=markers.word("Authorization"))
                for token in _tokens(route, staff, last, is_first=not place):
                    for number in (None, other.number) if "{number}" in route.path else (None,):
                        ask(route, body, key=token, number=number)
        call = client.call("GET", f"/{markers.word('path')}/x?{markers.word('query')}=1")
        answers.append(("GET nowhere", call))
        wait_until(
            lambda: all(entry["status"] != "QUEUED" for entry in client.log(limit=100)["logs"]),
            within_s=60,
            what="all has left",
        )
        sinks = _sinks(gateway, heard)
    beside = b"\n".join(sinks.pop(table) for table in BESIDE)
    assert set(markers.found_in(beside).values()) >= KEPT, "the planting does not work"
    _assert_nothing_in(sinks, markers)
    assert account.api_key.encode() not in b"".join((beside, *sinks.values()))
    for what, answer in answers:
        if answer.status >= 400:
            assert markers.found_in(answer.body) == {}, f"{what}: {answer}"
    stranger = _client(gateway, other)
    for path in ("/api/logs", "/api/sms/logs", "/api/sender-ids", "/api/v1/balance"):
        assert markers.found_in(stranger.get(path).body) == {}, path


def _assert_nothing_in(sinks: Mapping[str, bytes], markers: Markers) -> None:
    for where, blob in sinks.items():
        found = markers.found_in(blob)
        if where.endswith(".log"):
            found = {
                marker: field for marker, field in found.items() if marker not in markers.logged
            }
        assert found == {}, where


def _tokens(route: Route, staff: str, last: str, *, is_first: bool) -> list[str]:
    """Give the session's token with which a route is asked; the last one for logging out.

    Where somebody says again who they are it is asked once: a wrong answer slows those after it.
    """
    if not is_first and _asks_who(route):
        return []
    if route.access not in {"account", "session"}:
        return []
    return [last if route.path.endswith("/logout") else staff]


def _asks_who(route: Route) -> bool:
    """Whether somebody in a session says again who they are."""
    names = {field.name for field in msgspec.structs.fields(route.request)} if route.request else ()
    return route.access == "session" and not {"password", "current_password", "code"}.isdisjoint(
        names
    )


def _staff_sessions(gateway: Fleet) -> tuple[str, str]:
    """Make an admin; give the tokens of two sessions with a second factor."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in gateway.settings.items():
            patch.setenv(variable, value)
        with opened(Place(gateway.folder, gateway.config)) as inside:
            committing = threading.Thread(target=inside.system.committer.run, daemon=True)
            committing.start()
            try:
                admin = hire(inside.system, "planted admin", Role.ADMIN)
                return admin.token, open_session(inside.system, admin.account)
            finally:
                inside.system.committer.stop()
                committing.join(10)


def _bodies(
    route: Route, markers: Markers, api_key: str
) -> Iterator[Mapping[str, Any] | bytes | None]:
    """Give bodies with markers: one that can be taken, and some that are refused."""
    if route.request is None:
        yield None
    for form in _forms(route):
        yield from _bodies_of(form, markers, api_key)


def _forms(route: Route) -> list[type[msgspec.Struct]]:
    return [form for form in (route.request, route.request_too) if form is not None]


def _bodies_of(
    form: type[msgspec.Struct], markers: Markers, api_key: str
) -> Iterator[Mapping[str, Any] | bytes]:
    hints = get_type_hints(form)
    every = [field.name for field in msgspec.structs.fields(form)]

    def planted(field: str) -> Any:
        value = FIELDS[field](markers, field)
        is_list = "list" in str(hints[field]) and not isinstance(value, list)
        return [value] if is_list else value

    required = [f.name for f in msgspec.structs.fields(form) if f.required]
    for wanted in (every, required):
        body = {field: planted(field) for field in wanted}
        yield {**body, **({"api_key": api_key} if "api_key" in body else {})}
    yield {field: planted(field) for field in every}
    for field in every:
        wrong = {other: planted(other) for other in every}
        yield {**wrong, field: markers.word(field)}
        yield {**wrong, field: {markers.word(field): [markers.word(field)]}}
    yield f'{{"message": "{markers.word("not JSON")}'.encode()


# -- the command line --------------------------------------------------------------------------


def _commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            found = command.get_command(context, word)
            assert found is not None
            yield from _commands(found, (*path, word))
    else:
        yield " ".join(path), command


def _takes_text(parameter: click.Parameter) -> bool:
    """Whether any text can be given: numbers, flags, choices and the store's place cannot."""
    is_place = parameter.name in {"data_dir", "config"}
    numbers = (click.types.IntParamType, click.types.FloatParamType, click.types.BoolParamType)
    return not (is_place or isinstance(parameter.type, (*numbers, click.Choice)))


def test_every_option_of_every_command_is_classed() -> None:
    unclassed = []
    for path, command in _commands(main):
        texts = [parameter for parameter in command.params if _takes_text(parameter)]
        unclassed += [f"{path}: {p.name}" for p in texts if p.name not in PARAMETERS]
        if texts and path not in CALLS and path not in NOT_CALLED:
            unclassed.append(path)
    assert unclassed == []
    assert set(CALLS) <= {path for path, _ in _commands(main)}


def test_what_staff_type_is_found_nowhere_but_in_the_contents(gateway: Fleet) -> None:
    markers = Markers(SEED + 1)
    account = gateway.create_account(credits=50)
    client = _client(gateway, account)
    assert client.send("0961111111", "Something to look at").is_accepted
    environment: dict[str, str | None] = {**gateway.settings, "NGOMA_MODEM_LATENCY_MS": None}
    cli = Cli(gateway.folder, environment)
    refusals = []
    with overheard(gateway.settings.get("NGOMA_REDIS_URL")) as heard:
        for path, calls in CALLS.items():
            for call in calls:
                words = [_filled(word, path, markers) for word in call.split()]
                refusals.append(_try(cli, *path.split(), *words))
        sinks = _sinks(gateway, heard)
    beside = b"\n".join(sinks.pop(table) for table in BESIDE)
    kept = set(markers.found_in(beside).values())
    assert {"account create", "account suspend", "key issue", "wallet grant"} <= kept
    assert {"contents purge", "message show"} & kept
    for where, blob in sinks.items():
        assert markers.found_in(blob) == {}, where
    assert any(refusals)


def _filled(word: str, path: str, markers: Markers) -> str:
    makers = {"word": markers.word, "number": markers.number, "email": markers.email}
    return re.sub(r"{(\w+)}", lambda found: makers[found[1]](path), word)


def _try(cli: Cli, *words: str) -> bool:
    """Run a command, which may be refused; say whether it was."""
    for code in (0, 1, 2):
        try:
            cli.run(*words, code=code)
        except AssertionError:
            continue
        return code != 0
    msg = f"{words} ended with another code"
    raise AssertionError(msg)


# -- jobs and secrets --------------------------------------------------------------------------


def test_planted_secrets_are_found_in_no_table_log_metric_or_job(gateway: Fleet) -> None:
    account = gateway.create_account(credits=10)
    client = _client(gateway, account)
    with overheard(gateway.settings.get("NGOMA_REDIS_URL")) as heard:
        planted = planted_secrets(gateway, account.number, Markers(SEED + 2))
        secrets = {"api key 0": account.api_key, "SIM PIN": PIN, **planted}
        for what, value in secrets.items():
            client.call("GET", "/api/v1/balance", headers={"Authorization": f"Bearer {value}"})
            client.send("0961111112", "x", key=f"{what}")
        sinks = _sinks(gateway, heard)
    assert len(secrets) >= 50
    found = {
        (what, where)
        for what, value in secrets.items()
        for where, blob in sinks.items()
        if value.encode() in blob
    }
    assert found == set()
