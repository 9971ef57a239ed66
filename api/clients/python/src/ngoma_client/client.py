"""The clients: one that waits for each answer, and one for asyncio."""

import asyncio
import platform
import re
import time
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx

from ngoma_client.gateway import VERSION, AsyncCalls, Calls
from ngoma_client.request import Request
from ngoma_client.retries import Answer, Attempts, Lost, Retries

CONNECT_S: Final = 5.0
READ_S: Final = 30.0
USER_AGENT: Final = f"ngoma-client-python/{VERSION} Python/{platform.python_version()}"
_API_KEY: Final = re.compile(r"[!-~]+")


class _Setup:
    """What both clients are told, checked once."""

    def __init__(
        self, api_key: str, base_url: str, retries: Retries, connect_s: float, read_s: float
    ) -> None:
        key = api_key.strip()
        if not _API_KEY.fullmatch(key):
            raise ValueError("the API key is empty, or has characters that no key has")
        self.url = httpx.URL(base_url)
        if self.url.scheme not in {"http", "https"} or self.url.userinfo:
            raise ValueError("base_url is http:// or https:// and a host, without a user")
        self.retries = retries
        self.connect_s = connect_s
        self.read_s = read_s
        self.options: dict[str, Any] = {
            "base_url": self.url,
            "headers": {
                "Authorization": f"Bearer {key}",
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
            },
        }

    def told(self, request: Request) -> dict[str, Any]:
        """Give what httpx is told; an answer that may wait gets its wait on top."""
        query = _plain(request.query)
        wait = query.get("wait")
        read_s = self.read_s + (wait if isinstance(wait, int) else 0)
        return {
            "method": request.method,
            "url": request.path,
            "params": {name: str(value) for name, value in query.items() if value is not None},
            "json": None if request.body is None else _plain(request.body),
            "headers": {} if request.key is None else {"Idempotency-Key": request.key},
            "timeout": httpx.Timeout(read_s, connect=self.connect_s),
        }


def _plain(fields: Mapping[str, object]) -> dict[str, object]:
    """Give fields under the gateway's names: ``from`` is ``from_`` in Python."""
    return {name.removesuffix("_"): value for name, value in fields.items()}


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, response.content, response.headers.get("Retry-After"))


def _lost(error: httpx.TransportError) -> Lost:
    return Lost(str(error) or type(error).__name__)


class Ngoma(Calls):
    """One account's calls to one gateway; for any thread.

    ``read_s`` is how long an answer may keep silent, ``connect_s`` how long a connection may take.
    Every call raises what ``ngoma_client.errors`` lists.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        retries: Retries | None = None,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
    ) -> None:
        self._setup = _Setup(api_key, base_url, retries or Retries(), connect_s, read_s)
        self._http = httpx.Client(**self._setup.options)

    def _ask(self, request: Request) -> Any:
        attempts = Attempts(request, self._setup.retries)
        while True:
            outcome = self._try(request)
            pause_s = attempts.pause_s_after(outcome)
            if pause_s is None:
                return attempts.result(outcome)
            time.sleep(pause_s)

    def _try(self, request: Request) -> Answer | Lost:
        try:
            return _answer(self._http.request(**self._setup.told(request)))
        except httpx.TransportError as error:
            return _lost(error)

    def close(self) -> None:
        """End its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._setup.url)!r})"


class AsyncNgoma(AsyncCalls):
    """The same calls for asyncio."""

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        retries: Retries | None = None,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
    ) -> None:
        self._setup = _Setup(api_key, base_url, retries or Retries(), connect_s, read_s)
        self._http = httpx.AsyncClient(**self._setup.options)

    async def _ask(self, request: Request) -> Any:
        attempts = Attempts(request, self._setup.retries)
        while True:
            outcome = await self._try(request)
            pause_s = attempts.pause_s_after(outcome)
            if pause_s is None:
                return attempts.result(outcome)
            await asyncio.sleep(pause_s)

    async def _try(self, request: Request) -> Answer | Lost:
        try:
            return _answer(await self._http.request(**self._setup.told(request)))
        except httpx.TransportError as error:
            return _lost(error)

    async def close(self) -> None:
        """End its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._setup.url)!r})"
