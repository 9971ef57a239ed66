"""What any ``Mailer`` must do: as files, and over SMTP with a real server at the other end."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.mail import FileMailer, open_mailer
from adapters.mail.smtp import TIMEOUT_S, SmtpMailer
from adapters.security.secret import Secret
from application.ports import Mailer, MailNotSent, MailServerAway
from domain.errors import InvalidRequest
from tests.support.mail_servers import HOST, PASSWORD, USER, MailServer, mail_server, tls_contexts

pytestmark = pytest.mark.servers

SENDER = "Ngoma <ngoma@example.test>"
TO = "mwila@example.test"
TEXT = "Muli bwanji, Mwila? Ünïcode 🎉\n\n" + "A long line. " * 40 + "\n.\nFrom here\n"


@dataclass
class Rig:
    """A mailer, what arrived through it, and how to make it refuse."""

    mailer: Mailer
    arrived: Callable[[], list[bytes]]
    break_down: Callable[[], object]


@pytest.fixture(params=["files", "smtp", "starttls", "smtps"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    if request.param == "files":
        folder = tmp_path / "mail"
        yield Rig(
            FileMailer(folder, sender=SENDER),
            lambda: [path.read_bytes() for path in sorted(folder.glob("*.eml"))],
            lambda: folder.write_text("a file where the folder should be"),
        )
        return
    served, trusted = tls_contexts(tmp_path)
    is_smtps, is_plain = request.param == "smtps", request.param == "smtp"
    with mail_server(
        tls=None if is_plain else served, is_smtps=is_smtps, asks_who=not is_plain
    ) as server:
        scheme = "smtps" if is_smtps else "smtp"
        mailer = SmtpMailer(
            f"{scheme}://{USER}@{HOST}:{server.port}",
            password=None if is_plain else Secret(PASSWORD),
            sender=SENDER,
            tls=trusted,
        )
        yield Rig(
            mailer,
            lambda: [envelope.original_content or b"" for envelope in server.taken],
            lambda: setattr(server, "refuses", True),
        )


def send(mailer: Mailer, *, to: str = TO, subject: str = "Hello", text: str = TEXT) -> None:
    async def send_and_hang_up() -> None:
        try:
            await mailer.send(to=to, subject=subject, text=text)
        finally:
            await hung_up()

    asyncio.run(send_and_hang_up())


async def hung_up() -> None:
    """Wait until the connections that are being closed are gone, as a gateway's loop has time to.

    What is left in the selector is the loop's own wake-up.
    """
    selector = cast("Any", asyncio.get_running_loop())._selector
    async with asyncio.timeout(10):
        while len(selector.get_map()) > 1:
            await asyncio.sleep(0.002)


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_arrives_as_it_was_written(rig: Rig) -> None:
    send(rig.mailer, subject="Grüße aus Lusaka")
    (content,) = rig.arrived()
    message = read(content)
    assert (message["From"], message["To"]) == (SENDER, TO)
    assert message["Subject"] == "Grüße aus Lusaka"
    assert message["Date"]
    assert message["Message-ID"].endswith("@example.test>")
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == TEXT


def test_each_message_arrives_by_itself(rig: Rig) -> None:
    for number in range(3):
        send(rig.mailer, text=f"number {number}")
    texts = {read(content).get_content().strip() for content in rig.arrived()}
    assert texts == {"number 0", "number 1", "number 2"}


def test_many_at_once_all_arrive(rig: Rig) -> None:
    async def send_all() -> None:
        await asyncio.gather(
            *(rig.mailer.send(to=TO, subject="Hello", text=f"number {n}") for n in range(10))
        )
        await hung_up()

    asyncio.run(send_all())
    assert len({read(content)["Message-ID"] for content in rig.arrived()}) == 10


@pytest.mark.parametrize(
    "to", ["", "no address", "a@example.test, b@example.test", "a@example.test\nBcc: b@c.test"]
)
def test_what_is_not_one_address_is_refused(rig: Rig, to: str) -> None:
    with pytest.raises(MailNotSent):
        send(rig.mailer, to=to)
    assert rig.arrived() == []


def test_what_was_not_taken_is_said_without_a_word_of_it(rig: Rig) -> None:
    rig.break_down()
    with pytest.raises(MailNotSent) as caught:
        send(rig.mailer, text="a secret token")
    for word in (TO, "token", PASSWORD):
        assert word not in str(caught.value)


# -- files alone --------------------------------------------------------------------------------


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    send(FileMailer(tmp_path / "mail", sender=SENDER))
    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


# -- SMTP alone ---------------------------------------------------------------------------------


def smtp(url: str, password: str | None = None, *, timeout_s: float = TIMEOUT_S) -> SmtpMailer:
    secret = Secret(password) if password else None
    return SmtpMailer(url, password=secret, sender=SENDER, timeout_s=timeout_s)


def test_a_password_never_goes_out_in_the_clear() -> None:
    with mail_server() as server, pytest.raises(MailNotSent):
        send(smtp(f"smtp://{USER}@{HOST}:{server.port}", PASSWORD))
    assert server.users == []
    assert server.taken == []


@pytest.mark.parametrize("is_smtps", [False, True])
def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path, is_smtps: bool) -> None:
    served, _ = tls_contexts(tmp_path)
    with mail_server(tls=served, is_smtps=is_smtps, asks_who=True) as server:
        scheme = "smtps" if is_smtps else "smtp"
        with pytest.raises(MailNotSent):
            send(smtp(f"{scheme}://{USER}@{HOST}:{server.port}", PASSWORD))
    assert server.users == []


def test_a_wrong_password_sends_nothing(tmp_path: Path) -> None:
    served, trusted = tls_contexts(tmp_path)
    with mail_server(tls=served, asks_who=True) as server:
        mailer = SmtpMailer(
            f"smtp://{USER}@{HOST}:{server.port}",
            password=Secret("wrong"),
            sender=SENDER,
            tls=trusted,
            timeout_s=1,  # how long it waits for a server that hangs up without a word
        )
        with pytest.raises(MailNotSent):
            send(mailer)
    assert server.users == [USER]
    assert server.taken == []


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(MailServerAway):
            send(smtp(f"smtp://{HOST}:{port}", timeout_s=0.05))


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.create_server((HOST, 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(MailServerAway):
        send(smtp(f"smtp://{HOST}:{port}"))


# -- settings -----------------------------------------------------------------------------------


def test_the_settings_choose_the_mailer(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    files = open_mailer(None, password=None, sender=SENDER, folder=folder)
    assert isinstance(files, FileMailer)
    assert not folder.exists()
    made = open_mailer("smtps://mail.example.test", password=None, sender=SENDER, folder=folder)
    assert isinstance(made, SmtpMailer)


@pytest.mark.parametrize(
    ("url", "sender"),
    [("smtp://", SENDER), ("smtp://u:p@host", SENDER), ("smtp://host", "nobody"), (None, "nobody")],
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, url: str | None, sender: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        open_mailer(url, password=None, sender=sender, folder=tmp_path)
    assert caught.value.field in {"mail_url", "mail_from"}


def test_a_mail_server_is_what_it_says(tmp_path: Path) -> None:
    """The server at the other end does refuse who does not say who they are."""
    with mail_server(asks_who=True) as server, pytest.raises(MailNotSent):
        send(smtp(f"smtp://{HOST}:{server.port}"))
    assert isinstance(server, MailServer)
    assert server.taken == []
