"""Programs of others that drive a modem: each sends a text, and some wait for its report.

Debian has them: smstools, gammu, gammu-smsd, gnokii-cli, kannel. What they write stays in
the folder that they are given; Kannel's servers answer on the loopback alone.
"""

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import urlencode

from tests.adapters.modems.emulated import tpdu
from tests.support.counts import is_soak
from tests.support.servers import free_port

LIMIT_S: Final = 90.0
POLL_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Program:
    """One program; ``needs`` is what must be installed."""

    name: str
    send: Callable[[Path, Path, str, str], None]
    """By a port, with a folder of its own, to a recipient, a text."""
    needs: Sequence[str]
    waits_for_report: bool = False
    """Whether it returns only when it knows that the message was delivered."""

    @property
    def is_installed(self) -> bool:
        """Whether it can be run here."""
        return all(shutil.which(each) for each in self.needs)


def by_hand(port: Path, _: Path, recipient: str, text: str) -> None:
    """Send as a person at a terminal does."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        pdu = tpdu(text, recipient)
        for piece in (b"ATE0\r", b"AT+CMGF=0\r", f"AT+CMGS={len(pdu)}\r".encode()):
            os.write(fd, piece)
            _read_until(fd, (b"OK", b">"))
        os.write(fd, b"00" + pdu.hex().encode() + b"\x1a")
        assert b"+CMGS: 1" in _read_until(fd, (b"OK",))
    finally:
        os.close(fd)


def _read_until(fd: int, ends: tuple[bytes, ...]) -> bytes:
    heard = b""
    for _ in range(100):
        heard += os.read(fd, 1_000)
        if heard.strip().endswith(ends):
            return heard
    raise AssertionError(heard)


def gammu(port: Path, folder: Path, recipient: str, text: str) -> None:
    """Send by gammu's command."""
    config = folder / "gammurc"
    config.write_text(f"[gammu]\ndevice = {port}\nconnection = at115200\n")
    command = ["gammu", "-c", str(config), "sendsms", "TEXT", recipient]
    command += ["-autolen", str(len(text)), "-text", text]
    subprocess.run(command, check=True, timeout=LIMIT_S, capture_output=True)


def gnokii(port: Path, folder: Path, recipient: str, text: str) -> None:
    """Send by gnokii's command."""
    config = folder / "gnokiirc"
    config.write_text(f"[global]\nport = {port}\nmodel = AT\nconnection = serial\n")
    command = ["gnokii", "--config", str(config), "--sendsms", recipient]
    subprocess.run(command, check=True, timeout=LIMIT_S, capture_output=True, input=text.encode())


# -- those that run until they are stopped ---------------------------------------------------------


def gammu_smsd(port: Path, folder: Path, recipient: str, text: str) -> None:
    """Have gammu's daemon send it, and wait until its log says that it was delivered."""
    boxes = {name: folder / name for name in ("inbox", "outbox", "sentsms", "errorsms")}
    for box in boxes.values():
        box.mkdir()
    config, log = folder / "smsdrc", folder / "log"
    config.write_text(
        f"[gammu]\ndevice = {port}\nconnection = at115200\n"
        f"[smsd]\nservice = files\nlogfile = {log}\ndebuglevel = 255\n"
        + "".join(f"{name}path = {box}/\n" for name, box in boxes.items())
        + "deliveryreport = log\nchecksecurity = 0\nreceivefrequency = 1\nloopsleep = 1\n"
    )
    (boxes["outbox"] / f"OUT{recipient}.txtd").write_text(text)
    with _running(["gammu-smsd", "-c", str(config)], folder):
        _wait(lambda: "elivered" in _text(log), folder)


def smsd(port: Path, folder: Path, recipient: str, text: str) -> None:
    """Have smstools send it, and wait for the file with its status report."""
    boxes = {name: folder / name for name in ("outgoing", "checked", "incoming", "sent", "failed")}
    boxes["report"] = folder / "report"
    for box in boxes.values():
        box.mkdir()
    config = folder / "smsd.conf"
    config.write_text(
        f"devices = GSM1\nlogfile = {folder / 'log'}\nloglevel = 7\ndelaytime = 1\n"
        f"infofile = {folder / 'info'}\npidfile = {folder / 'pid'}\n"
        + "".join(f"{name} = {box}\n" for name, box in boxes.items())
        + f"[GSM1]\ndevice = {port}\ninit = AT+CNMI=2,1,0,1,0\nincoming = yes\nreport = yes\n"
    )
    written = boxes["outgoing"] / "message"
    written.with_suffix(".LOCK").write_text("")
    written.write_text(f"To: {recipient.removeprefix('+')}\n\n{text}")
    written.with_suffix(".LOCK").unlink()
    with _running(["smsd", "-t", "-c", str(config)], folder):
        _wait(lambda: any("Status: 0" in _text(each) for each in boxes["report"].iterdir()), folder)


def kannel(port: Path, folder: Path, recipient: str, text: str) -> None:
    """Have Kannel send it, and wait until it tells our server that it was delivered."""
    admin, boxes, sendsms = free_port(), free_port(), free_port()
    config = folder / "kannel.conf"
    config.write_text(
        f"group = core\nadmin-port = {admin}\nadmin-interface = 127.0.0.1\nadmin-password = x\n"
        f"smsbox-port = {boxes}\nsmsbox-interface = 127.0.0.1\nbox-allow-ip = 127.0.0.1\n"
        f"log-file = {folder / 'log'}\nlog-level = 0\ndlr-storage = internal\n\n"
        f"group = smsc\nsmsc = at\nsmsc-id = gsm\nmodemtype = auto\ndevice = {port}\n"
        "speed = 115200\nmy-number = +260970000001\n\n"
        'group = modems\nid = generic\nname = "Generic"\ninit-string = "AT+CNMI=1,2,0,1,0"\n\n'
        f"group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {sendsms}\n"
        f"sendsms-interface = 127.0.0.1\nlog-file = {folder / 'boxlog'}\n\n"
        "group = sendsms-user\nusername = u\npassword = p\nmax-messages = 4\n"
        "concatenation = true\n\n"
        "group = sms-service\nkeyword = default\ntext = none\nmax-messages = 0\n"
    )
    with _told() as (url, told), _running(["bearerbox", str(config)], folder):
        _wait(lambda: _answers(boxes), folder)  # without it the other ends at once
        with _running(["smsbox", str(config)], folder):
            query = {"username": "u", "password": "p", "from": "1", "to": recipient}
            query |= {"text": text, "dlr-mask": "1", "dlr-url": f"{url}?status=%d"}
            _wait(lambda: _is_taken(sendsms, f"/cgi-bin/sendsms?{urlencode(query)}"), folder)
            _wait(lambda: any("status=1" in each for each in told), folder)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_taken(port: int, target: str) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)) as connection:
        try:
            connection.request("GET", target)
        except OSError:  # it is not up yet
            return False
        answer = connection.getresponse()
        assert answer.status == http.HTTPStatus.ACCEPTED, answer.read()
        return True


@contextmanager
def _told() -> Iterator[tuple[str, list[str]]]:
    """Run a server that notes what it is asked for."""
    asked: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(http.HTTPStatus.OK)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Noting) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", asked
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[None]:
    """Run a program until the block ends."""
    with (folder / "said").open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(question: Callable[[], bool], folder: Path) -> None:
    until_s = time.monotonic() + LIMIT_S
    while not question():
        logs = {each.name: _text(each)[-3_000:] for each in folder.glob("*log")}
        assert time.monotonic() < until_s, (logs, _text(folder / "said"))
        time.sleep(POLL_S)  # a program of somebody else's tells nobody when it is done


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


PROGRAMS: Final = (
    Program("by hand", by_hand, ()),
    Program("gammu", gammu, ("gammu",)),
    Program("gnokii", gnokii, ("gnokii",)),
    Program("gammu-smsd", gammu_smsd, ("gammu-smsd",), waits_for_report=True),
    Program("smstools", smsd, ("smsd",), waits_for_report=True),
    Program("kannel", kannel, ("bearerbox", "smsbox"), waits_for_report=True),
)
TRIED: Final = tuple(each for each in PROGRAMS if each.is_installed or is_soak())
"""Those that are installed; a soak has all of them."""
