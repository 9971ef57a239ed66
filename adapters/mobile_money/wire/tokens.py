"""Bearer tokens: fetched once for all threads, kept while they are good, renewed once on a 401."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from adapters.mobile_money.wire.caller import (
    Caller,
    CallFailed,
    NotDelivered,
    WireAnswer,
    WireRequest,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and how long it may be used."""

    value: str
    good_for_s: float


class BearerCaller:
    """Calls with a token that ``fetch`` gets; the waiting of one thread serves all."""

    def __init__(self, caller: Caller, fetch: Callable[[], Token]) -> None:
        """``fetch`` raises ``CallFailed`` when there is no token."""
        self._caller = caller
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = ""
        self._until_s = 0.0

    def call(self, request: WireRequest) -> WireAnswer:
        """Make a call; one that is answered 401 was not taken, and is made again once.

        Raises:
            NotDelivered: nothing has left, or there is no token.
            NoAnswer: there is no answer.
        """
        token = self._current()
        answer = self._call_with(token, request)
        if answer.status != HTTPStatus.UNAUTHORIZED:
            return answer
        self._forget(token)
        return self._call_with(self._current(), request)

    def _call_with(self, token: str, request: WireRequest) -> WireAnswer:
        return self._caller.call(request.with_headers({"Authorization": f"Bearer {token}"}))

    def _current(self) -> str:
        with self._lock:
            if self._caller.clock.monotonic_s() >= self._until_s:
                token = self._fetched()
                self._token = token.value
                self._until_s = self._caller.clock.monotonic_s() + token.good_for_s
            return self._token

    def _fetched(self) -> Token:
        try:
            return self._fetch()
        except CallFailed as error:  # also without an answer: it is not the call itself
            msg = f"It gave no token: {error}"
            raise NotDelivered(msg) from error

    def _forget(self, token: str) -> None:
        with self._lock:
            if token == self._token:
                self._until_s = 0.0


def no_token(answer: WireAnswer) -> CallFailed:
    """Say that an answer held no token."""
    return CallFailed(f"{answer.words}.")
