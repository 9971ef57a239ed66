"""People in tests: they register, log in, read their mail."""

import email
import email.policy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from adapters.mail import FileMailer
from application.system import System
from tests.api.conftest import Gateway
from tests.end_to_end.waiting import wait_until

PASSWORD = "nshima and kapenta"


@dataclass
class Person:
    """An account with a session and a key."""

    gateway: Gateway
    account: int
    email: str
    token: str
    api_key: str

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask in the session."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.gateway.http.request(method, path, json=body, headers=headers)

    def ask_by_key(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask with the first key."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        return self.gateway.http.request(method, path, json=body, headers=headers)

    def new_key(self, **fields: Any) -> str:
        """Make a key over HTTP."""
        answer = self.ask("POST", "/api/v1/keys", {"name": "another", **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["api_key"])


def post(gateway: Gateway, what: str, **fields: Any) -> httpx.Response:
    return gateway.http.post_json(f"/api/v1/auth/{what}", fields)


def log_in(gateway: Gateway, email: str, password: str = PASSWORD, **fields: Any) -> httpx.Response:
    return post(gateway, "login", email=email, password=password, **fields)


def register(gateway: Gateway, email: str = "mwila@example.test", name: str = "Mwila") -> Person:
    answer = post(gateway, "register", name=name, email=email, password=PASSWORD)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return Person(gateway, made["account_id"], email, made["token"], made["api_key"])


def mails(system: System) -> list[Path]:
    """Give the files of mail that was sent."""
    assert isinstance(system.mailer, FileMailer)
    return sorted(system.mailer._folder.glob("*.eml"))


def mailed_token(system: System, *, count: int = 1) -> str:
    """Wait for the mail number ``count``; give the token in it."""
    found = wait_until(lambda: mails(system)[count - 1 : count], what="a mail")
    message = email.message_from_bytes(found[0].read_bytes(), policy=email.policy.default)
    body = message.get_body()
    assert body is not None
    token = re.search(r"ngs_\S+", body.get_content())
    assert token is not None
    return token[0]
