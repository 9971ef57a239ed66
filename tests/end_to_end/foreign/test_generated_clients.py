"""Clients that are generated from ``/openapi.json`` send, read and look, with no line by hand."""

import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from tests.end_to_end.gateway import UNLIMITED, Demo

pytestmark = pytest.mark.processes

TOOLS: Final = (
    "@redocly/cli@2.77.0",
    "openapi-fetch@0.17.0",
    "openapi-typescript@7.13.0",
    "typescript@5.9.3",
)
"""From npm's registry, in a soak only."""
INSTALL_S: Final = 300
NAME: Final = "ngoma_generated"
GENERATE_S: Final = 60


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo without limits, whose modems answer at once."""
    folder = tmp_path_factory.mktemp("generated") / "demo"
    with Demo(folder, settings={**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0"}) as running:
        yield running


@pytest.fixture(scope="module")
def generated(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Give a client made by openapi-python-client from what the gateway answers."""
    folder = tmp_path_factory.mktemp("python")
    answer = demo.client.get("/openapi.json")
    (folder / "openapi.json").write_text(json.dumps(answer.json))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", "openapi.json", "--output-path", NAME, "--fail-on-warning"),
        ],
        cwd=folder,
        # It formats what it wrote with the ruff that stands beside this Python.
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=GENERATE_S,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    sys.path.insert(0, str(folder))
    try:
        yield import_module(NAME)
    finally:
        sys.path.remove(str(folder))


def call(generated: ModuleType, demo: Demo, operation: str, **arguments: Any) -> Any:
    """Call one operation of the generated client with the demo's key; give the whole answer."""
    place = demo.place
    client = generated.AuthenticatedClient(base_url=place["base_url"], token=place["api_key"])
    tag = operation.partition("_")[0]
    with client:
        module = import_module(f"{NAME}.api.{tag}.{operation}")
        answer = module.sync_detailed(client=client, **arguments)
    assert answer.parsed is not None, answer.content
    return answer


def test_every_module_of_a_generated_python_client_can_be_imported(generated: ModuleType) -> None:
    modules = [found.name for found in pkgutil.walk_packages(generated.__path__, f"{NAME}.")]
    assert len(modules) > 100
    for name in modules:
        import_module(name)


def test_a_generated_python_client_works_with_the_first_dialect(
    generated: ModuleType, demo: Demo
) -> None:
    models = import_module(f"{NAME}.models")
    body = models.SendRequestWithKey(to="0977000000", message="from a generated client")
    sent = call(generated, demo, "wilcybertek_send", body=body, idempotency_key="generated-1")
    again = call(generated, demo, "wilcybertek_send", body=body, idempotency_key="generated-1")
    assert sent.status_code == 200
    assert again.parsed == sent.parsed
    assert again.headers["idempotent-replayed"] == "true"

    recipients = ["0977000001", "nobody"]
    many = models.BulkRequestWithKey(recipients=recipients, message="to many")
    bulk = call(generated, demo, "wilcybertek_send_bulk", body=many).parsed
    assert bulk.queued == 1
    assert [rejected.to for rejected in bulk.rejected] == ["nobody"]

    balance = call(generated, demo, "wilcybertek_balance").parsed
    assert balance.balance == bulk.credits_remaining

    logged = call(generated, demo, "wilcybertek_logs", limit=100).parsed.logs
    assert sent.parsed.message_id in {entry.message_id for entry in logged}


def test_a_generated_python_client_works_with_the_second_dialect(
    generated: ModuleType, demo: Demo
) -> None:
    models = import_module(f"{NAME}.models")
    body = models.SendRequest(to="0977000002", message="from a generated client")
    sent = call(generated, demo, "feltech_send", body=body).parsed
    status = call(generated, demo, "feltech_status", message_id=sent.message_id).parsed
    assert status.data.message_id == sent.message_id
    many = models.BulkRequest(to=["0977000003", "0977000004"], message="to many")
    bulk = call(generated, demo, "feltech_send_bulk", body=many).parsed
    page = call(generated, demo, "feltech_logs").parsed.data
    assert set(bulk.log_ids) <= {entry.id for entry in page.data}
    assert call(generated, demo, "feltech_balance").parsed.available > 0


def test_a_generated_python_client_knows_each_refusal_by_its_code(
    generated: ModuleType, demo: Demo
) -> None:
    models = import_module(f"{NAME}.models")
    body = models.SendRequestWithKey(to="0977", message="to nobody")
    refused = call(generated, demo, "wilcybertek_send", body=body)
    assert refused.status_code == 400
    assert refused.parsed.code == models.WilcybertekError400Code.INVALID_RECIPIENT
    long = models.SendRequestWithKey(to="0977000000", message="x" * 1_601)
    refused = call(generated, demo, "wilcybertek_send", body=long)
    assert refused.parsed.code == models.WilcybertekError422Code.MESSAGE_TOO_LONG


@pytest.fixture(scope="module")
def node(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with what the gateway answers and Node's tools."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "openapi.json").write_text(json.dumps(demo.client.get("/openapi.json").json))
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    for name in ("generated.ts", "tsconfig.json"):
        shutil.copy(Path(__file__).with_name(name), folder)
    run(folder, "npm", "install", "--no-fund", "--no-audit", "--legacy-peer-deps", *TOOLS)
    return folder


def run(folder: Path, *command: str, **settings: str) -> str:
    """Run a tool in the folder; give what it printed.

    Raises:
        AssertionError: it failed; with what it said.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_S,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.soak
def test_the_reference_passes_redoclys_rules(node: Path) -> None:
    run(node, "node_modules/.bin/redocly", "lint", "openapi.json", REDOCLY_TELEMETRY="off")


@pytest.mark.soak
def test_a_generated_typescript_client_works_with_both_dialects(node: Path, demo: Demo) -> None:
    run(node, "node_modules/.bin/openapi-typescript", "openapi.json", "--output", "gateway.ts")
    run(node, "node_modules/.bin/tsc")
    place = demo.place
    answers = json.loads(
        run(node, "node", "generated.js", BASE_URL=place["base_url"], API_KEY=place["api_key"])
    )
    assert answers["first"]["message_id"] in answers["logged"]
    assert answers["second"]["message_id"] == answers["status"]["message_id"]
    assert answers["balance"] == answers["available"] > 0
    assert answers["refused"]["code"] == "INVALID_RECIPIENT"
