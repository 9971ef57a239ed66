"""One person's request for a page: who they are, what they typed, and how a page asks the API."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from api.http.fields import Fields, read_query
from api.http.wire import Answer, Call
from api.pages.cookies import (
    CSRF_TOKEN,
    ONCE,
    SESSION,
    VISITOR,
    form_token,
    keeps_cookies,
    read_cookies,
    read_once,
)
from api.routing.front import Front
from api.routing.route import Endpoint
from application.accounts.principal import Principal
from application.accounts.sessions import Session
from application.books.contents import read_details
from application.system import System
from domain.account import Account, account_id
from domain.contents import Person
from domain.errors import InvalidKey, NotPermitted
from domain.idempotency import IDEMPOTENCY_KEY
from domain.roles import Role

FORM_OVER: Final = "This form is no longer good: look at it and send it again."
PASSED_ON: Final = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"user-agent", b"host")
"""Headers by which a page's questions come from the same client as its request."""
FORM_KEY_BYTES: Final = 12
HIDDEN: Final = frozenset({CSRF_TOKEN, "do", "next"})
"""Fields of forms that are no fields of the API."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who has the session of a request."""

    session: Session
    account: int
    name: str
    roles: frozenset[Role]
    """Those that count in this session: without a second factor none."""
    has_roles: bool
    principal: Principal
    """For the API, while this request lasts."""


class FormOver(NotPermitted):
    """A form came without its token, or with that of a session before."""


class Visit:
    """One request for a page."""

    def __init__(self, front: Front, call: Call) -> None:
        self.front = front
        self.call = call
        self.cookies = read_cookies(call)
        self.query = read_query(call)
        self.fields: Fields = {}
        """What a form holds; filled in before its act runs."""
        self.problems: dict[str, str] = {}
        """What is wrong with the form that was sent, by field."""
        self.somebody: Somebody | None = None
        self.once: Mapping[str, Any] = read_once(self.cookies.get(ONCE, ""))
        self.keeps_cookies = keeps_cookies(front, call)
        self.new_cookies: list[str] = []

    @property
    def token(self) -> str:
        """The token of the session, "" without one."""
        return self.cookies.get(SESSION, "")

    @property
    def host(self) -> str:
        """The name and port under which this visitor reaches the gateway."""
        return self.call.header(b"host") or urlsplit(self.front.system.terms.public_url).netloc

    @property
    def who(self) -> Somebody:
        """Whose session it is.

        Raises:
            InvalidKey: nobody's.
        """
        if self.somebody is None:
            msg = "Log in first."
            raise InvalidKey(msg)
        return self.somebody

    @property
    def form_token(self) -> str:
        """What every form of this visitor holds."""
        key = self.token if self.somebody else self.cookies.get(VISITOR, "")
        return form_token(key) if key else ""

    @property
    def form_key(self) -> str:
        """What a form that must not be carried out twice holds in its field ``key``.

        It stays while the form is put right, and is another once it stands for what was done.
        """
        given = str(self.fields.get("key", ""))
        if given and IDEMPOTENCY_KEY not in self.problems:
            return given
        return self.front.system.randomness.token(FORM_KEY_BYTES).hex()

    async def recognise(self) -> None:
        """Find out whose session it is.

        Raises:
            InvalidKey: nobody's, or it is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        caller = replace(self.front.caller(self.call), credential=self.token)
        system = self.front.system
        self.somebody = await self.front.door.in_session(
            caller, lambda session: _somebody(system, session)
        )

    def check_form(self) -> None:
        """Check that a form came from a page of ours, for this visitor.

        Raises:
            FormOver: it did not.
        """
        given, own = str(self.fields.get(CSRF_TOKEN, "")), self.form_token
        elsewhere = self.call.header(b"sec-fetch-site") in {"cross-site", "same-site"}
        if elsewhere or not own or not hmac.compare_digest(given.encode(), own.encode()):
            raise FormOver(FORM_OVER)

    async def principal(self) -> Principal:
        """Give the account of the session, for what the API lets in by a key alone.

        Raises:
            InvalidKey: there is no session, or it is over.
        """
        caller = replace(self.front.caller(self.call), credential=self.token)
        return await self.front.door.admit_manager(caller)

    async def ask(
        self,
        endpoint: Endpoint,
        fields: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        **params: str,
    ) -> Any:
        """Ask an endpoint of the API in this session; give its answer, read.

        ``params`` are those of its path. A form's own fields may be handed on as they are.

        Raises:
            NgomaError: whatever the endpoint refuses.
        """
        call = self.inner_call(fields, query=query, params=params, idempotency_key=idempotency_key)
        return msgspec.json.decode((await endpoint(self.front, call)).body)

    async def download(self, endpoint: Endpoint, query: Mapping[str, str], **params: str) -> Answer:
        """Ask an endpoint of the API for a file; give its answer as it is.

        Raises:
            NgomaError: whatever the endpoint refuses.
        """
        return await endpoint(self.front, self.inner_call(query=query, params=params))

    def inner_call(
        self,
        fields: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Call:
        """Make a request to the API of this one: with its session, from its client."""
        headers = {name: self.call.headers[name] for name in PASSED_ON if name in self.call.headers}
        if self.token:
            headers[b"authorization"] = b"Bearer " + self.token.encode("latin-1")
        body = b""
        if fields is not None:
            headers[b"content-type"] = b"application/json"
            own = {name: value for name, value in fields.items() if name not in HIDDEN}
            body = msgspec.json.encode(own)
        if idempotency_key is not None:
            headers[b"idempotency-key"] = idempotency_key.encode("ascii", "replace")
        return Call(
            headers=headers,
            body=body,
            query=urlencode(query or {}).encode(),
            params=dict(params or {}),
            peer=self.call.peer,
            request_id=self.call.request_id,
            noted_id=self.call.noted_id,
            path=self.call.path,
            is_https=self.call.is_https,
            is_counted=True,
            has_hung_up=self.call.has_hung_up,
            asker=self.call.asker,
            principal=self.somebody.principal if self.somebody else None,
        )


def _somebody(system: System, session: Session) -> Somebody:
    account = system.reader.find(Account, account_id(session.account))
    if account is None:
        msg = "The session is of no account."
        raise InvalidKey(msg)
    roles = frozenset(map(Role, account.roles))
    person = read_details(Person, session.account, source=system.store)
    counted = roles if session.has_second_factor else frozenset()
    name = person.name or f"#{session.account}"
    principal = system.keyring.principal_in_session(account)
    return Somebody(session, session.account, name, counted, bool(roles), principal)
