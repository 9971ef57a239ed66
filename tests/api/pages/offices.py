"""An office for tests: a gateway with people of finance and an auditor, each with a browser."""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.security.signing import make_key_file
from domain.roles import Role
from tests.api.conftest import Gateway, gateways
from tests.api.pages.browser import Browser
from tests.support.staff import Member, hire


@dataclass
class Office:
    """A gateway, whose people are by name in ``people`` and at their browsers in ``at``."""

    gateway: Gateway
    people: dict[str, Member]
    at: dict[str, Browser]

    def rows(self, name: str, path: str) -> list[dict[str, str]]:
        """Give a list as somebody gets it as CSV."""
        answer = self.at[name].get(path + ("&" if "?" in path else "?") + "format=csv")
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text)))

    def looks(self) -> set[str]:
        """Say what auditors looked at."""
        bearer = self.people["admin"].bearer
        found = self.gateway.http.get("/api/v1/staff/looks", headers=bearer).json()["data"]
        return {look["what"] for look in found}


@contextmanager
def an_office(folder: Path, *, has_seal: bool = False, **settings: Any) -> Iterator[Office]:
    """Open one with ``admin``, the ``preparer``, the ``reviewer``, and ``eve``, who audits."""
    if has_seal:
        make_key_file(folder / "secrets" / "seal")
    with gateways(folder) as start, ExitStack() as stack:
        gateway = start(**settings)
        admin = hire(gateway.system, "admin", Role.ADMIN)
        people = {"admin": admin}
        for name, role in (
            ("preparer", Role.FINANCE_PREPARER),
            ("reviewer", Role.FINANCE_REVIEWER),
            ("eve", Role.AUDITOR),
        ):
            people[name] = hire(gateway.system, name, role, admin=admin.account)
        at = {
            name: Browser(str(gateway.http.base_url), token=p.token) for name, p in people.items()
        }
        for browser in at.values():
            stack.enter_context(closing(browser.http))
        yield Office(gateway, people, at)
