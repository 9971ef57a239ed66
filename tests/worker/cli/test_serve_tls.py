"""``ngoma serve`` speaks TLS itself: its start, a certificate that is replaced, refusals."""

import json
import signal
import ssl
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.pages.browser import SESSION, TOKEN
from tests.end_to_end.gateway import environment
from tests.end_to_end.waiting import wait_until
from tests.support.certificates import Files
from tests.support.warm import warm
from tests.worker.cli.commands import ROOT, Cli
from tests.worker.cli.test_serve import end, get, log_of, start


def toml(folder: Path, files: Files, *, key: Path | None = None, more: str = "") -> Path:
    path = folder / "ngoma.toml"
    path.write_text(
        f'[tls]\ncertificate = "{files.certificate}"\nkey = "{key or files.key}"\n{more}', "utf-8"
    )
    return path


def ask(
    url: str, files: Files, path: str, *, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> tuple[int, dict[str, str], bytes]:
    """GET by TLS of at most a version; give status, headers, and the certificate of the server."""
    place, context = urlsplit(url), files.context
    context.maximum_version = most
    connection = HTTPSConnection(place.hostname or "", place.port, timeout=10, context=context)
    with closing(connection):
        connection.request("GET", path)
        assert isinstance(connection.sock, ssl.SSLSocket)
        shown = connection.sock.getpeercert(binary_form=True) or b""
        answer = connection.getresponse()
        answer.read()
        return answer.status, dict(answer.getheaders()), shown


@pytest.mark.processes
def test_it_speaks_tls_also_to_old_phones_and_takes_a_new_certificate_at_a_signal(
    tmp_path: Path,
) -> None:
    files, folder = Files(tmp_path / "tls").write(), tmp_path / "data"
    config = toml(tmp_path, files, more='[phones]\nlisten = "127.0.0.1:0"\n')
    with folder.with_suffix(".log").open("wb") as log:
        process = start(folder, "--port", "0", "--config", str(config), stderr=log.fileno())
    try:
        line = wait_until(lambda: _listening(folder), within_s=60, what="it listens")
        url = line["web"]
        assert url.startswith("https://127.0.0.1:")
        wait_until(lambda: ask(url, files, "/readyz")[0] == 200, within_s=60, what="it is ready")
        _, headers, first = ask(url, files, "/")
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert _checks(line)["certificate"] == "ok"
        must_keep_who_registers(url, files)

        old, device = ssl.TLSVersion.TLSv1_2, "/api/mobile/v1/device"
        assert ask(line["phones"], files, device, most=old)[0] == 200, "a phone that is old"
        assert ask(url, files, device)[0] == 200, "those of before keep their address"
        with pytest.raises(ssl.SSLError):
            ask(url, files, device, most=old)
        assert ask(line["phones"], files, "/api/balance", most=old)[0] == 404

        files.write(files.issue(begins_d=-60, ends_d=3))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: ask(url, files, "/healthz")[2] != first, within_s=10, what="the new one")
        assert ask(line["phones"], files, device, most=old)[2] != first
        wait_until(lambda: "expires at" in _checks(line)["certificate"], what="it is said")
        files.key.write_text("no key")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "holds no key" in _checks(line)["certificate"], what="it is said")
        assert ask(url, files, "/readyz")[0] == 200, "and goes on with the one before"
    finally:
        end(process)
    written = folder.with_suffix(".log").read_text()
    assert "The certificate was read again." in written
    assert "PRIVATE KEY" not in written
    assert "Traceback" not in written


def must_keep_who_registers(url: str, files: Files) -> None:
    """Register on the page as a browser does, which sends a Secure cookie by TLS alone."""
    with httpx.Client(base_url=url, verify=files.context, trust_env=False, timeout=30) as browser:
        token = TOKEN.search(browser.get("/register").text)
        assert token
        who = {"name": "Mwila", "email": "mwila@example.test", "password": "a drum at noon"}
        form = {"csrf_token": token[1], "do": "register", **who}
        assert browser.post("/register", data=form).status_code == 303
        (cookie,) = (each for each in browser.cookies.jar if each.name == SESSION)
        assert (cookie.secure, cookie.path, cookie.domain_specified) == (True, "/", False)
        assert "Mwila" in browser.get("/app").text


def _listening(folder: Path) -> dict[str, Any]:
    return next((line for line in log_of(folder) if line["message"] == "Listening."), {})


def _checks(line: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(get(line["operations"], "/readyz")[1])["checks"]
    return found


REFUSALS = {
    "missing": "The TLS certificate {certificate} cannot be read: No such file or directory.",
    "no certificate": "{certificate} holds no certificate in PEM that can be read.",
    "no key": "{key} holds no key in PEM that can be used with {certificate}.",
    "another's key": "The TLS key {key} is not that of {certificate}",
    "encrypted": "The TLS key {key} is encrypted: give it without a passphrase.",
    "only one": "[tls] key is missing: a certificate and its key belong together.",
}


def _spoil(files: Files, how: str) -> None:
    if how == "missing":
        files.certificate.unlink()
    elif how == "no certificate":
        files.certificate.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
    elif how == "no key":
        files.key.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
    elif how == "another's key":
        files.key.write_bytes(files.issue().private_key_pem.bytes())
    elif how == "encrypted":
        files.key.write_text(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
        )


@pytest.mark.parametrize("how", REFUSALS)
@pytest.mark.slow
def test_a_pair_that_cannot_be_used_is_refused_in_words(cli: Cli, tmp_path: Path, how: str) -> None:
    files = Files(tmp_path / "tls").write()
    path = toml(tmp_path, files)
    _spoil(files, how)
    if how == "only one":
        path.write_text(f'[tls]\ncertificate = "{files.certificate}"\n')
    words = REFUSALS[how].format(certificate=files.certificate, key=files.key)
    assert words in cli.run("serve", "--port", "0", "--config", path, code=1).output
    cli.run("migrate")
    found = cli.json("doctor", "--config", path, code=1)
    (said,) = [item for item in found if item["check"] == "tls"]
    assert said["verdict"] == "wrong"
    assert words in said["words"]


@pytest.mark.parametrize(
    ("begins_d", "ends_d", "verdict", "words"),
    [
        (-1, 90, "ok", "for localhost, 127.0.0.1, until "),
        (-80, 10, "warning", "the certificate expires at "),
        (-90, -1, "wrong", "the certificate has expired at "),
        (1, 90, "wrong", "the certificate is not valid before "),
    ],
)
@pytest.mark.slow
def test_the_doctor_says_for_how_long(
    cli: Cli, tmp_path: Path, begins_d: float, ends_d: float, verdict: str, words: str
) -> None:
    files = Files(tmp_path / "tls")
    files.write(files.issue(begins_d=begins_d, ends_d=ends_d))
    cli.run("migrate")
    found = cli.json(
        "doctor", "--config", toml(tmp_path, files), code=1 if verdict == "wrong" else 0
    )
    (said,) = [item for item in found if item["check"] == "tls"]
    assert (said["verdict"], said["words"][: len(words)]) == (verdict, words)


def test_a_key_that_others_can_read_is_wrong(cli: Cli, tmp_path: Path) -> None:
    files = Files(tmp_path / "tls").write()
    files.key.chmod(0o644)
    cli.run("migrate")
    found = cli.json("doctor", "--config", toml(tmp_path, files), code=1)
    (said,) = [item["words"] for item in found if item["verdict"] == "wrong"]
    assert said == f"others can read {files.key}: chmod 600 it."


def test_a_unix_socket_is_for_a_proxy_that_speaks_tls_itself(tmp_path: Path) -> None:
    files = Files(tmp_path / "tls").write()
    done = warm().run(
        "worker",
        [
            *("serve", "--data-dir", str(tmp_path / "data")),
            *("--socket", str(tmp_path / "s"), "--config", str(toml(tmp_path, files))),
        ],
        environment=environment({}),
        folder=ROOT,
        timeout_s=60,
    )
    assert done.returncode == 1
    assert "the proxy speaks TLS: leave out [tls] or socket." in done.stderr
