"""The Containerfile is built on a bare Debian, and run by roles as the compose file says."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import yaml

from tests.end_to_end.client import Client
from tests.end_to_end.gateway import wait_until_ready
from tests.end_to_end.test_bare_root import OLDER_PYTHON, step
from tests.end_to_end.waiting import wait_until
from tests.support.bare_root import BareRoot
from tests.support.front_ends import Caddy
from tests.support.images import Buildah, Contained, Container
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis, free_port
from tests.support.wheels import build_wheel
from tests.tidy.sources import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.soak, pytest.mark.timeout(3_600)]

FOLDER: Final = ROOT / "deploy" / "container"
SERVICES: Final[dict[str, Any]] = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
USER: Final = 10_001
IMAGE: Final = "localhost/ngoma"
SETTINGS: Final = "/etc/ngoma/modems.toml"
MODEM: Final = '[[modems]]\nname = "mtn"\nnetwork = "mtn"\ndriver = "simulated"\ndevice = "any"\n'
WAIT_S: Final = 300.0


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """Give a folder that is not in memory, where devices may be."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def buildah(on_disk: Path, tmp_path: Path) -> Buildah:
    """Give the image, from today's wheel; libraries come with it, since a root has no registry."""
    assert os.geteuid() == 0, "making a root and entering it takes root: run the soak so"
    built = Buildah(on_disk)
    with step("debootstrap"):
        root = BareRoot(on_disk / "root", packages=["ca-certificates"])
        built.take_root(root.folder, "localhost/debian")
        shutil.rmtree(root.folder)
    with step("builds the wheel, and has what it depends on"):
        wheel = build_wheel(tmp_path / "dist")
        given = tmp_path / "given"
        pip = [sys.executable, "-m", "pip", "wheel", "-qq", f"--wheel-dir={given}"]
        subprocess.run([*pip, str(wheel), *OLDER_PYTHON], check=True, timeout=900)
    with step("builds the Containerfile"):
        file = FOLDER / "Containerfile"
        built.build(file, given, IMAGE, BASE="localhost/debian", PIP_NO_INDEX="1")
    return built


class Compose:
    """The services of the compose file that are ours, on ports and over servers of this machine."""

    def __init__(
        self, buildah: Buildah, folder: Path, postgres: ThrowawayPostgres, redis: ThrowawayRedis
    ) -> None:
        self._buildah = buildah
        self._folder = folder
        self._settings = buildah.settings_of(IMAGE)
        self._database = postgres.url.replace("postgres@", "ngoma@")
        self._redis = redis.url
        self._secrets = folder / "secrets"
        self._etc = folder / "etc"
        for place in (self._secrets, self._etc):
            self._own(place)
        password = secrets.token_hex(16)
        self._keep("pgpass", f"127.0.0.1:{postgres.port}:*:ngoma:{password}\n")
        for name in ("server-secret", "writer-key"):
            self._keep(name, secrets.token_hex(32))
        path = self._etc / "modems.toml"
        path.write_text(MODEM)
        path.chmod(0o644)
        must_ask_for_password(postgres, password)

    def _own(self, place: Path) -> None:
        place.mkdir()
        place.chmod(0o700)
        os.chown(place, USER, USER)

    def _keep(self, name: str, content: str) -> None:
        path = self._secrets / name
        path.write_text(content)
        path.chmod(0o600)
        os.chown(path, USER, USER)

    def container(self, service: str, port: int) -> tuple[Container, list[str]]:
        """Give a service's container, and the command that it runs."""
        said = SERVICES[service]
        (volume,) = said["volumes"]
        place = self._folder / service
        self._own(place)
        variables: dict[str, str] = {
            **said["environment"],
            "NGOMA_DATABASE_URL": self._database,
            "NGOMA_REDIS_URL": self._redis,
            "NGOMA_PORT": str(port),
            "NGOMA_OPERATIONS_LISTEN": f"127.0.0.1:{free_port()}",
        }
        if service == "worker":
            variables["NGOMA_CONFIG"] = SETTINGS
        inside = volume.partition(":")[2]
        folders: Mapping[str, Path] = {
            inside: place,
            "/run/secrets": self._secrets,
            "/etc/ngoma": self._etc,
        }
        assert all((self._secrets / name).exists() for name in said["secrets"])
        entry = self._settings["Entrypoint"]
        assert isinstance(entry, list)
        container = Container(self._buildah, IMAGE, folders=folders, variables=variables)
        return container, [*entry, *said["command"]]

    def is_healthy(self, container: Container) -> None:
        """Run what a container's manager runs, at the port that this one has here.

        Raises:
            AssertionError: it is not well.
        """
        check = self._settings["Healthcheck"]
        assert isinstance(check, dict)
        kind, *words = check["Test"]
        assert kind == "CMD"
        listens = next(word for word in container.command() if "OPERATIONS_LISTEN" in word)
        here = listens.partition("=127")[2]
        container.run(*(word.replace("127.0.0.1:8081", f"127{here}") for word in words))


def must_ask_for_password(postgres: ThrowawayPostgres, password: str) -> None:
    """Have a role that is let in by its password alone, as the image of PostgreSQL has."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE ngoma LOGIN SUPERUSER PASSWORD '{password}'")
        found = connection.execute("SHOW hba_file").fetchone()
        assert found
        rules = Path(found[0])
        rules.write_text(f"host all ngoma 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        connection.execute("SELECT pg_reload_conf()")


def test_the_image_is_built_and_its_roles_send_behind_tls(
    buildah: Buildah,
    on_disk: Path,
    tmp_path: Path,
    own_postgres: ThrowawayPostgres,
    own_redis: ThrowawayRedis,
) -> None:
    assert buildah.settings_of(IMAGE)["User"] == f"{USER}:{USER}"
    compose = Compose(buildah, on_disk, own_postgres, own_redis)
    port = free_port()
    with step("migrates"):
        made, command = compose.container("migrate", port)
        assert "Made the tables of the store." in made.run(*command)
    with ExitStack() as stack, step("starts each role, sends by TLS, ends in good order"):
        running = {}
        for service in ("api", "worker", "project"):
            running[service], command = compose.container(service, port)
            log = tmp_path / f"{service}.log"
            process = Contained(running[service], command, log)
            stack.enter_context(process)
            if service == "api":
                api = process
        wait_until_ready(api, f"http://127.0.0.1:{port}", within_s=WAIT_S)
        front = stack.enter_context(Caddy(f"127.0.0.1:{port}"))
        account = ("account", "create", "First", "--email", "first@example.test")
        said = running["api"].run("ngoma", *account, "--credits", "10", "--json")
        client = Client(front.url, json.loads(said)["api_key"], tls=front.files.context)
        (number,) = client.send("0967000000", "From a container").numbers
        wait_until(lambda: client.status(number) == "sent", within_s=WAIT_S, what="SENT", poll_s=2)
        for container in running.values():
            compose.is_healthy(container)
        backup = running["api"].run("ngoma", "backup", "create", "/var/lib/ngoma/first.zip")
        assert "/var/lib/ngoma/first.zip" in backup


def test_the_compose_file_is_one() -> None:
    program = (
        ROOT / "tests" / "end_to_end" / "foreign" / "node" / "node_modules" / ".bin" / "dclint"
    )
    file = str(FOLDER / "compose.yaml")
    done = subprocess.run(
        [program, "--quiet", file], capture_output=True, text=True, check=False, timeout=WAIT_S
    )
    assert (done.stdout.strip(), done.stderr.strip(), done.returncode) == ("", "", 0)
