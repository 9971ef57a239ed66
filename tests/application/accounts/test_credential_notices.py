"""What an account's holder is told: it waits for a mail server, and for no address."""

import asyncio
import logging
import socket

import pytest

from adapters.mail.smtp import SmtpMailer
from application.accounts.credential_notices import Notices
from domain.account import Account, account_id
from domain.errors import Unavailable
from domain.events import Event
from tests.application.accounts.people import EMAIL, enrol, login, register
from tests.support.mail_servers import HOST, mail_server
from tests.support.virtual import Gateway


@pytest.fixture
def account(gateway: Gateway) -> int:
    """Give an account that has used one of its recovery codes."""
    number = register(gateway)
    gateway.clock.pass_s(1)
    login(gateway, code=enrol(gateway, login(gateway)).recovery[0])
    return number


def events(gateway: Gateway, account: int, kind: type[Event]) -> list[Event]:
    return [e for e in gateway.system.reader.events(account_id(account)) if type(e) is kind]


def used(gateway: Gateway, account: int) -> Event:
    (event,) = events(gateway, account, Account.RecoveryCodeUsed)
    return event


def notices(gateway: Gateway, port: int, *, is_erased: bool = False) -> Notices:
    system = gateway.system
    mailer = SmtpMailer(f"smtp://{HOST}:{port}", password=None, sender="Ngoma <ngoma@example.test>")

    def send(*, to: str, subject: str, text: str) -> None:
        asyncio.run(mailer.send(to=to, subject=subject, text=text))

    return Notices(
        send,
        reader=system.reader,
        address_of=lambda number: "" if is_erased else system.logins.email_of(number),
        url="https://sms.example.test",
    )


@pytest.fixture
def nobody() -> int:
    """Give a port at which no server is."""
    with socket.create_server((HOST, 0)) as gone:
        port: int = gone.getsockname()[1]
    return port


def test_it_waits_while_no_mail_server_is_there(
    gateway: Gateway, account: int, nobody: int
) -> None:
    with pytest.raises(Unavailable):
        notices(gateway, nobody).handle(1, used(gateway, account))


def test_it_goes_on_when_the_server_refuses_and_says_so_without_the_address(
    gateway: Gateway, account: int, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(asks_who=True) as server:
        notices(gateway, server.port).handle(12, used(gateway, account))
    assert server.taken == []
    assert f"Account {account} was not told (event 12)" in caplog.text
    assert EMAIL.lower() not in caplog.text.lower()


def test_a_used_recovery_code_is_mailed_and_in_the_log(
    gateway: Gateway, account: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ngoma.people")
    event = used(gateway, account)
    with mail_server() as server:
        notices(gateway, server.port).handle(12, event)
    (taken,) = server.taken
    assert taken.rcpt_tos == [EMAIL]
    text = str(taken.content)
    assert "You have 9 left." in text
    assert "https://sms.example.test/api/v1/auth/reset" in text
    assert f"Account {account} used a recovery code; 9 are left." in caplog.text


def test_neither_who_was_erased_nor_who_has_just_registered_is_told(
    gateway: Gateway, account: int, nobody: int
) -> None:
    notices(gateway, nobody, is_erased=True).handle(1, used(gateway, account))
    first, factor = events(gateway, account, Account.CredentialChanged)
    notices(gateway, nobody).handle(1, first)
    with pytest.raises(Unavailable):
        notices(gateway, nobody).handle(1, factor)
