"""Caddy, nginx and HAProxy before a gateway, each by our file of ``deploy/``, on a free port."""

import re
import shutil
import signal
import socket
import ssl
import subprocess
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import ClassVar, Final

from tests.support.certificates import Files
from tests.support.processes import signal_process
from tests.support.server_binaries import NoServer
from tests.support.servers import ThrowawayServer

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
PATH: Final = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
TLS: Final = ("/etc/ssl/ngoma/fullchain.pem", "/etc/ssl/ngoma/key.pem")
GATEWAY: Final = "127.0.0.1:8080"
NAME: Final = "sms.example.com"


class FrontEnd(ThrowawayServer):
    """A proxy that speaks TLS; in its file nothing but places is replaced."""

    file: ClassVar[str]
    """Ours, below ``deploy/``."""
    program: ClassVar[str]
    _stop_signal = signal.SIGTERM
    _end_signal = signal.SIGTERM
    _name: ClassVar[str] = "front"

    def __init__(self, gateway: str) -> None:
        """``gateway`` is ``host:port``, or as this proxy writes a Unix socket."""
        super().__init__()
        found = shutil.which(self.program, path=PATH)
        if found is None:
            msg = f"no {self.program}: install it, or run make soak as root"
            raise NoServer(msg)
        self._program = found
        self._gateway = gateway
        self.files = Files(self.directory / "tls").write()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def shown(self, *, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> tuple[str, bytes]:
        """Give the version of TLS that a new connection gets, and the certificate.

        Raises:
            ssl.SSLError: it gets none.
        """
        context = self.files.context
        context.maximum_version = most
        with (
            socket.create_connection(("localhost", self.port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            return secured.version() or "", secured.getpeercert(binary_form=True) or b""

    def reload(self) -> None:
        """Have it read its files again, as its service does."""
        signal_process(self.pid, signal.SIGHUP)

    def read_log(self) -> str:
        """Give all that it logged: of requests, of faults, and what it said."""
        logs = (self.directory / "logs").glob("*")
        return "".join(path.read_text() for path in sorted(logs)) + self._log_tail()

    @abstractmethod
    def _replaced(self) -> Mapping[str, str]:
        """Give what in the file is replaced by what."""

    @property
    def _own_file(self) -> Path:
        return self.directory / Path(self.file).name

    def _prepare(self) -> None:
        (self.directory / "logs").mkdir(exist_ok=True)
        text = (DEPLOY / self.file).read_text()
        wanted = self._replaced()
        for old in wanted:
            assert old in text, f"{self.file} has no {old}"
        parts = re.compile("|".join(map(re.escape, sorted(wanted, key=len, reverse=True))))
        self._own_file.write_text(parts.sub(lambda found: wanted[found[0]], text))

    def _answers(self) -> bool:
        connection = HTTPSConnection("localhost", self.port, timeout=5, context=self.files.context)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status > 0
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Caddy(FrontEnd):
    """Caddy, run as Debian's unit runs it."""

    file = "caddy/Caddyfile"
    program = "caddy"

    def reload(self) -> None:
        """Give it the same file again."""
        self._run("reload", "--force")

    def _run(self, *words: str) -> None:
        place = ("--config", str(self._own_file), "--adapter", "caddyfile")
        subprocess.run(
            [self._program, *words, *place],
            env=self._environment,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def _replaced(self) -> Mapping[str, str]:
        files = (str(self.files.certificate), str(self.files.key))
        return {
            NAME: f"localhost:{self.port}",
            GATEWAY: self._gateway,
            "/var/lib/caddy": str(self.directory),
            "/var/log/caddy": str(self.directory / "logs"),
            **dict(zip(TLS, files, strict=True)),
        }

    def _command(self) -> Sequence[str]:
        return [self._program, "run", "--config", str(self._own_file), "--adapter", "caddyfile"]


class Nginx(FrontEnd):
    """nginx, whose own file includes ours as Debian's does; it may read what the test made."""

    file = "nginx/ngoma.conf"
    program = "nginx"

    def _replaced(self) -> Mapping[str, str]:
        files = (str(self.files.certificate), str(self.files.key))
        return {
            NAME: "localhost",
            GATEWAY: self._gateway,
            "443": str(self.port),
            "/var/log/nginx": str(self.directory / "logs"),
            **dict(zip(TLS, files, strict=True)),
        }

    def _command(self) -> Sequence[str]:
        main = self.directory / "nginx.conf"
        main.write_text(
            f"daemon off;\nuser root;\npid {self.directory}/nginx.pid;\n"
            f"events {{ worker_connections 768; }}\nhttp {{ include {self._own_file}; }}\n"
        )
        return [self._program, "-e", "stderr", "-c", str(main)]


class Haproxy(FrontEnd):
    """HAProxy with a master, as Debian's unit runs it."""

    file = "haproxy/haproxy.cfg"
    program = "haproxy"

    def __init__(self, gateway: str) -> None:
        super().__init__(gateway)
        self._logged = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._logged.bind(("127.0.0.1", 0))
        self._logged.setblocking(False)
        Path(f"{self.files.certificate}.key").symlink_to(self.files.key)
        self._read: list[str] = []

    def reload(self) -> None:
        """Tell the master."""
        signal_process(self.pid, signal.SIGUSR2)

    def read_log(self) -> str:
        """Give all that it logged; it cannot write files."""
        while True:
            try:
                self._read.append(self._logged.recv(65_536).decode() + "\n")
            except BlockingIOError:
                return "".join(self._read) + super().read_log()

    def close(self) -> None:
        """End it."""
        super().close()
        self._logged.close()

    def _replaced(self) -> Mapping[str, str]:
        host, port = self._logged.getsockname()
        return {
            "/dev/log": f"{host}:{port}",
            GATEWAY: self._gateway,
            "443": str(self.port),
            TLS[0]: str(self.files.certificate),
        }

    def _command(self) -> Sequence[str]:
        return [self._program, "-W", "-f", str(self._own_file)]


FRONT_ENDS: Final[Sequence[type[FrontEnd]]] = (Caddy, Nginx, Haproxy)
