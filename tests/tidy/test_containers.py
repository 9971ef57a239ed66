"""The Containerfile and the compose file fit the gateway: commands, settings, places, secrets."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import click
import pytest
import yaml

from adapters.settings import Settings
from tests.tidy.deploying import unknown_variables
from tests.tidy.sources import ROOT
from worker.cli import main

FOLDER: Final = ROOT / "deploy" / "container"
CONTAINERFILE: Final = FOLDER / "Containerfile"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: Final[dict[str, Any]] = COMPOSE["services"]
OURS: Final = {
    name: service
    for name, service in SERVICES.items()
    if service["image"] == "localhost/ngoma:latest"
}


def test_a_linter_has_nothing_to_say_of_the_containerfile() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, str(CONTAINERFILE)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_runs_a_command_that_there_is(name: str) -> None:
    first, *arguments = OURS[name]["command"]
    found = main.get_command(click.Context(main), first)
    assert found is not None
    found.make_context(first, arguments)  # refuses an option that is not there


def test_every_role_is_there_and_waits_for_its_tables() -> None:
    commands = {" ".join(service["command"]) for service in OURS.values()}
    assert commands == {"migrate", "serve --role api", "worker", "project"}
    for name, service in OURS.items():
        condition = {"condition": "service_completed_successfully"}
        assert name == "migrate" or service["depends_on"] == {"migrate": condition}


def test_the_settings_in_both_files_are_settings() -> None:
    texts = (CONTAINERFILE.read_text(), (FOLDER / "compose.yaml").read_text())
    assert unknown_variables(re.findall(r"\bNGOMA_[A-Z_]+", "".join(texts))) == []


def test_services_may_do_no_more_than_they_need() -> None:
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api"}
    assert SERVICES["front"]["network_mode"] == "service:api", "whose port it answers at"
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("database", "cache"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_proxy_finds_the_gateway_where_its_file_says() -> None:
    assert SERVICES["api"]["environment"]["NGOMA_TRUSTED_PROXIES"] == Settings.host
    assert {"NGOMA_HOST", "NGOMA_PORT"}.isdisjoint(SERVICES["api"]["environment"])
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["front"]["volumes"])
    assert mounted["../caddy/Caddyfile"] == "/etc/caddy/Caddyfile"
    text = (FOLDER / "../caddy/Caddyfile").read_text().partition("\n")[2]
    places = [*mounted.values(), *SERVICES["front"]["tmpfs"]]
    for wanted in re.findall(r"/(?:etc|var)/[a-z/]+(?=/)", text):
        assert wanted in places, wanted


def test_what_is_secret_stands_in_files_that_the_page_says_how_to_make() -> None:
    page = (ROOT / "docs" / "containers.md").read_text()
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert f"secrets/{name}" in page
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
