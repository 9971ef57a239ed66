"""The demo: three emulated modems, an account with credits, and a file that says where it is."""

import json
import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from adapters.bootstrap import seal_key_file
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import serve_pty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from adapters.security.secret import keep_private
from adapters.security.signing import make_key_file
from adapters.settings import Settings
from application.accounts import CreateAccount, IssueKey
from application.books.actors import Actor
from application.ports import Clock, ModemSettings
from application.system import System
from domain.errors import StoreDown
from domain.values import NETWORK_CODES, Credits, Network

DEMO_CREDITS: Final = Credits(1_000)
REPORT_AFTER_S: Final = 2.0
"""After which the demo's networks report a delivery."""
DEMO_EMAIL: Final = "demo@localhost"
DEMO: Final = Actor("demo")
"""Who makes the demo's account and keys, as events name it."""
READY_WAIT_S: Final = 60.0
READY_POLL_S: Final = 0.05
ONLINE_WAIT_S: Final = 10.0

LOOPBACK: Final = ("127.0.0.0/8", "::1")

DEMO_PROFILES: Final = {Network.AIRTEL: "sim800", Network.MTN: "e173", Network.ZAMTEL: "ec25"}
DEMO_NUMBERS: Final = {
    Network.AIRTEL: "+260770000001",
    Network.MTN: "+260960000001",
    Network.ZAMTEL: "+260550000001",
}


def demo_settings(settings: Settings) -> Settings:
    """Add one emulated modem for each network, unpaced, at ``D/modems/<network>.tty``.

    Webhooks may be on this machine.
    """
    folder = settings.data_dir / "modems"
    emulated = tuple(
        ModemSettings(
            name=network.value,
            device=str((folder / f"{network.value}.tty").absolute()),
            network=network,
            segments_per_minute=0,
            segments_per_day=0,
            msisdn=DEMO_NUMBERS[network],
        )
        for network in Network
    )
    allowed = settings.webhooks_allow_private or LOOPBACK
    return replace(settings, modems=settings.modems + emulated, webhooks_allow_private=allowed)


def demo_seal_key(settings: Settings) -> None:
    """Make a key of the seal where there is none: a newcomer's `ngoma audit verify` has a seal."""
    path = seal_key_file(settings)
    if settings.seal_key is None and not path.exists():
        make_key_file(path)


@contextmanager
def demo_modems(settings: Settings, clock: Clock) -> Iterator[None]:
    """Run the demo's emulated modems, a thread each, while the block lasts."""
    (settings.data_dir / "modems").mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    threads = [
        _start_modem(network, settings=settings, clock=clock, stop=stop) for network in Network
    ]
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)


def _start_modem(
    network: Network,
    *,
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
) -> threading.Thread:
    """Start one modem whose SIM is the same at every start."""
    folder = settings.data_dir / "modems"
    name = f"ngoma demo {network.value}"
    imsi = imsi_for(name, network_code=NETWORK_CODES[network])
    emulator = Emulator(
        PROFILES[DEMO_PROFILES[network]],
        SimCard(imsi, msisdn=DEMO_NUMBERS[network]),
        clock=clock,
        log=FileNetworkLog(folder / f"{network.value}.jsonl"),
        latency_s=settings.modem_latency_ms / 1_000,
        report_after_s=REPORT_AFTER_S,
    )
    thread = threading.Thread(
        target=serve_pty,
        args=(emulator, folder / f"{network.value}.tty"),
        kwargs={"clock": clock, "stop": stop},
        name=f"emulator-{network.value}",
        daemon=True,
    )
    thread.start()
    return thread


def demo_account(system: System, settings: Settings) -> tuple[int, str]:
    """Give the demo's account number and an API key that works; made at the first start.

    A key is kept before it is issued, so that a crash between the two only means that the next
    start issues the same key.
    """
    path = settings.data_dir / "secrets" / "demo_key"
    key = path.read_text(encoding="utf-8").strip() if path.exists() else None
    row = system.store.credential(key[:8]) if key else None
    if key and row is not None and row.revoked_at is None:
        return row.account, key
    if key is None or row is not None:  # none yet, or one that has ended
        keep_private(path, key := system.keyring.draw())
    return _hold(system, key), key


def _hold(system: System, key: str) -> int:
    """Give the demo's account this key: the account is made, unless it is there already."""
    stored, at = system.keyring.stored_form(key, "demo"), system.clock.now()
    account = system.logins.account_of(DEMO_EMAIL)
    if account is not None:
        system.committer.execute(IssueKey(account, stored, revoke=None, actor=DEMO, at=at))
        return account
    created = system.committer.execute(
        CreateAccount(
            name="demo",
            email=DEMO_EMAIL,
            email_digest=system.digests.email(DEMO_EMAIL),
            key=stored,
            granted=DEMO_CREDITS,
            sender_ids=(),
            actor=DEMO,
            at=at,
        )
    )
    return created.account


def wait_until_ready(is_ready: Callable[[], bool], *, is_over: Callable[[], bool]) -> bool:
    """Wait, bounded; False when the server ended or the time is up."""
    pause = threading.Event()
    for _ in range(int(READY_WAIT_S / READY_POLL_S)):
        if is_over():
            return False
        if is_ready():
            return True
        pause.wait(READY_POLL_S)
    return False


def wait_until_online(system: System, *, is_over: Callable[[], bool]) -> None:
    """Wait, bounded, for the modems, so that the first message is not told that they are away.

    Nobody waits for a SIM that a person took out of use.
    """
    pause = threading.Event()
    for _ in range(int(ONLINE_WAIT_S / READY_POLL_S)):
        try:
            sims = system.queries.sims(system.clock.now())
            out_of_use = {sim.network for sim in sims if sim.quarantined}
            if is_over() or system.fleet.offline() <= out_of_use:
                return
        except StoreDown:
            pass
        pause.wait(READY_POLL_S)


def write_demo_file(folder: Path, *, where: Mapping[str, str], account: int, key: str) -> None:
    """Say in ``D/demo.json`` (mode 0600, complete or not at all) where the demo is."""
    content = {
        "base_url": where["web"],
        "operations_url": where["operations"],
        "account_id": account,
        "api_key": key,
    }
    keep_private(folder / "demo.json", json.dumps(content) + "\n")


def welcome(where: Mapping[str, str], key: str, folder: Path) -> str:
    """Say where to go next, with a line to paste."""
    base_url = where["web"]
    body = json.dumps({"api_key": key, "to": "0977000000", "message": "Hello from Ngoma!"})
    top_up = json.dumps({"amount_ngwee": 5_000, "msisdn": "0961234567"})
    return f"""
Ngoma is ready at {base_url}

Send a message (it leaves through an emulated MTN modem):

  curl -s {base_url}/api -H 'Content-Type: application/json' -d '{body}'

See it on the air and in the log:

  tail -f {shlex.quote(str(folder / "modems" / "mtn.jsonl"))}
  curl -s '{base_url}/api/logs?api_key={key}'

Top up by mobile money, at a simulated MTN whose payer agrees after three seconds:

  curl -s {base_url}/api/v1/topups -H 'Authorization: Bearer {key}' \\
    -H 'Content-Type: application/json' -d '{top_up}'
  curl -s {base_url}/api/v1/topups -H 'Authorization: Bearer {key}'

Its metrics, and how it is: {where["operations"]}/metrics and /readyz

Where to go next: docs/api.md for both APIs, `ngoma --help` for everything else. Ctrl-C stops.
"""
